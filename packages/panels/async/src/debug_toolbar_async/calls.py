"""Calls: the awaits of a task as a tree, a call for each `await` in the user's code, and their points."""

from __future__ import annotations

from types import CodeType, CoroutineType
from typing import Any
from weakref import ref

from debug_toolbar_async.chain import Chain, Step, awaited, chain_of, source_of
from debug_toolbar_core.source import Source

POINTS = 100
CALLS = 1_000
OF_A_TASK = 200


class Point:
    """A place that waits: an `await` of the source, what it awaits, and the waits found there."""

    __slots__ = ("code", "count", "longest", "number", "seconds", "source", "what")

    def __init__(self, number: int, code: CodeType, source: Source, what: str) -> None:
        self.number = number
        self.code = code
        self.source = source
        self.what = what
        self.count = 0
        self.seconds = 0.0
        self.longest = 0.0


class Call:
    """One `await` while it waits: its point, the call around it, its time and what of it was waited."""

    __slots__ = ("around", "begin", "below", "end", "number", "point", "waited")

    def __init__(self, number: int, point: Point, around: int, begin: float, below: Any) -> None:
        self.number = number
        self.point = point
        self.around = around
        self.begin = self.end = begin
        self.waited = 0.0
        self.below = below


class Points:
    """The await points of one record, and room for its calls."""

    __slots__ = ("dropped", "known", "room")

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], Point] = {}
        self.room = CALLS
        self.dropped = 0

    def point(self, step: Step) -> Point | None:
        """Return the point of a step; None once there are too many."""
        key = (id(step.code), step.at)
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= POINTS:
                self.dropped += 1
                return None
            found = Point(len(self.known), step.code, source_of(step), awaited(step.below)[:200])
            self.known[key] = found
        return found


class Calls:
    """The calls of one task, in the order they began; those that wait now are `path`, outermost first."""

    __slots__ = ("dropped", "made", "path", "points")

    def __init__(self, points: Points) -> None:
        self.points = points
        self.made: list[Call] = []
        self.path: list[tuple[Call, int]] = []
        self.dropped = 0

    def waited(self, work: Any, begin: float, end: float) -> Chain:
        """Note one suspension of a coroutine, and return where; a call that waited before goes on."""
        path = self.path
        known, work = self.unchanged(work)
        chain = chain_of(work, stand_in=not known)
        depth = known + self.common(chain.steps, known)
        again = depth == known + len(chain.steps) == len(path) > 0
        if not again:
            del path[depth:]
            for step in chain.steps[depth - known :]:
                if not self.open(step, begin):
                    self.drop(chain.steps[-1], end - begin)
                    return chain
        took = end - begin
        for call, _ in path:
            call.end = end
            call.waited += took
        if path:
            point, call = path[-1][0].point, path[-1][0]
            point.count += not again
            point.seconds += took
            if call.waited > point.longest:
                point.longest = call.waited
        return chain

    def unchanged(self, work: Any) -> tuple[int, Any]:
        """Return how many of the calls still wait for the same coroutine, and the innermost of those.

        So the outer part of a chain, a framework's twenty frames, is walked once and not at every await.
        """
        path = self.path
        for depth in range(len(path) - 1, -1, -1):
            below = path[depth][0].below
            if type(below) is ref:
                below = below()
                if type(below) is CoroutineType and below.cr_await is not None:
                    return depth + 1, below
        return 0, work

    def common(self, steps: list[Step], known: int) -> int:
        """Return how many of the calls behind those known still wait."""
        for depth, ((call, at), step) in enumerate(zip(self.path[known:], steps, strict=False)):
            if call.point.code is not step.code or at != step.at or not _same(call.below, step.below):
                return depth
        return min(len(self.path) - known, len(steps))

    def drop(self, step: Step, took: float) -> None:
        """Count a wait for which there is no room among the calls."""
        point = self.points.point(step)
        if point is not None:
            point.count += 1
            point.seconds += took
            point.longest = max(point.longest, took)

    def open(self, step: Step, begin: float) -> bool:
        """Begin a call inside those that wait; False when there is no room for it."""
        point = self.points.point(step)
        if point is None or self.points.room <= 0 or len(self.made) >= OF_A_TASK:
            self.dropped += 1
            return False
        self.points.room -= 1
        around = self.path[-1][0].number if self.path else -1
        call = Call(len(self.made), point, around, begin, _referred(step.below))
        self.made.append(call)
        self.path.append((call, step.at))
        return True


def _referred(below: Any) -> Any:
    try:
        return ref(below)
    except TypeError:
        return id(below)


def _same(known: Any, below: Any) -> bool:
    return known() is below if type(known) is ref else known == id(below)
