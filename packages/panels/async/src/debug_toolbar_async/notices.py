"""Notices: what of a request's tasks and of its loop is worth acting on."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_async.seen import Seen, Stall, Task
from debug_toolbar_async.serial import series
from debug_toolbar_async.tasks import title
from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.source import Source
from debug_toolbar_core.units import seconds

_MOST = 5
_OFF_LOOP = "Move it off the loop: `await asyncio.to_thread(…)`, an async library, or a background job."
_BAD = 0.5
_SERIES = 3


def notices(record: Record, seen: Seen) -> Iterator[Notice]:
    """Yield the notices of a watched record."""
    yield from _blocking(record, seen)
    yield from _tasks(seen)
    yield from _dropped(seen)
    yield from _serial(seen)
    yield from _missing(seen)


def _blocking(record: Record, seen: Seen) -> Iterator[Notice]:
    own = [stall for stall in seen.stalls if stall.record == record.id]
    for stall in sorted(own, key=_length)[:_MOST]:
        yield blocking(stall)
    others = [stall for stall in seen.stalls if stall.record != record.id]
    if others:
        held = sum(min(stall.end, seen.end) - max(stall.begin, 0.0) for stall in others if stall.begin < seen.end)
        worst = min(others, key=_length)
        text = f"Others held the event loop for {seconds(held)} while this request ran, {_who(worst)} the longest"
        yield Notice("warning", text, _OFF_LOOP, _where(worst), "blocked loop")


def blocking(stall: Stall) -> Notice:
    """Return the notice of a stall that the record itself made."""
    took = stall.end - stall.begin
    what = f" in `{source.function}`" if (source := _where(stall)) is not None else ""
    text = f"The event loop was held for {seconds(took)}{what}: nothing else ran in this process"
    return Notice("error" if took >= _BAD else "warning", text, _OFF_LOOP, source, "blocking call", key=f"async:{text}")


def _length(stall: Stall) -> float:
    return stall.begin - stall.end


def _where(stall: Stall) -> Source | None:
    return stall.culprits[0].source if stall.culprits else None


def _who(stall: Stall) -> str:
    return f"`{stall.label}`" if stall.label else f"task `{stall.task}`"


def _tasks(seen: Seen) -> Iterator[Notice]:
    children = [task for task in seen.tasks if task.number]
    lost = [task for task in children if task.unfetched]
    left = [task for task in children if task.outcome == "still running"]
    gone = [task for task in children if task.outcome == "destroyed"]
    for task in lost[:_MOST]:
        text = f"Task `{title(task)}` {task.outcome}, and nobody fetched the exception"
        yield Notice("error", text, "Await the task, or run it in a `TaskGroup`.", task.source, "lost exception")
    if left:
        text = f"{_named(left)} still running when the request ended"
        hint = (
            "Nobody waits for it: the interpreter may drop it in the middle. Keep a reference, or use a background job."
        )
        yield Notice(
            "warning", text, hint if not all(task.awaited for task in left) else None, left[0].source, "left over"
        )
    if gone:
        text = f"{_named(gone)} destroyed while waiting"
        yield Notice("warning", text, "Keep a reference to it until it is done.", gone[0].source, "destroyed task")


def _dropped(seen: Seen) -> Iterator[Notice]:
    for found in seen.dropped[:_MOST]:
        times = "" if found.times == 1 else f", {found.times} times"
        text = f"Coroutine `{found.name}` was made and never awaited{times}: it did not run"
        yield Notice("warning", text, "Await it, or make a task of it.", found.place or found.source, "never awaited")


def _named(tasks: list[Task]) -> str:
    names = ", ".join(f"`{title(task)}`" for task in tasks[:3])
    verb = "is" if len(tasks) == 1 else "are"
    return f"{names}{' and more' if len(tasks) > 3 else ''} {verb}"


def _serial(seen: Seen) -> Iterator[Notice]:
    told: set[int] = set()
    for one in series(seen):
        if one.waits[0].point in told or len(told) >= _SERIES:
            continue
        told.add(one.waits[0].point)
        point = seen.points[one.waits[0].point]
        took = sum(wait.end - wait.begin for wait in one.waits)
        function = "" if point.source is None else f" of `{point.source.function}`"
        text = f"{len(one.waits)} awaits{function} wait one after the other, {seconds(took)} in all"
        hint = "If none needs what another brings, wait for them together: `asyncio.gather(…)` or a `TaskGroup`."
        yield Notice("info", text, hint, point.source, "serial awaits", one.saves)


def _missing(seen: Seen) -> Iterator[Notice]:
    if seen.loop is None:
        yield Notice(
            "info", "No asyncio event loop ran this: its own coroutine was traced, and no tasks, threads or lag."
        )
    if seen.missed:
        told = ", ".join(f"{count} {name}" for name, count in seen.missed.items())
        yield Notice("info", f"Past the limits, and not shown: {told}.")
    for stall in seen.stalls:
        if not stall.culprits:
            text = f"The loop was held for {seconds(stall.end - stall.begin)}, and nobody saw by what"
            yield Notice("info", text, "A C extension may have kept the interpreter's lock until the task waited.")
            break
