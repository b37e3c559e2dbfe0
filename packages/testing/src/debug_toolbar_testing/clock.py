"""Clock: records whose time goes on only when told, without patching anything."""

from __future__ import annotations

from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_core.record import Kind


class Clock:
    """A clock for tests: it stands at `seconds` until `advance`.

    Example: `record = Clock().record("http")`.
    """

    def __init__(self, started_at: float = 1_795_400_000.0) -> None:
        self.started_at = started_at
        self.seconds = 0.0

    def advance(self, seconds: float) -> float:
        """Let time go by; return what the clock shows then."""
        self.seconds += seconds
        return self.seconds

    def record(self, kind: Kind = "http", **options: Any) -> ClockedRecord:
        """Return an open record that begins now on this clock."""
        return ClockedRecord(self, kind, **options)


class ClockedRecord(Record):
    """A record that reads a test's clock."""

    __slots__ = ("clock", "since")

    def __init__(self, clock: Clock, kind: Kind = "http", **options: Any) -> None:
        super().__init__(kind, **options)
        self.clock = clock
        self.since = clock.seconds
        self.started_at = clock.started_at + clock.seconds

    def now(self) -> float:
        """Return the clock's seconds since the record's start."""
        return self.clock.seconds - self.since
