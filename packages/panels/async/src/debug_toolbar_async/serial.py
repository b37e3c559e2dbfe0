"""Serial: awaits of one function that wait one after the other, and might together."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from debug_toolbar_async.seen import Seen, Task, Wait

LEAST = 0.005
"""Seconds that running together must save."""
_EACH = 0.002
_SHARE = 0.03
_ORDERED = re.compile(
    r"(session|connection|transaction|cursor|engine|result|pool|request|response|websocket|channel)\w*\."
    r"|\.(receive|send|acquire|__a\w+__|read\w*|write|drain|put|join)$"
    r"|^(gather|GatheringFuture|wait|wait_for|receive|send|Task|a turn of the loop)$|asend|anext|TaskGroup|Event\.wait",
    re.IGNORECASE,
)
"""What has to be in order, or is waiting for tasks already: connections above all, which do one thing at a time."""
_WRITES = re.compile(r"^(\w+)\.(\w*set|put|save|add|delete|update|insert|publish|push)$")


class Series(NamedTuple):
    """Awaits of one call of a function, one after the other, with the seconds they would save together."""

    task: Task
    waits: tuple[Wait, ...]
    saves: float


def series(seen: Seen) -> list[Series]:
    """Return the series of a request, those that would save the most first."""
    request = seen.request
    wall = 0.0 if request is None else request.end - request.created
    least, busy = max(LEAST, wall * _SHARE), Busy(seen.tasks)
    found = [one for task in seen.tasks for one in _of_task(seen, task, busy) if one.saves >= least]
    return sorted(found, key=lambda one: -one.saves)


class Busy:
    """When the loop ran any task: what waited for that would wait as long beside the others."""

    def __init__(self, tasks: tuple[Task, ...]) -> None:
        self.begins: list[float] = []
        self.ends: list[float] = []
        self.before = [0.0]
        for _, begin, end in sorted((piece for task in tasks for piece in task.slices), key=itemgetter(1)):
            start = max(begin, self.ends[-1]) if self.ends else begin
            if end > start:
                self.begins.append(start)
                self.ends.append(end)
                self.before.append(self.before[-1] + end - start)

    def idle(self, wait: Wait) -> float:
        """Return the seconds of an await in which the loop had nothing to do."""
        return max(0.0, wait.end - wait.begin - (self.until(wait.end) - self.until(wait.begin)))

    def until(self, moment: float) -> float:
        """Return the seconds for which the loop ran tasks before a moment."""
        place = bisect_right(self.begins, moment)
        return self.before[place] - max(0.0, self.ends[place - 1] - moment if place else 0.0)


def _of_task(seen: Seen, task: Task, busy: Busy) -> Iterator[Series]:
    ordered = _ordered(seen, task)
    siblings: dict[int, list[tuple[int, Wait]]] = {}
    for number, wait in enumerate(task.waits):
        siblings.setdefault(wait.around, []).append((number, wait))
    for together in siblings.values():
        run: list[Wait] = []
        for number, wait in together:
            written = _WRITES.match(_what(seen, wait))
            if written and any(_what(seen, other).startswith(f"{written[1]}.") for other in run):
                run = []  # looked for, fetched, and kept: in this order
            elif number in ordered:
                yield from _series(task, run, busy)
                run = []
            elif busy.idle(wait) >= _EACH:
                run.append(wait)
        yield from _series(task, run, busy)


def _what(seen: Seen, wait: Wait) -> str:
    return seen.points[wait.point].what if 0 <= wait.point < len(seen.points) else ""


def _series(task: Task, run: list[Wait], busy: Busy) -> Iterator[Series]:
    if len(run) > 1:
        took = [busy.idle(wait) for wait in run]
        yield Series(task, tuple(run), sum(took) - max(took))


def _ordered(seen: Seen, task: Task) -> set[int]:
    """Return the numbers of the awaits that must keep their order, with those around them."""
    found: set[int] = set()
    for number in range(len(task.waits) - 1, -1, -1):
        wait = task.waits[number]
        what = _what(seen, wait)
        if number in found or not what or _ORDERED.search(what):
            found.add(number)
            found.add(wait.around)
    return found
