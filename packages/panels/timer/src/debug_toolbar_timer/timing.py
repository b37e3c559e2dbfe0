"""Timing: the times of a stored record, in seconds, None where a record does not tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from debug_toolbar_core import Record

Phase = tuple[str, float, float, float]
"""What was done, when it began, how long it took, and its share of the whole."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What the clock measured and what the record knows, with what follows from both."""

    total: float | None = None
    first_byte: float | None = None
    last_byte: float | None = None
    cpu: float | None = None
    user: float | None = None
    system: float | None = None
    running: float | None = None
    longest: float | None = None
    slices: int | None = None

    @classmethod
    def of(cls, record: Record) -> Self:
        """Read a record; what is missing or no number is None."""
        data = record.data.get("timer")
        told: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        response, slices = record.response, _number(told.get("slices"))
        return cls(
            total=_number(record.duration),
            first_byte=None if response is None else _number(response.started),
            last_byte=None if response is None or not response.complete else _number(response.ended),
            slices=int(slices) if slices else None,
            **{name: _number(told.get(name)) for name in ("cpu", "user", "system", "running", "longest")},
        )

    @property
    def waiting(self) -> float | None:
        """Seconds it did not run: total less running."""
        return _less(self.total, self.running)

    @property
    def blocked(self) -> float | None:
        """Seconds it held the loop and used no CPU."""
        return _less(self.running, self.cpu)

    @property
    def suspensions(self) -> int | None:
        """How often it gave the loop to others."""
        return None if self.slices is None else self.slices - 1

    def phases(self) -> Iterator[Phase]:
        """Split the whole at the response's first and last byte; nothing when either end is not known."""
        if self.total is None or self.first_byte is None:
            return
        first = min(self.first_byte, self.total)
        last = self.total if self.last_byte is None else min(max(self.last_byte, first), self.total)
        yield self.phase("Before the response started", 0.0, first, self.total)
        yield self.phase("Sending the body", first, last, self.total)
        if self.last_byte is not None:
            yield self.phase("After the last byte (background)", last, self.total, self.total)

    @staticmethod
    def phase(name: str, start: float, end: float, total: float) -> Phase:
        """Return one phase with its share."""
        return name, start, end - start, (end - start) / total if total else 0.0


def _number(value: object) -> float | None:
    # A bool is an int to Python and no time to us; a time that is not finite or negative says nothing.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def _less(whole: float | None, part: float | None) -> float | None:
    return None if whole is None or part is None else max(0.0, whole - part)
