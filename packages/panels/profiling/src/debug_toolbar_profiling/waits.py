"""Waits: when and how long a record's coroutine was suspended, and at which of its awaits."""

from __future__ import annotations

from time import perf_counter
from types import CodeType
from typing import Any

from debug_toolbar_core.source import is_library
from debug_toolbar_profiling.awaited import Chain, Place
from debug_toolbar_profiling.climb import is_user
from debug_toolbar_profiling.samples import WAITING, Samples
from debug_toolbar_profiling.stacks import ROOT, Function, Named, Stacks

SHORT = 30e-6
"""Seconds: shorter waits are summed up, not located."""
_SHARE, _AT_ONCE = 0.03, 0.0002
_POINTS_MOST = 300
_SLICES_MOST = 1_000
Point = tuple[Function, int, Function]
"""The innermost function of the user's that waits, its line, and what it awaits there."""


class Waits:
    """Waits folded to a tree and by await point. To find where takes at most a thirtieth of the time.

    It is found out when the wait is over: until its coroutine is resumed, it stands where it stood all the time.
    """

    __slots__ = ("_chain", "_nodes", "_short", "_spent", "count", "points", "samples", "seconds", "slices", "stacks")

    def __init__(self) -> None:
        self.stacks = Stacks(2_000)
        self.samples = Samples(4_000)
        self.points: dict[Point, list[float]] = {}
        """By await point: how often, seconds in all, the longest."""
        self.slices: dict[tuple[int, int], float] = {}
        """Seconds that ran unseen between a wait and the next, by their nodes."""
        self.count = 0
        self.seconds = 0.0
        self._spent = 0.0
        self._chain = Chain()
        self._nodes: list[int] = []
        """The node of each place in the chain."""
        self._short: list[float] | None = None
        """The newest sample, where it is of waits that are not located."""

    def add(self, at: float, seconds: float, work: Any) -> int:
        """Add a wait that is just over, which began `at` seconds of the record; return its node; never raises."""
        self.count += 1
        self.seconds += seconds
        if seconds < SHORT or self._spent > _AT_ONCE + _SHARE * at:
            if self._short is None:
                self._short = self.samples.add(at, WAITING, ROOT, seconds, 0.0, 0)
            else:  # one more in a row, as most are that a task makes only to let others run
                self._short[3] += seconds
            return ROOT
        before = perf_counter()
        try:
            known = self._chain.find(work)
            node = self.locate(self._chain.places, seconds, known)
        except Exception:  # noqa: BLE001 - a border: this is the application's path; the wait counts as not located
            node, self._chain = ROOT, Chain()
        self._spent += perf_counter() - before
        self.samples.add(at, WAITING, node, seconds, 0.0, self.count)
        self._short = None
        return node

    def between(self, before: int, after: int, seconds: float) -> None:
        """Note a slice of which no sample was taken, by the waits before and after it."""
        pair = (before, after)
        if pair in self.slices or len(self.slices) < _SLICES_MOST:
            self.slices[pair] = self.slices.get(pair, 0.0) + seconds

    def around(self, before: int, after: int) -> list[Function]:
        """Return the calls that two waits have in common, down to the user's innermost: the slice between ran in it."""
        common = []
        for one, other in zip(self.stacks.path(before), self.stacks.path(after), strict=False):
            if one != other:
                break
            common.append(one)
        while common and not _is_users(common[-1]):
            common.pop()
        return common

    def locate(self, places: list[Place], seconds: float, known: int = 0) -> int:
        """Count a wait at its await point, and return its node; so many of the places are those of the last one."""
        nodes = self._nodes
        del nodes[known:]
        node = nodes[-1] if nodes else ROOT
        for function, _ in places[known:]:
            node = self.stacks.node((function,), node)
            nodes.append(node)
        if not places:
            return ROOT
        own = next((at for at in range(len(places) - 1, -1, -1) if _is_users(places[at][0])), None)
        if own is None:  # the framework awaits: where it does is not news, what for is
            own = max(0, len(places) - 2)
        code, line = places[own]
        what = places[own + 1 : own + 2] or places[-1:]
        self._count((code, line, what[0][0]), seconds)
        return node

    def _count(self, point: Point, seconds: float) -> None:
        known = self.points.get(point)
        if known is None and len(self.points) < _POINTS_MOST:
            known = self.points[point] = [0, 0.0, 0.0]
        if known is not None:
            known[0] += 1
            known[1] += seconds
            known[2] = max(known[2], seconds)

    @property
    def cost(self) -> float:
        """Seconds that locating took."""
        return self._spent


def _is_users(function: Function) -> bool:
    if isinstance(function, Named):
        return not is_library(function.file)
    return isinstance(function, CodeType) and is_user(function)
