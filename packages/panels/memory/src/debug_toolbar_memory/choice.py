"""Choice: which back end measures a request, of those that can be had at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from debug_toolbar_memory.engine import Engine, Nothing, Remark, Tracemalloc
from debug_toolbar_memory.mark import Mark
from debug_toolbar_memory.tracing import Unavailable


def begin(
    mark: Mark,
    holder: str,
    profiler: str | None,
    *,
    engine: str,
    frames: int,
    traces: int,
    seconds: float,
    native: bool,
) -> tuple[Engine, list[Remark]]:
    """Begin with the first back end that can be had, and return why the ones before it could not."""
    remarks: list[Remark] = []
    for choice in _choices(engine):
        try:
            if choice == "memray":
                from debug_toolbar_memory.tracker import Memray

                return Memray(mark, holder, native, profiler), remarks
            return Tracemalloc(mark, holder, frames, traces, seconds), remarks
        except Unavailable as why:
            if (why.why, why.who) not in remarks:
                remarks.append((why.why, why.who))
    return Nothing(), remarks


def _choices(engine: str) -> Sequence[str]:
    """Return the back ends to try in turn; where memray cannot be had now, tracemalloc may be."""
    if engine != "auto":
        return (engine,)
    return ("memray", "tracemalloc") if find_spec("memray") is not None else ("tracemalloc",)
