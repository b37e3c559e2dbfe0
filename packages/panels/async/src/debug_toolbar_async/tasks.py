"""Tasks: what the tasks of a request are called, how they ended, and how long they ran, as a tree of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from debug_toolbar_async.seen import Seen, Task
from debug_toolbar_core.blocks import Column, Level, Row, Table

_GIVEN = re.compile(r"Task-\d+$")
"""The name of a task that nobody named."""
_COLUMNS = [
    Column("Task"), Column("Running", "s"), Column("Ready", "s"), Column("Waiting", "s"), Column("Turns", "count"),
    Column("Ended"), Column("Made at", "source"),
]  # fmt: skip


def table(seen: Seen) -> Table:
    """Return the tasks as a tree, each below the one that made it."""
    rows = [_row(task, depth) for task, depth in _tree(seen.tasks)]
    return Table(_COLUMNS, rows, title="Tasks", empty="No task ran.")


def title(task: Task) -> str:
    """Return what a task is called: by its coroutine, or by its name where the coroutine is a library's wrapper."""
    if task.number == 0:
        return task.role
    return task.name if task.coroutine.endswith("TaskHandle._run_coro") else task.coroutine or task.name


def titled(task: Task) -> str:
    """Return the same, with the name that somebody gave it."""
    name = title(task)
    return name if name == task.name or _GIVEN.match(task.name) else f"{name} · {task.name}"


def ended(task: Task) -> str:
    """Return how a task ended, and whether anybody cared."""
    if task.number and task.outcome == "still running" and not task.awaited:
        return "still running, nobody waits for it"
    return f"{task.outcome}, never fetched" if task.unfetched else task.outcome


def level(task: Task) -> Level | None:
    """Return how bad the end of a task is."""
    if task.unfetched:
        return "error"
    if task.number and task.outcome in ("still running", "destroyed"):
        return "warning"
    return "info" if task.outcome.startswith(("raised", "cancelled")) else None


def _row(task: Task, depth: int) -> Row:
    cells = (titled(task), task.running, task.ready, task.waiting, task.suspensions, ended(task), task.source)
    return Row(cells, level=level(task), depth=depth)


def _tree(tasks: tuple[Task, ...]) -> Iterator[tuple[Task, int]]:
    below: dict[int, list[Task]] = {}
    for task in tasks:
        below.setdefault(task.parent, []).append(task)
    waiting = [(task, 0) for task in reversed(below.get(-1, []))]
    while waiting:
        task, depth = waiting.pop()
        yield task, depth
        waiting.extend((child, depth + 1) for child in reversed(below.get(task.number, [])))
