"""The profiling panel: where one request's time went, truly, while other requests run on the same loop."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from debug_toolbar_core import Application, Panel, Record, action
from debug_toolbar_core.blocks import Block, Code, Flame, Notice
from debug_toolbar_core.record import Kind
from debug_toolbar_profiling.contexts import NAME
from debug_toolbar_profiling.engines import Name, started
from debug_toolbar_profiling.flames import flame_of
from debug_toolbar_profiling.others import profilers, tracers
from debug_toolbar_profiling.packed import packed
from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.sampler import SAMPLER
from debug_toolbar_profiling.shown import shown
from debug_toolbar_profiling.taken import Taken

NOTHING = "This record was not profiled, or nothing of it was seen."


@dataclass
class ProfilingPanel(Panel):
    """Profiles one request: CPU, wall time and awaits, by function, call tree and flame graph.

    Example: `ProfilingPanel()`.
    """

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "Profiling"
    kinds: ClassVar[Collection[Kind]] = frozenset({"http", "task"})
    on_demand: ClassVar[bool] = True
    group: ClassVar[str] = "runtime"
    order: ClassVar[int] = 20

    engine: Name = "sampling"
    """`sampling` costs next to nothing; `yappi` counts every call, `pyinstrument` samples tasks: both slow all down."""

    def lifespan(self, app: Application) -> Generator[None]:
        try:
            yield
        finally:
            SAMPLER.close()

    def collect(self, record: Record) -> Generator[None, None, Any]:
        run = Run(record)
        record.hold(self.name, run)
        # Innermost of the drivers: awaits are then followed in the application's own coroutine, through no other's.
        record.drivers = [run.drive, *record.drivers]
        engine = started(self.engine, run, record.id)
        if engine is None:
            _tell_others(run)
        try:
            SAMPLER.add(run)
            yield
        finally:
            SAMPLER.remove(run)
            run.settle()
            if engine is not None:
                engine.stop(run)
            record.cost += run.cost + run.waits.cost
            data = packed(run, record)
            run.end()
        return data

    def view(self, record: Record) -> Iterable[Block]:
        taken = Taken.of(record.data.get(self.name))
        if taken is not None:
            yield from shown(taken, record)

    @action("File for speedscope")
    async def speedscope(self, record: Record) -> Iterable[Block]:
        """Give the CPU, wall and await profiles as JSON that speedscope opens."""
        from debug_toolbar_profiling import exports  # only for who exports

        flame = _flame(record)
        if flame is None:
            return [Notice("info", NOTHING)]
        name = f"profile-{record.id}.speedscope.json"
        return [Code(exports.speedscope(flame, record.id), "json", title="For speedscope.app", filename=name)]

    @action("Collapsed stacks")
    async def collapsed(self, record: Record) -> Iterable[Block]:
        """Give each profile as collapsed stacks, as flamegraph.pl and others read them, in microseconds."""
        from debug_toolbar_profiling import exports

        flame = _flame(record)
        if flame is None:
            return [Notice("info", NOTHING)]
        return [
            Code(
                exports.collapsed(flame, one), title=one.name, filename=f"{one.name.lower()}-{record.id}.collapsed.txt"
            )
            for one in flame.profiles
        ]


def _flame(record: Record) -> Flame | None:
    taken = Taken.of(record.data.get(NAME))
    return None if taken is None else flame_of(taken)


def _tell_others(run: Run) -> None:
    if others := profilers():
        run.notes.append(f"{', '.join(others)} was at work at the same time: its cost is in these times.")
    if others := tracers():
        run.notes.append(f"{', '.join(others)} traced the code meanwhile: its cost is in these times.")
