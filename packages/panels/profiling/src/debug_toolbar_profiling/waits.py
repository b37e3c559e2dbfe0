"""Waits: when and how long a record's coroutine was suspended, and at which of its awaits."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from debug_toolbar_profiling.awaited import Place, awaited
from debug_toolbar_profiling.climb import is_user
from debug_toolbar_profiling.samples import WAITING, Samples
from debug_toolbar_profiling.stacks import ROOT, Function, Stacks

SHORT = 30e-6
"""Seconds: shorter waits are summed up, not located."""
_SHARE, _AT_ONCE = 0.02, 0.0005
_POINTS_MOST = 300
Point = tuple[Function, int, Function]
"""The innermost function of the user's that waits, its line, and what is awaited at the end."""


class Waits:
    """Waits folded to a tree and by await point. To find where takes at most a fiftieth of the time waited.

    It is found out when the wait is over: until its coroutine is resumed, it stands where it stood all the time.
    """

    __slots__ = ("_spent", "count", "points", "samples", "seconds", "stacks")

    def __init__(self) -> None:
        self.stacks = Stacks(2_000)
        self.samples = Samples(4_000)
        self.points: dict[Point, list[float]] = {}
        """By await point: how often, seconds in all, the longest."""
        self.count = 0
        self.seconds = 0.0
        self._spent = 0.0

    def add(self, at: float, seconds: float, work: Any) -> None:
        """Add a wait that is just over; never raises."""
        self.count += 1
        self.seconds += seconds
        node = ROOT
        if seconds >= SHORT and self._spent <= _AT_ONCE + _SHARE * self.seconds:
            before = perf_counter()
            try:
                node = self.locate(awaited(work), seconds)
            except Exception:  # noqa: BLE001 - a border: this is the application's path; the wait counts as not located
                node = ROOT
            self._spent += perf_counter() - before
        self.samples.add(at, WAITING, node, seconds, 0.0, self.count if node else 0)

    def locate(self, places: list[Place], seconds: float) -> int:
        """Count a wait at its await point, and return its node."""
        if not places:
            return ROOT
        own = next(((code, line) for code, line in reversed(places) if type(code) is not str and is_user(code)), None)
        code, line = own or places[0]
        point = (code, line, places[-1][0])
        known = self.points.get(point)
        if known is None and len(self.points) < _POINTS_MOST:
            known = self.points[point] = [0, 0.0, 0.0]
        if known is not None:
            known[0] += 1
            known[1] += seconds
            known[2] = max(known[2], seconds)
        return self.stacks.node([code for code, _ in places])

    @property
    def cost(self) -> float:
        """Seconds that locating took."""
        return self._spent
