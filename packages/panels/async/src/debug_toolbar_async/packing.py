"""Packing: what was noted of a record, as plain values: few of them, with the long lists as texts of numbers.

Times are seconds since the record's start in the values, whole microseconds in the texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

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
    start = watch.record.started
    data: dict[str, Any] = {
        "loop": None if watch.loop is None else f"{type(watch.loop).__module__.partition('.')[0]}",
        "slow": watch.slow,
        "end": round(now - start, 6),
        "tasks": [_lane(lane, start) for lane in watch.lanes],
        "points": [
            [_place(point.source), point.what, point.count, round(point.seconds, 6), round(point.longest, 6)]
            for point in watch.points.known.values()
        ],
        "threads": [
            [hop.name, hop.lane, _at(hop.handed, start), _at(hop.began, start), _at(hop.ended, start), hop.thread]
            for hop in watch.hops
        ],
        "cancellations": [
            [_at(cancel.at, start), cancel.lane, cancel.by, _place(cancel.source), _place(cancel.waited)]
            for cancel in watch.cancels
        ],
        "missed": {name: count for name, count in watch.missed.items() if count},
    }
    if watch.post is not None:
        seen = [stall for stall in watch.post.stalls if stall.end > start]
        data["stalls"] = [_stall(stall, start) for stall in seen[-STALLS:]]
        data["lag"] = _lags(watch.post.lags, start)
    return data


def _lane(lane: Lane, start: float) -> list[Any]:
    task = lane.failure
    unfetched = task is not None and bool(getattr(task, "_log_traceback", False))
    return [
        lane.parent, lane.name, lane.coroutine, _place(lane.source), _at(lane.created, start), _at(lane.end, start),
        lane.outcome, lane.awaited, unfetched, round(lane.running - lane.lent, 6), lane.suspensions,
        _slices(lane, start), _calls(lane, start), _joins(lane, start),
    ]  # fmt: skip


def _slices(lane: Lane, start: float) -> str:
    """Return each slice as `ready:begin:end`."""
    times = [_micro(moment, start) for moment in lane.slices]
    return " ".join(
        f"{ready}:{begin}:{end}" for ready, begin, end in zip(times[::3], times[1::3], times[2::3], strict=True)
    )


def _calls(lane: Lane, start: float) -> str:
    """Return each await as `point:around:begin:end:waited`."""
    return " ".join(
        f"{call.point.number}:{call.around}:{_micro(call.begin, start)}:{_micro(call.end, start)}:{_micro(call.waited)}"
        for call in lane.calls.made
    )


def _joins(lane: Lane, start: float) -> str:
    """Return each wait for tasks as `begin:end:numbers`, without numbers for all that the task made."""
    return " ".join(
        f"{_micro(begin, start)}:{_micro(end, start)}:{','.join(str(number) for number in numbers[:100])}"
        for begin, end, numbers in lane.joins
    )


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
