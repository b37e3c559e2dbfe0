"""Border: where a panel's code is called, so that its faults become entries in the toolbar and nowhere else."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from debug_toolbar_core.fault import Failure, message_of
from debug_toolbar_core.record import Record

logger = logging.getLogger("debug_toolbar")
_IN_A_ROW = 5


class Border:
    """Counts the faults of panels; five in a row, and a panel is off for the process."""

    def __init__(self, budget: float = 0.25, strict: bool = False) -> None:
        self.budget = budget
        self.strict = strict
        self.off: set[str] = set()
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
            if took > self.budget:
                self.slow(panel, hook, record, took)
            else:
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
            record.data.pop(panel, None)
        if (panel, hook) not in self._logged:
            self._logged.add((panel, hook))
            logger.error(
                "Panel %r failed in %s: %s. What it would have shown%s is lost; this is logged once.",
                panel, hook, message, where, exc_info=error,
            )  # fmt: skip
        self._in_a_row[panel] += 1
        if self._in_a_row[panel] >= _IN_A_ROW and panel not in self.off:
            self.off.add(panel)
            logger.error("Panel %r failed %d times in a row and is off until the process restarts.", panel, _IN_A_ROW)
