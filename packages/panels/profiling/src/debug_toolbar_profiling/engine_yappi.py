"""Yappi: exact call counts of one record, by its tag: threads and greenlets included, everything much slower."""

from __future__ import annotations

import sys
from typing import Any

from debug_toolbar_core.context import position
from debug_toolbar_profiling.contexts import NAME
from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.stacks import Count, Named

_OURS, _OTHERS = 1, 2
_MOST = 1_500


class Yappi:
    """Yappi at work for one record."""

    def __init__(self, yappi: Any) -> None:
        self._yappi = yappi

    def stop(self, run: Run) -> None:
        """Stop it, and give the run the functions it counted."""
        yappi = self._yappi
        try:
            yappi.stop()
            stats = yappi.get_func_stats(filter={"tag": _OURS})
            found = sorted(stats, key=lambda stat: -float(stat.tsub))[:_MOST]
            run.calls = {
                Named(str(stat.name), "" if stat.builtin else str(stat.module), int(stat.lineno)): Count(
                    int(stat.ncall), float(stat.tsub), float(stat.ttot)
                )
                for stat in found
            }
        finally:
            _reset(yappi)


def start(yappi: Any, run: Run) -> Yappi:
    """Start it for the whole process; what runs for this record is told apart by its context."""

    def tag() -> int:
        here = position.get()
        record = None if here is None else here.slot.record
        return _OURS if record is not None and record.held.get(NAME) is run else _OTHERS

    try:
        yappi.clear_stats()
        yappi.set_tag_callback(tag)
        # Its native threads count what runs in a greenlet twice.
        yappi.set_context_backend("greenlet" if "greenlet" in sys.modules else "native_thread")
        yappi.set_clock_type("cpu")
        yappi.start(builtins=True, profile_threads=True)
    except BaseException:
        yappi.stop()
        _reset(yappi)
        raise
    return Yappi(yappi)


def _reset(yappi: Any) -> None:
    yappi.clear_stats()
    yappi.set_tag_callback(None)
    yappi.set_context_backend("native_thread")
