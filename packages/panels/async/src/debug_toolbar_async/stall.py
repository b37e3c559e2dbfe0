"""Stall: a time in which one task held the event loop, with the stacks that were seen meanwhile."""

from __future__ import annotations

from collections import Counter
from types import CodeType, FrameType
from typing import NamedTuple

from debug_toolbar_async.traced import Traced
from debug_toolbar_core.record import Record
from debug_toolbar_core.source import Source, is_library
from debug_toolbar_core.span import Span

SAMPLES = 500
_DEEPEST = 250
_ENOUGH = 0.8
_BORDER = (Traced.send.__code__, Traced.throw.__code__)
Place = tuple[CodeType, int]
Stack = tuple[Place, ...]


class Culprit(NamedTuple):
    """What held the loop, for how many of the seconds, and the stack it was seen in, innermost first."""

    source: Source | None
    seconds: float
    stack: tuple[Source, ...]


class Stall(NamedTuple):
    """A time in which the loop was held: by which record's task, and by what; by nobody's where `record` is empty."""

    begin: float
    end: float
    record: str
    label: str
    task: str
    culprits: tuple[Culprit, ...]


def stack_of(frame: FrameType | None) -> Stack:
    """Return where a thread is, innermost first, as far out as the task that runs in it."""
    places: list[Place] = []
    while frame is not None and len(places) < _DEEPEST and frame.f_code not in _BORDER:
        places.append((frame.f_code, frame.f_lineno or 0))
        frame = frame.f_back
    return tuple(places)


class Samples:
    """What the watchdog saw in one stretch of the loop: stacks, each with when it was seen last.

    A stack stands for the time since the one before it, whatever held the watchdog up. One thread adds, and
    the other may read at any moment.
    """

    __slots__ = ("_seen", "begin", "key", "label", "record", "task", "told")

    def __init__(self, key: object, begin: float, task: str, record: str, label: str) -> None:
        self.key = key
        self.begin = begin
        self.task = task
        self.record = record
        self.label = label
        self.told: tuple[Record, Span] | None = None
        self._seen: list[tuple[Stack, float]] = []

    @property
    def last(self) -> float:
        """When something was seen last."""
        return self._seen[-1][1] if self._seen else self.begin

    def add(self, stack: Stack, now: float) -> None:
        """Note a stack."""
        seen = self._seen
        if seen and (seen[-1][0] == stack or len(seen) >= SAMPLES):
            seen[-1] = (seen[-1][0], now)
        else:
            seen.append((stack, now))

    def weighed(self, end: float) -> list[tuple[Stack, float]]:
        """Return the stacks with their seconds, the last until the end."""
        found, at = list[tuple[Stack, float]](), self.begin
        seen = list(self._seen)
        for place, (stack, moment) in enumerate(seen):
            until = max(end, moment) if place == len(seen) - 1 else moment
            found.append((stack, until - at))
            at = until
        return found

    def culprits(self, end: float, least: float) -> tuple[Culprit, ...]:
        """Return what held the loop until then: each line that did for `least` seconds, or else the worst function."""
        lines, functions, stacks = Counter[Place](), Counter[CodeType](), dict[Place, tuple[float, Stack]]()
        for stack, weight in self.weighed(end):
            place = _own(stack)
            if place is not None:
                lines[place] += weight  # type: ignore[assignment]  # a Counter adds up any number
                functions[place[0]] += weight  # type: ignore[assignment]  # as above
                stacks[place] = max(stacks.get(place, (0.0, stack)), (weight, stack), key=_weight)
        found = [(place, seconds) for place, seconds in lines.most_common(5) if seconds >= least * _ENOUGH]
        if not found and functions:
            code, seconds = functions.most_common(1)[0]
            found = [(max((place for place in lines if place[0] is code), key=lines.__getitem__), seconds)]
        return tuple(_culprit(place, seconds, stacks[place][1]) for place, seconds in found)


def _weight(seen: tuple[float, Stack]) -> float:
    return seen[0]


def _own(stack: Stack) -> Place | None:
    """Return the innermost place in the user's code, or else the innermost at all."""
    return next((place for place in stack if not is_library(place[0].co_filename)), stack[0] if stack else None)


def _culprit(place: Place, seconds: float, stack: Stack) -> Culprit:
    return Culprit(_source(place), float(seconds), tuple(_source(seen) for seen in stack))


def _source(place: Place) -> Source:
    code, line = place
    return Source(code.co_filename, line, code.co_qualname)
