"""Path: the critical path, which is the chain of running and waiting that made a request take as long as it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from debug_toolbar_async.seen import Join, Seen, Task, Wait

State = Literal["running", "ready", "waiting"]
_STEPS = 20_000
_NEAR = 0.003
"""Seconds within which a task runs that was ready when the loop was let go."""


class Piece(NamedTuple):
    """A stretch of a task in one state; `point` is where it waits, -1 where that is not known."""

    task: Task
    state: State
    begin: float
    end: float
    point: int = -1


class Totals(NamedTuple):
    """Seconds: as the clock saw them, all tasks one after the other, and what could not be shorter."""

    wall: float
    sum: float
    critical: float


def pieces(task: Task) -> Iterator[Piece]:
    """Yield the states of a task from its beginning, or from where they are known, to its end, without gaps."""
    at = max(task.created, task.since)
    for ready, begin, end in task.slices:
        if ready > at:
            yield Piece(task, "waiting", at, ready, _point(task, at, ready))
        if begin > max(ready, at):
            yield Piece(task, "ready", max(ready, at), begin)
        if end > max(begin, at):
            yield Piece(task, "running", max(begin, at), end)
        at = max(at, end)
    if task.end > at:
        yield Piece(task, "waiting", at, task.end, _point(task, at, task.end))


def _point(task: Task, begin: float, end: float) -> int:
    """Return the innermost point that waited then; the last of the calls that cover it."""
    middle = (begin + end) / 2
    return next((wait.point for wait in reversed(task.waits) if wait.begin <= middle <= wait.end), -1)


def critical(seen: Seen) -> list[Piece]:
    """Return the critical path, in the order of time: where a task waits for others, it is that of the last of them."""
    request = seen.request
    if request is None:
        return []
    walk = _Walk(seen)
    task, until = request, request.end
    for _ in range(len(seen.tasks) * 2 + 1):
        jump = walk.back(task, until)
        if jump is None:
            break
        task, until = jump
    return _merged(reversed(walk.found))


class _Walk:
    """Goes backwards through the tasks."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.found: list[Piece] = []
        self.been: set[int] = set()

    def back(self, task: Task, until: float) -> tuple[Task, float] | None:
        """Go back through a task, and return where to go on: in one it waited for, or in the one that made it."""
        for piece in reversed(list(pieces(task))):
            if piece.begin >= until or len(self.found) > _STEPS:
                continue
            end = min(piece.end, until)
            found = None if piece.state == "running" else self.last(task, piece, end) or self.holder(task, piece, end)
            if found is not None:
                last, ended = found
                if end > ended:
                    self.found.append(Piece(task, "ready", ended, end))
                return last, ended
            self.found.append(piece._replace(end=end))
        if task.number == 0 or task.parent < 0:
            return None
        self.been.add(task.number)
        return self.seen.tasks[task.parent], task.created

    def last(self, task: Task, piece: Piece, end: float) -> tuple[Task, float] | None:
        """Return the task that ended last of those a piece waits for, and when."""
        join = next((join for join in task.joins if join.begin < end and join.end > piece.begin), None)
        if join is None:
            return None
        ended = [other for other in self.members(task, join) if join.begin < other.end <= end]
        if not ended:
            return None
        last = max(ended, key=_end)
        self.been.add(last.number)
        return last, last.end

    def holder(self, task: Task, piece: Piece, end: float) -> tuple[Task, float] | None:
        """Return the task that held the loop when a wait was over, and so made it longer, and until when."""
        for other in self.seen.tasks:
            for held in other.slices if other is not task else ():
                long = held.end - held.begin >= max(self.seen.slow, _NEAR)
                if long and piece.begin < held.begin and end - _NEAR <= held.end <= end:
                    return other, held.end
        return None

    def members(self, task: Task, join: Join) -> list[Task]:
        tasks, been = self.seen.tasks, self.been
        if join.tasks:
            chosen = [tasks[number] for number in join.tasks if 0 < number < len(tasks)]
        else:
            chosen = [other for other in tasks if other.parent == task.number]
        return [other for other in chosen if other.number not in been and other.outcome != "still running"]


def _end(task: Task) -> float:
    return task.end


def _merged(found: Iterator[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in found:
        last = merged[-1] if merged else None
        same = last is not None and (last.task, last.state, last.point) == (piece.task, piece.state, piece.point)
        if same and last is not None:
            merged[-1] = last._replace(end=piece.end)
        else:
            merged.append(piece)
    return merged


def totals(seen: Seen, path: list[Piece]) -> Totals:
    """Return the three numbers of a request."""
    request = seen.request
    wall = 0.0 if request is None else request.end - request.created
    work = sum(max(0.0, task.end - task.created - task.ready - _joined(task)) for task in seen.tasks)
    return Totals(wall, work, sum(piece.end - piece.begin for piece in path if piece.state != "ready"))


def _joined(task: Task) -> float:
    """Return the seconds in which a task only waited for others."""
    waits = sum(join.end - join.begin for join in task.joins)
    ready = sum(
        piece.begin - piece.ready
        for piece in task.slices
        if any(join.begin <= piece.ready <= join.end for join in task.joins)
    )
    return max(0.0, waits - ready)


def own(wait: Wait, number: int, waits: tuple[Wait, ...]) -> float:
    """Return what of an await was not waited further inside."""
    return max(0.0, wait.waited - sum(inner.waited for inner in waits if inner.around == number))
