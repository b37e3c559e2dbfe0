"""Reading: what was noted of a stored record, passing over whatever is not as it should be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from debug_toolbar_async.seen import Cancel, Dropped, Held, Hop, Join, Point, Seen, Slice, Stall, Task, Wait
from debug_toolbar_core import Record
from debug_toolbar_core.source import Source

_TEXT = 16_384
_LONGEST = 10**15


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
