"""The memory panel: what a request allocated, kept and grew by, and the collector's pauses."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_core.record import Kind
from debug_toolbar_memory.following import PANEL
from debug_toolbar_memory.views import show


@dataclass
class MemoryPanel(Panel):
    """The memory of one request: peak, what it kept, where, growth between requests, the garbage collector."""

    name = PANEL
    title = "Memory"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"http", "task", "websocket"})
    collects: ClassVar[frozenset[Kind]] = frozenset({"http", "task"})
    on_demand = True
    group = "runtime"
    order = 30

    engine: Literal["auto", "tracemalloc", "memray"] = "auto"
    """`memray` is exact in threads too, sees C libraries and is faster; `auto` takes it where it is installed."""
    frames: int = 48
    """Frames of each stack that tracemalloc keeps; deeper allocations cannot be told to be the request's."""
    traces: int = 200_000
    """Live allocations that are looked through for their places; with more the totals stand alone."""
    seconds: float = 1.0
    """Seconds of the CPU for which tracemalloc traces a request, for it slows it down; what comes later is missing."""
    native: bool = False
    """Whether memray walks C frames too; several times slower."""

    def collect(self, record: Record) -> Generator[None, None, Any]:
        from debug_toolbar_memory.choice import begin
        from debug_toolbar_memory.measure import Measure
        from debug_toolbar_memory.visits import compared

        chosen = partial(
            begin,
            # A worker's loop waits where a job ends: memray's file is not read there.
            engine="tracemalloc" if record.kind == "task" else self.engine,
            frames=self.frames,
            traces=self.traces,
            seconds=self.seconds,
            native=self.native,
        )
        measure = Measure(record, chosen)
        try:
            measure.open()
            yield
            if measure.result is None:  # no driver came to its end: cancelled, or not driven at all
                measure.stop()
                measure.finish_now()
        finally:
            measure.close()
        facts = compared(record, measure.facts())
        measure.forget()
        return facts

    def view(self, record: Record) -> Iterable[Block]:
        return show(record)
