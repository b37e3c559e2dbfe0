"""Span: a timed piece of a record, on the record's own clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from debug_toolbar_core.source import Source


@dataclass(slots=True, eq=False)
class Span:
    """One timed piece: `start` and `end` in seconds since the record's start; `end` is None while it runs.

    `attributes` follow OpenTelemetry's semantic names where there is one. `index` is its place among the
    record's spans once the record was encoded, -1 before; `kept` is False when limits only counted it.
    """

    panel: str
    name: str
    start: float
    end: float | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    parent: Span | None = None
    task: str | None = None
    source: Source | None = None
    kept: bool = True
    index: int = -1

    @property
    def duration(self) -> float:
        """Seconds it took; 0 while it runs."""
        return 0.0 if self.end is None else self.end - self.start


@dataclass(slots=True)
class Fold:
    """Spans that limits did not keep, counted: how many of this name, and their seconds in all."""

    panel: str
    name: str
    count: int = 0
    seconds: float = 0.0
