"""The profiling panel: where one request's time went, truly, while other requests run on the same loop."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_core.record import Kind
from debug_toolbar_profiling.packed import packed
from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.sampler import SAMPLER


@dataclass
class ProfilingPanel(Panel):
    """Profiles one request: CPU, wall time and awaits, by function, call tree and flame graph.

    Example: `ProfilingPanel()`.
    """

    name: ClassVar[str] = "profiling"
    title: ClassVar[str] = "Profiling"
    kinds: ClassVar[Collection[Kind]] = frozenset({"http", "task"})
    on_demand: ClassVar[bool] = True
    group: ClassVar[str] = "runtime"
    order: ClassVar[int] = 20

    def collect(self, record: Record) -> Generator[None, None, Any]:
        run = Run(record)
        record.hold(self.name, run)
        record.drive(run.drive)
        SAMPLER.add(run)
        try:
            yield
        finally:
            SAMPLER.remove(run)
            data = packed(run, record)
            run.end()
        return data

    def view(self, record: Record) -> Iterable[Block]:
        return ()
