"""Packing: what was noted of a record, as plain values: few of them, with the long lists as texts of numbers.

Times are seconds since the record's start in the values, whole microseconds in the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from debug_toolbar_async.unfetched import is_unfetched
from debug_toolbar_core.source import Source

if TYPE_CHECKING:
    from debug_toolbar_async.lane import Lane
    from debug_toolbar_async.stall import Culprit, Stall
    from debug_toolbar_async.watch import Watch

STALLS = 20
LAGS = 120
_STACK = 30


def packed(watch: Watch, now: float) -> dict[str, Any]:
    """Return the data of a watch that ends."""
    start, numbers = watch.record.started, {number: place for place, number in enumerate(watch.lanes)}
    missed = Counter(watch.missed)
    data: dict[str, Any] = {
        "loop": None if watch.loop is None else f"{type(watch.loop).__module__.partition('.')[0]}",
        "slow": watch.slow,
        "end": round(now - start, 6),
        "tasks": [_lane(lane, start, numbers) for lane in watch.lanes.values()],
        "points": [
            [_place(point.source), point.what, point.count, round(point.seconds, 6), round(point.longest, 6)]
            for point in watch.points.known.values()
        ],
        "threads": [
            [
                hop.name,
                numbers.get(hop.lane, -1),
                _at(hop.handed, start),
                _at(hop.began, start),
                _at(hop.ended, start),
                hop.thread,
            ]
            for hop in watch.hops
        ],
        "cancellations": [
            [
                _at(cancel.at, start),
                numbers.get(cancel.lane, -1),
                cancel.by,
                _place(cancel.source),
                _place(cancel.waited),
            ]
            for cancel in watch.cancels
        ],
        "unawaited": [
            [found.name, _place(found.source), _place(found.place), numbers.get(found.lane, -1), found.count]
            for found in list(watch.unawaited.values())
        ],
    }
    if watch.post is not None:
        seen = [stall for stall in list(watch.post.stalls) if stall.end > start]  # a copy, as others add to it
        data["stalls"] = [_stall(stall, start) for stall in seen[-STALLS:]]
        data["lag"] = _lags(list(watch.post.lags), start)
        missed["blocking calls"] += watch.post.kept - watch.stalls - len(data["stalls"])
    data["missed"] = {name: count for name, count in missed.items() if count > 0}
    return data


def _lane(lane: Lane, start: float, numbers: dict[int, int]) -> list[Any]:
    parent = numbers.get(lane.parent, 0 if lane.number else -1)
    return [
        parent, lane.name, lane.coroutine, _place(lane.source), _at(lane.created, start), _at(lane.end, start),
        lane.outcome, lane.awaited, is_unfetched(lane), round(max(0.0, lane.running()), 6), lane.turns(),
        _slices(lane, start), _calls(lane, start), _joins(lane, start, numbers), _at(lane.since, start),
        round(lane.folded, 6),
    ]  # fmt: skip


def _slices(lane: Lane, start: float) -> str:
    """Return each slice as `ready:begin:end`, each number the time since the one before: so hours stay short."""
    times = [_micro(moment, start) for moment in lane.slices]
    steps = [time - before for before, time in pairwise([0, *times])]
    return " ".join(
        f"{ready}:{begin}:{end}" for ready, begin, end in zip(steps[::3], steps[1::3], steps[2::3], strict=True)
    )


def _calls(lane: Lane, start: float) -> str:
    """Return each await as `point:around:begin:end:waited`."""
    numbers = {call.number: place for place, call in enumerate(lane.calls.made)}
    pieces = []
    for call in lane.calls.made:
        begin, end, waited = _micro(call.begin, start), _micro(call.end, start), _micro(call.waited)
        pieces.append(f"{call.point.number}:{numbers.get(call.around, -1)}:{begin}:{end}:{waited}")
    return " ".join(pieces)


def _joins(lane: Lane, start: float, numbers: dict[int, int]) -> str:
    """Return each wait for tasks as `begin:end:numbers`, without numbers for all that the task made."""
    pieces = []
    for begin, end, waited in lane.joins:
        known = [str(numbers[number]) for number in waited[:100] if number in numbers]
        if known or not waited:
            pieces.append(f"{_micro(begin, start)}:{_micro(end, start)}:{','.join(known)}")
    return " ".join(pieces)


def _stall(stall: Stall, start: float) -> list[Any]:
    culprits = [_culprit(culprit) for culprit in stall.culprits[:2]]
    return [_at(stall.begin, start), _at(stall.end, start), stall.record, stall.label, stall.task, culprits]


def _culprit(culprit: Culprit) -> list[Any]:
    stack = "\n".join(_place(place) for place in culprit.stack[:_STACK])
    return [_place(culprit.source), round(culprit.seconds, 6), stack]


def _lags(lags: Iterable[tuple[float, float]], start: float) -> str:
    """Return the worst lag of stretches of time as `at:lag`, as many as fit."""
    seen = [(at, lag) for at, lag in lags if at >= start]
    size = -(-len(seen) // LAGS) or 1
    chunks = [seen[index : index + size] for index in range(0, len(seen), size)]
    return " ".join(f"{_micro(chunk[0][0], start)}:{_micro(max(lag for _, lag in chunk))}" for chunk in chunks)


def _place(source: Source | None) -> str:
    return "" if source is None else f"{source.file}:{source.line}:{source.function}"


def _at(moment: float | None, start: float) -> float | None:
    return None if moment is None else round(moment - start, 6)


def _micro(moment: float, start: float = 0.0) -> int:
    return round((moment - start) * 1e6)
