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

    __slots__ = ("at", "code", "count", "longest", "number", "seconds", "source", "what")

    def __init__(self, number: int, code: CodeType, at: int, source: Source, what: str) -> None:
        self.number = number
        self.code = code
        self.at = at
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
            found = Point(len(self.known), step.code, step.at, source_of(step), awaited(step.below)[:200])
            self.known[key] = found
        return found


class Calls:
    """The calls of one task, in the order they began; those that wait now are `path`, outermost first."""

    __slots__ = ("dropped", "made", "next", "path", "points")

    def __init__(self, points: Points) -> None:
        self.points = points
        self.made: list[Call] = []
        self.path: list[Call] = []
        self.dropped = self.next = 0

    def waited(self, work: Any, begin: float, end: float) -> Chain:
        """Note one suspension of a coroutine, and return where; a call that waited before goes on."""
        path = self.path
        known, work = self.unchanged(work) if path else (0, work)
        steps, _, last = chain = chain_of(work, not known)
        depth = self.common(steps, known, last)
        again = depth == known + len(steps) == len(path) > 0
        if not again:
            before = path[depth].point if depth < len(path) else None
            del path[depth:]
            for step in steps if depth == known else steps[depth - known :]:
                if not self.open(step, begin, last, before):
                    self.drop(steps[-1], end - begin)
                    return chain
        took = end - begin
        for call in path:
            call.end = end
            call.waited += took
        if path:
            point = call.point
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
            below = path[depth].below
            if type(below) is ref:
                below = below()
                if type(below) is CoroutineType and below.cr_await is not None:
                    return depth + 1, below
        return 0, work

    def common(self, steps: list[Step], known: int, end: Any) -> int:
        """Return how many of the calls still wait: those known, and those behind them."""
        path, depth = self.path, known
        for code, at, below, _ in steps:
            if depth >= len(path):
                break
            call = path[depth]
            point = call.point
            if at != point.at or point.code is not code or not _same(call.below, below, end):
                break
            depth += 1
        return depth

    def let_go(self) -> None:
        """Keep the newer half of the calls, and those that wait: at their points all are counted."""
        waiting = {id(call) for call in self.path}
        half = len(self.made) // 2
        kept = [call for place, call in enumerate(self.made) if place >= half or id(call) in waiting]
        self.points.room += len(self.made) - len(kept)
        self.made = kept

    def drop(self, step: Step, took: float) -> None:
        """Count a wait for which there is no room among the calls."""
        point = self.points.point(step)
        if point is not None:
            point.count += 1
            point.seconds += took
            point.longest = max(point.longest, took)

    def open(self, step: Step, begin: float, end: Any, before: Point | None) -> bool:
        """Begin a call inside those that wait, of which the innermost waits for `end`; False when there is no room.

        Most often it is one more at the point where the call before it was.
        """
        points, made, path = self.points, self.made, self.path
        code, at, below, _ = step
        point = before
        if point is None or point.at != at or point.code is not code:
            point = points.known.get((id(code), at)) or points.point(step)
        if point is not None and (points.room <= 0 or len(made) >= OF_A_TASK):
            self.let_go()
            made = self.made
        if point is None or points.room <= 0:
            self.dropped += 1
            return False
        points.room -= 1
        referred = ref(below) if type(below) is CoroutineType else _referred(below, end)
        call = Call(self.next, point, path[-1].number if path else -1, begin, referred)
        self.next += 1
        made.append(call)
        path.append(call)
        return True


def _referred(below: Any, end: Any) -> Any:
    """Return what tells one await from the next at the same place, without keeping it: of a future, the future."""
    try:
        return ref(below if end is None or type(below).__name__ != "FutureIter" else end)
    except TypeError:
        return id(below)


def _same(known: Any, below: Any, end: Any) -> bool:
    if type(known) is not ref:
        return bool(known == id(below))
    found = known()
    return found is below or (found is not None and found is end)
