"""Border: where a panel's code is called, so that its faults become entries in the toolbar and nowhere else."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from time import perf_counter

from debug_toolbar_core.fault import Failure, message_of
from debug_toolbar_core.record import Record

logger = logging.getLogger("debug_toolbar")
_IN_A_ROW = 5
_COUNTED = frozenset({"collect", "lifespan"})
"""Hooks whose faults switch a panel off; a view runs for a reader, and the next record may be drawn well."""


class Border:
    """Counts the faults of panels; five in a row, and a panel is off for the process."""

    def __init__(self, budget: float = 0.25, strict: bool = False) -> None:
        self.budget = budget
        self.strict = strict
        self.off: set[str] = set()
        self.broken: dict[str, Failure] = {}
        """Panels that measure nothing in this process: their lifespan failed, or they are off."""
        self._in_a_row: Counter[str] = Counter()
        self._logged: set[tuple[str, str]] = set()

    @contextmanager
    def guard(self, panel: str, hook: str, record: Record | None = None) -> Generator[None]:
        """Run one of a panel's hooks: what it raises is noted, a hook over its budget too.

        SystemExit and cancellation out of a panel are its faults as well; only a real KeyboardInterrupt passes.
        """
        before = perf_counter()
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.fault(panel, hook, record, error)
        else:
            took = perf_counter() - before
            if hook == "view" and took > self.budget:
                self.slow(panel, hook, record, took)
            elif hook in _COUNTED:
                self.well(panel)

    def well(self, panel: str) -> None:
        """Note that a panel did its work: what it failed before is forgotten."""
        if self._in_a_row:
            self._in_a_row.pop(panel, None)

    def fault(self, panel: str, hook: str, record: Record | None, error: BaseException) -> None:
        """Note what a panel raised: on its record, in its count, and once in the log."""
        self._note(panel, hook, record, f"{type(error).__qualname__}: {message_of(error)}", error)
        if self.strict:
            raise error

    def slow(self, panel: str, hook: str, record: Record | None, took: float) -> None:
        """Note that a hook took longer than it may; for this record the panel is switched off."""
        self._note(panel, hook, record, f"took {took:.3f} s of its {self.budget:g} s and was switched off here", None)

    def _note(self, panel: str, hook: str, record: Record | None, message: str, error: BaseException | None) -> None:
        where = "" if record is None else f" for record {record.id}"
        if record is not None:
            record.failures[panel] = Failure(hook, message)
        if record is not None and hook == "collect":
            record.data.pop(panel, None)
        if hook == "lifespan":
            self.broken[panel] = Failure(hook, message)
        if (panel, hook) not in self._logged:
            self._logged.add((panel, hook))
            lost = "What it would have shown%s is lost; this is logged once."
            tell("Panel %r failed in %s: %s. " + lost, panel, hook, message, where, error=error)
        if hook in _COUNTED:
            self._count(panel, hook)

    def _count(self, panel: str, hook: str) -> None:
        self._in_a_row[panel] += 1
        if self._in_a_row[panel] >= _IN_A_ROW and panel not in self.off:
            self.off.add(panel)
            self.broken[panel] = Failure(hook, f"{_IN_A_ROW} failures in a row; it is off until the process restarts")
            tell("Panel %r failed %d times in a row and is off until the process restarts.", panel, _IN_A_ROW)


def tell(message: str, *arguments: object, error: BaseException | None = None) -> None:
    """Log a fault of ours or of a plug-in; a log handler that raises must not reach the application."""
    with suppress(Exception):
        logger.error(message, *arguments, exc_info=error)
