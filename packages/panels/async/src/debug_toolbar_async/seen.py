"""Seen: what was noted of one record, as it is read: tasks, awaits, threads, cancellations and stalls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from debug_toolbar_core.source import Source


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
