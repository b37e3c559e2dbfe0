"""Reading: what was noted of a stored record, passing over whatever is not as it should be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from debug_toolbar_core import Record
from debug_toolbar_core.source import Source

_TEXT = 16_384
_LONGEST = 10**15


class Slice(NamedTuple):
    """A stretch in which a task ran, and since when it could have."""

    ready: float
    begin: float
    end: float


class Wait(NamedTuple):
    """One `await` of a task: its point, the number of the one around it or -1, its time, and what of it was waited."""

    point: int
    around: int
    begin: float
    end: float
    waited: float


class Join(NamedTuple):
    """A wait for other tasks; without numbers for all that the task made."""

    begin: float
    end: float
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One task, with its states over time; `end` is the record's where it goes on."""

    number: int
    parent: int
    name: str
    coroutine: str
    source: Source | None
    created: float
    end: float
    outcome: str
    awaited: bool
    unfetched: bool
    running: float
    suspensions: int
    slices: tuple[Slice, ...] = ()
    waits: tuple[Wait, ...] = ()
    joins: tuple[Join, ...] = ()
    since: float = 0.0
    """From when on its slices are known: of one that ran very often, the newest are kept."""
    before: float = 0.0
    """Seconds that it was ready until then."""
    role: str = "request"
    """What it is called if it is the record's own."""

    @property
    def ready(self) -> float:
        """Seconds in which it could have run, and others did."""
        return self.before + sum(piece.begin - piece.ready for piece in self.slices)

    @property
    def waiting(self) -> float:
        """Seconds in which it waited for something."""
        return max(0.0, self.end - self.created - self.running - self.ready)


class Point(NamedTuple):
    """A place that awaits something, with how often, how long in all and at most."""

    source: Source | None
    what: str
    calls: int
    seconds: float
    longest: float


class Hop(NamedTuple):
    """What a thread did: handed over by a task, begun and ended if it was."""

    name: str
    task: int
    handed: float
    began: float | None
    ended: float | None
    thread: str


class Cancel(NamedTuple):
    """Who cancelled a task, from where, and where the task waited."""

    at: float
    task: int
    by: str
    source: Source | None
    waited: Source | None


class Held(NamedTuple):
    """What held the loop in a stall, for how many of its seconds, and the stack, innermost first."""

    source: Source | None
    seconds: float
    stack: str


class Dropped(NamedTuple):
    """A coroutine that nobody awaited: its function and where that is, where it was dropped, by which task."""

    name: str
    source: Source | None
    place: Source | None
    task: int
    times: int


class Stall(NamedTuple):
    """A time in which the loop was held, by which record."""

    begin: float
    end: float
    record: str
    label: str
    task: str
    culprits: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was noted of one record."""

    loop: str | None = None
    slow: float = 0.05
    end: float = 0.0
    tasks: tuple[Task, ...] = ()
    points: tuple[Point, ...] = ()
    hops: tuple[Hop, ...] = ()
    cancels: tuple[Cancel, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    stalls: tuple[Stall, ...] = ()
    lags: tuple[tuple[float, float], ...] = ()
    missed: Mapping[str, int] = field(default_factory=dict)

    @property
    def request(self) -> Task | None:
        """The request's own task, if it ran."""
        return self.tasks[0] if self.tasks and self.tasks[0].outcome != "not made" else None


def seen_of(record: Record) -> Seen | None:
    """Read a record; None where the panel did not watch it."""
    data = record.data.get("async")
    if not isinstance(data, Mapping):
        return None
    end = number(data.get("end"))
    missed = data.get("missed")
    role = "connection" if record.kind == "websocket" else "request"
    return Seen(
        loop=text(data.get("loop")) or None,
        slow=number(data.get("slow")),
        end=end,
        tasks=tuple(_task(place, row, end, role) for place, row in enumerate(_rows(data.get("tasks"), 14))),
        points=tuple(
            Point(place(row[0]), text(row[1]), int(number(row[2])), number(row[3]), number(row[4]))
            for row in _rows(data.get("points"), 5)
        ),
        hops=tuple(
            Hop(text(row[0]), whole(row[1]), number(row[2]), maybe(row[3]), maybe(row[4]), text(row[5]))
            for row in _rows(data.get("threads"), 6)
        ),
        cancels=tuple(
            Cancel(number(row[0]), whole(row[1]), text(row[2]), place(row[3]), place(row[4]))
            for row in _rows(data.get("cancellations"), 5)
        ),
        dropped=tuple(
            Dropped(text(row[0]), place(row[1]), place(row[2]), whole(row[3]), max(1, whole(row[4])))
            for row in _rows(data.get("unawaited"), 5)
        ),
        stalls=tuple(_stall(row) for row in _rows(data.get("stalls"), 6)),
        lags=tuple((at / 1e6, lag / 1e6) for at, lag in _packed(data.get("lag"), 2)),
        missed={text(name): whole(count) for name, count in missed.items()} if isinstance(missed, Mapping) else {},
    )


