"""Exports: the timeline of a record's tasks as JSON, and as a trace that Perfetto and Chrome open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from debug_toolbar_async.path import Piece, critical, pieces, totals
from debug_toolbar_async.seen import Seen, Task
from debug_toolbar_async.tasks import title
from debug_toolbar_core.source import Source

_PROCESS = 1


def timeline(seen: Seen) -> str:
    """Return tasks with their states, threads, cancellations and stalls as JSON; times in seconds."""
    ways = critical(seen)
    return json.dumps(
        {
            "totals": totals(seen, ways)._asdict(),
            "tasks": [_task(seen, task) for task in seen.tasks],
            "critical": [_piece(seen, piece) | {"task": piece.task.number} for piece in ways],
            "threads": [hop._asdict() for hop in seen.hops],
            "cancellations": [
                cancel._asdict() | {"source": _source(cancel.source), "waited": _source(cancel.waited)}
                for cancel in seen.cancels
            ],
            "stalls": [
                stall._asdict()
                | {"culprits": [held._asdict() | {"source": _source(held.source)} for held in stall.culprits]}
                for stall in seen.stalls
            ],
            "lag": [list(pair) for pair in seen.lags],
        },
        indent=1,
        ensure_ascii=False,
    )


def _task(seen: Seen, task: Task) -> dict[str, Any]:
    return {
        "number": task.number, "parent": task.parent, "name": task.name, "coroutine": task.coroutine,
        "source": _source(task.source), "created": task.created, "end": task.end, "outcome": task.outcome,
        "awaited": task.awaited, "running": task.running, "ready": task.ready, "waiting": task.waiting,
        "states": [_piece(seen, piece) for piece in pieces(task)],
    }  # fmt: skip


def _piece(seen: Seen, piece: Piece) -> dict[str, Any]:
    told: dict[str, Any] = {"state": piece.state, "begin": piece.begin, "end": piece.end}
    if 0 <= piece.point < len(seen.points):
        point = seen.points[piece.point]
        told |= {"awaits": point.what, "source": _source(point.source)}
    return told


def _source(source: Source | None) -> dict[str, Any] | None:
    return None if source is None else source._asdict()


def trace(seen: Seen) -> str:
    """Return the same in Chrome's trace event format, a thread for each task; times in microseconds."""
    return json.dumps({"traceEvents": list(_events(seen)), "displayTimeUnit": "ms"}, ensure_ascii=False)


def _events(seen: Seen) -> Iterator[dict[str, Any]]:
    for task in seen.tasks:
        yield _named(task.number, f"{title(task)} ({task.name})")
        for piece in pieces(task):
            told = _piece(seen, piece)
            name = told.get("awaits", piece.state) if piece.state == "waiting" else piece.state
            yield _event(str(name), piece.state, piece.begin, piece.end, task.number, _place(told))
        if task.number and 0 <= task.parent < len(seen.tasks):
            for phase, thread in (("s", task.parent), ("f", task.number)):
                yield {
                    "ph": phase, "id": task.number, "name": "made", "cat": "task", "bp": "e", "pid": _PROCESS,
                    "tid": thread, "ts": _microseconds(task.created),
                }  # fmt: skip
    for number, hop in enumerate(seen.hops, len(seen.tasks)):
        if hop.began is not None:
            yield _named(number, f"thread {hop.thread}: {hop.name}")
            yield _event("queued", "thread", hop.handed, hop.began, number, {})
            yield _event(hop.name, "thread", hop.began, seen.end if hop.ended is None else hop.ended, number, {})
    loop = len(seen.tasks) + len(seen.hops)
    yield _named(loop, "event loop")
    for stall in seen.stalls:
        yield _event("held", "loop", stall.begin, stall.end, loop, {"task": stall.task, "by": stall.label})
    for at, late in seen.lags:
        yield {"ph": "C", "name": "lag", "pid": _PROCESS, "ts": _microseconds(at), "args": {"ms": late * 1e3}}


def _named(thread: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": "thread_name", "pid": _PROCESS, "tid": thread, "args": {"name": name}}


def _place(told: dict[str, Any]) -> dict[str, Any]:
    """Return where a piece waited: readers add up events of one name and arguments, so no times are among them."""
    return {"source": told["source"]} if told.get("source") else {}


def _microseconds(seconds: float) -> int:
    """Return whole microseconds: with fractions, one event's end and the next one's begin would miss each other."""
    return round(seconds * 1e6)


def _event(name: str, kind: str, begin: float, end: float, thread: int, told: dict[str, Any]) -> dict[str, Any]:
    start = _microseconds(begin)
    return {
        "ph": "X", "name": name, "cat": kind, "ts": start, "dur": max(0, _microseconds(end) - start), "pid": _PROCESS,
        "tid": thread,
    } | ({"args": told} if told else {})  # fmt: skip
