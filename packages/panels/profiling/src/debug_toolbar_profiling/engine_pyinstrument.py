"""Pyinstrument: the stacks of one record's own context, in its strict async mode."""

from __future__ import annotations

from typing import Any

from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.samples import RUNNING, WAITING, Samples
from debug_toolbar_profiling.stacks import Function, Named, Stacks

_INTERVAL = 0.001
_AWAIT = "[await]"


class Pyinstrument:
    """Pyinstrument at work for one record."""

    def __init__(self, profiler: Any) -> None:
        self._profiler = profiler

    def stop(self, run: Run) -> None:
        """Stop it, and put what it sampled in the place of our own samples."""
        session = self._profiler.stop()
        stacks, samples, at = Stacks(), Samples(), 0.0
        for told, seconds in session.frame_records:
            stack = [_function(identifier) for identifier in _of_the_application(told)]
            kind = WAITING if told and told[-1] == _AWAIT else RUNNING
            cpu = 0.0 if kind == WAITING else seconds
            samples.add(at, kind, stacks.node(stack), seconds, cpu, 0)
            at += seconds
        run.stacks, run.samples, run.ticks = stacks, samples, int(session.sample_count)
        run.accounted = samples.seconds(RUNNING)
        run.replaced = True


def start(pyinstrument: Any, run: Run) -> Pyinstrument:
    """Start it in this context; it does not run elsewhere."""
    profiler = pyinstrument.Profiler(interval=_INTERVAL, async_mode="strict")
    profiler.start()
    return Pyinstrument(profiler)


def _of_the_application(told: list[str]) -> list[str]:
    """Return the stack without the server and the event loop around the record's driver, or around a task's step."""
    driver = _last(told, "driven", "drive.py")
    return told[(_last(told, "_run", "events.py") if driver < 0 else driver) + 1 :]


def _last(told: list[str], name: str, file: str) -> int:
    for at in range(len(told) - 1, -1, -1):
        parts = told[at].split("\0")
        if parts[0] == name and len(parts) > 1 and parts[1].endswith(file):
            return at
    return -1


def _function(identifier: str) -> Function:
    name, _, rest = identifier.partition("\x01")[0].partition("\0")
    file, _, line = rest.partition("\0")
    if file.startswith("<") or not line.isdigit():
        return name
    return Named(name, file, int(line))
