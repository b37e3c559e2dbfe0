"""The memory panel: what a request allocated, kept and grew by, and the collector's pauses."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_memory.following import PANEL
from debug_toolbar_memory.views import show


@dataclass
class MemoryPanel(Panel):
    """The memory of one request: peak, what it kept, where, growth between requests, the garbage collector."""

    name = PANEL
    title = "Memory"
    on_demand = True
    group = "runtime"
    order = 30

    engine: Literal["auto", "tracemalloc", "memray"] = "auto"
    """`memray` is exact in threads too, sees C libraries and is faster; `auto` takes it where it is installed."""
    frames: int = 64
    """Frames of each stack that tracemalloc keeps; deeper allocations cannot be told to be the request's."""
    traces: int = 500_000
    """Live allocations that are looked through for their places; with more the totals stand alone."""
    native: bool = False
    """Whether memray walks C frames too; several times slower."""

    def collect(self, record: Record) -> Generator[None, None, Any]:
        from debug_toolbar_memory.choice import begin
        from debug_toolbar_memory.measure import Measure
        from debug_toolbar_memory.visits import compared

        chosen = partial(begin, engine=self.engine, frames=self.frames, traces=self.traces, native=self.native)
        measure = Measure(record, chosen)
        try:
            measure.open()
            yield
            if measure.result is None:  # no driver came to its end: cancelled, or not driven at all
                measure.stop()
                measure.finish()
        finally:
            measure.close()
        facts = compared(record, measure.facts())
        measure.forget()
        return facts

    def view(self, record: Record) -> Iterable[Block]:
        return show(record)