def _task(position: int, row: list[Any], end: float, role: str) -> Task:
    parent, name, coroutine, source, created, ended, outcome, awaited, unfetched, running, suspensions = row[:11]
    slices, waits, joins, since, before = [*row, None, None][11:16]
    until = maybe(ended)
    return Task(
        number=position,
        parent=whole(parent) if -1 <= whole(parent) < position else -1,
        name=text(name),
        coroutine=text(coroutine),
        source=place(source),
        created=number(created),
        end=max(number(created), end if until is None else until),
        outcome=text(outcome),
        awaited=awaited is True,
        unfetched=unfetched is True,
        running=number(running),
        suspensions=whole(suspensions),
        slices=tuple(_slices(slices)),
        waits=tuple(
            Wait(point, around if -1 <= around < count else -1, begin / 1e6, finish / 1e6, waited / 1e6)
            for count, (point, around, begin, finish, waited) in enumerate(_packed(waits, 5))
        ),
        joins=tuple(_joins(joins)),
        since=number(since),
        before=number(before),
        role=role,
    )


def _slices(value: object) -> Iterator[Slice]:
    """Yield slices from steps of time, each since the one before."""
    at = 0
    for steps in _packed(value, 3):
        if min(steps) < 0 or at > _LONGEST:
            return
        ready, begin, at = list(accumulate(steps, initial=at))[1:]
        yield Slice(ready / 1e6, begin / 1e6, at / 1e6)


def _stall(row: list[Any]) -> Stall:
    culprits = tuple(Held(place(one[0]), number(one[1]), text(one[2])) for one in _rows(row[5], 3))
    return Stall(number(row[0]), number(row[1]), text(row[2]), text(row[3]), text(row[4]), culprits)


def _joins(value: object) -> Iterator[Join]:
    for piece in text(value).split():
        begin, _, rest = piece.partition(":")
        finish, _, tasks = rest.partition(":")
        times, numbers = _whole([begin, finish]), _whole([task for task in tasks.split(",") if task])
        if times is not None and numbers is not None:
            yield Join(times[0] / 1e6, times[1] / 1e6, tuple(numbers))


def _packed(value: object, size: int) -> Iterator[list[int]]:
    """Yield the groups of whole numbers in a text."""
    for piece in text(value).split():
        numbers = _whole(piece.split(":"))
        if numbers is not None and len(numbers) == size:
            yield numbers


def _whole(pieces: Iterable[str]) -> list[int] | None:
    try:
        return [int(piece[:18]) for piece in pieces]
    except ValueError:
        return None


def _rows(value: object, size: int) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, list) and len(row) >= size)


def text(value: object) -> str:
    """Return a text, of at most what a record keeps; else an empty one."""
    return value[:_TEXT] if isinstance(value, str) else ""


def number(value: object) -> float:
    """Return a finite number, 0 or more; else 0."""
    return maybe(value) or 0.0


def maybe(value: object) -> float | None:
    """Return a finite number, or None; one that is negative is 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return max(0.0, float(value))


def whole(value: object) -> int:
    """Return a whole number, or -1."""
    return value if type(value) is int else -1


def place(value: object) -> Source | None:
    """Return a place in the source, from `file:line:function`."""
    pieces = text(value).rsplit(":", 2)
    if len(pieces) != 3 or not pieces[1].isascii() or not pieces[1].isdigit():
        return None
    return Source(pieces[0], int(pieces[1][:9]), pieces[2])
