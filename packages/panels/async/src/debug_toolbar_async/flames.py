"""Flames: where the tasks of a request waited, as stacks of awaits."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_async.path import own
from debug_toolbar_async.seen import Point, Seen, Task
from debug_toolbar_async.tasks import title
from debug_toolbar_core.blocks import Block, Flame, Frame, Profile
from debug_toolbar_core.source import is_library

_LEAST = 2


def flame(seen: Seen) -> Iterator[Block]:
    """Yield the flame graph of all awaits, if there are enough for one."""
    frames: dict[Frame, int] = {}
    stacks: list[list[int]] = []
    weights: list[float] = []
    for task in seen.tasks:
        for stack, seconds in _stacks(seen, task):
            stacks.append([frames.setdefault(frame, len(frames)) for frame in stack])
            weights.append(seconds)
    if len(stacks) >= _LEAST:
        yield Flame(list(frames), [Profile("Await", stacks, weights)], "Waiting, by what was awaited")


def _stacks(seen: Seen, task: Task) -> Iterator[tuple[list[Frame], float]]:
    above: list[list[Frame]] = []
    for number, wait in enumerate(task.waits):
        around = above[wait.around] if wait.around >= 0 else [Frame(title(task))]
        point = seen.points[wait.point] if 0 <= wait.point < len(seen.points) else None
        stack = around if point is None else [*around, _frame(point)]
        above.append(stack)
        seconds = own(wait, number, task.waits)
        if seconds > 0 and point is not None:
            yield [*stack, Frame(point.what or "?")], seconds


def _frame(point: Point) -> Frame:
    source = point.source
    if source is None:
        return Frame(point.what or "?")
    package = "app" if not is_library(source.file) else None
    return Frame(source.function, source.file, source.line, package)
