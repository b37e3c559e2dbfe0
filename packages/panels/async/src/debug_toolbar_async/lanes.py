"""Lanes: the tasks of a request as a tree of rows, each with its states over time drawn in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from debug_toolbar_async.path import Piece, pieces
from debug_toolbar_async.reading import Seen, Task
from debug_toolbar_core.blocks import Column, Level, Row, Table

CELLS = 16
_GIVEN = re.compile(r"Task-\d+$")
"""The name of a task that nobody named."""
_RUNNING, _SOME, _READY, _WAITING, _AWAY = "█", "▌", "▒", "─", "·"
LEGEND = f"{_RUNNING} ran, {_SOME} ran briefly, {_READY} could have run, {_WAITING} waited"
_COLUMNS = [
    Column("Task"), Column("States over time", "code"), Column("Running", "s"), Column("Ready", "s"),
    Column("Waiting", "s"), Column("Ended"), Column("Made at", "source"),
]  # fmt: skip


def table(seen: Seen) -> Table:
    """Return the tasks as a tree, each below the one that made it."""
    whole = max([seen.end, *(task.end for task in seen.tasks)], default=0.0)
    rows = [_row(task, depth, whole) for task, depth in _tree(seen.tasks)]
    return Table(_COLUMNS, rows, title=f"Tasks: {LEGEND}", empty="No task ran.")


def title(task: Task) -> str:
    """Return what a task is called: by its coroutine, or by its name where the coroutine is a library's wrapper."""
    if task.number == 0:
        return "request"
    return task.name if task.coroutine.endswith("TaskHandle._run_coro") else task.coroutine or task.name


def _row(task: Task, depth: int, whole: float) -> Row:
    cells = (
        _titled(task), drawn(task, whole), task.running, task.ready, task.waiting, _end(task), task.source
    )  # fmt: skip
    return Row(cells, level=_level(task), depth=depth)


def _titled(task: Task) -> str:
    name = title(task)
    return name if name == task.name or _GIVEN.match(task.name) else f"{name} · {task.name}"


def _end(task: Task) -> str:
    if task.number and task.outcome == "still running" and not task.awaited:
        return "still running, nobody waits for it"
    return f"{task.outcome}, never fetched" if task.unfetched else task.outcome


def _level(task: Task) -> Level | None:
    if task.unfetched:
        return "error"
    if task.number and task.outcome in ("still running", "destroyed"):
        return "warning"
    return "info" if task.outcome.startswith(("raised", "cancelled")) else None


def _tree(tasks: tuple[Task, ...]) -> Iterator[tuple[Task, int]]:
    below: dict[int, list[Task]] = {}
    for task in tasks:
        below.setdefault(task.parent, []).append(task)
    waiting = [(task, 0) for task in reversed(below.get(-1, []))]
    while waiting:
        task, depth = waiting.pop()
        yield task, depth
        waiting.extend((child, depth + 1) for child in reversed(below.get(task.number, [])))


def drawn(task: Task, whole: float) -> str:
    """Return the states of a task over the time of all: `··▌───█▒─█···`."""
    if whole <= 0:
        return ""
    ran, ready, there = [0.0] * CELLS, [0.0] * CELLS, [0.0] * CELLS
    size = whole / CELLS
    for piece in pieces(task):
        for cell, share in _shares(piece, size):
            there[cell] += share
            if piece.state == "running":
                ran[cell] += share
            elif piece.state == "ready":
                ready[cell] += share
    return "".join(_cell(*shares, size) for shares in zip(ran, ready, there, strict=True))


def _cell(ran: float, ready: float, there: float, size: float) -> str:
    if ran >= size / 2:
        return _RUNNING
    if ready >= size / 2:
        return _READY
    if ran > 0:
        return _SOME
    return _WAITING if there > 0 else _AWAY


def _shares(piece: Piece, size: float) -> Iterator[tuple[int, float]]:
    """Yield the cells that a piece lies in, and the seconds of it in each."""
    first, last = int(piece.begin / size), int(piece.end / size)
    for cell in range(max(first, 0), min(last, CELLS - 1) + 1):
        share = min(piece.end, (cell + 1) * size) - max(piece.begin, cell * size)
        if share > 0:
            yield cell, share
