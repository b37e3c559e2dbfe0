"""The async panel: every task of a request, what it waited for, and what held the event loop meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from debug_toolbar_async.factory import HELD
from debug_toolbar_async.reading import seen_of
from debug_toolbar_async.views import show
from debug_toolbar_async.watch import Watch
from debug_toolbar_core import Panel, Record, action
from debug_toolbar_core.blocks import Block, Code, Notice
from debug_toolbar_core.record import Kind


@dataclass
class AsyncPanel(Panel):
    """Shows the tasks of a request, its await points, its critical path, and what blocked the event loop.

    Example: `AsyncPanel(blocking=0.1)`.
    """

    name: ClassVar[str] = "async"
    title: ClassVar[str] = "Async"
    kinds: ClassVar[Collection[Kind]] = frozenset({"http", "websocket"})
    on_demand: ClassVar[bool] = True
    order: ClassVar[int] = 60

    blocking: float = 0.05
    """Seconds from which on a slice that holds the event loop counts as blocking."""

    def collect(self, record: Record) -> Generator[None, None, Any]:
        watch = Watch(record, self.blocking)
        watch.begin()
        record.hold(HELD, watch)
        record.drive(watch.drive)
        try:
            yield
        finally:
            data = watch.close()
        return data

    def view(self, record: Record) -> Iterable[Block]:
        return show(record)

    @action("Timeline as JSON")
    async def timeline(self, record: Record) -> Iterable[Block]:
        """Give the tasks with their states over time, threads, cancellations and blocking calls as JSON."""
        return _exported(record, "timeline")

    @action("Trace for Perfetto")
    async def trace(self, record: Record) -> Iterable[Block]:
        """Give the same as a trace file for ui.perfetto.dev or chrome://tracing."""
        return _exported(record, "trace")


def _exported(record: Record, form: Literal["timeline", "trace"]) -> Iterable[Block]:
    from debug_toolbar_async import exports  # only for who exports

    seen = seen_of(record)
    if seen is None:
        return [Notice("info", "This record was not watched.")]
    made = exports.timeline(seen) if form == "timeline" else exports.trace(seen)
    title = "Timeline" if form == "timeline" else "Trace, for ui.perfetto.dev or chrome://tracing"
    return [Code(made, "json", title=title, filename=f"{form}-{record.id}.json")]
