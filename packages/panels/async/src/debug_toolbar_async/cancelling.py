"""Cancelling: who cancelled what, noted where `cancel` is called on a task."""

from __future__ import annotations

import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any
from weakref import ref

from debug_toolbar_async.traced import Traced
from debug_toolbar_core.source import Source, is_library

if TYPE_CHECKING:
    from debug_toolbar_async.lane import Lane

_DEEPEST = 60
_KNOWN = {
    "Timeout._on_timeout": "asyncio.timeout: its time was up",
    "TaskGroup._abort": "its task group: another task of it failed",
    "TaskGroup._on_task_done": "its task group: a task of it failed",
    "_GatheringFuture.cancel": "gather was cancelled",
    "wait_for": "asyncio.wait_for: its time was up",
    "_cancel_and_wait": "asyncio.wait_for: its time was up",
    "CancelScope._deliver_cancellation": "an anyio cancel scope: cancelled, or its time was up",
    "CancelScope._timeout": "an anyio cancel scope: its time was up",
}

_TIMERS = (_KNOWN["Timeout._on_timeout"], _KNOWN["CancelScope._timeout"])
_LOOPS = ("Handle._run", "Runner.run", "run", "BaseEventLoop.run_forever")


class Cancelled:
    """A call of `cancel`: when, of which task, by what, and from which line of the user's code."""

    __slots__ = ("at", "by", "delivered", "lane", "source", "waited")

    def __init__(self, at: float, lane: int, by: str, source: Source | None) -> None:
        self.at = at
        self.lane = lane
        self.by = by
        self.source = source
        self.delivered = False
        self.waited: Source | None = None


class Cancelling:
    """Stands for the `cancel` of one task while its record is open, whatever type the task is of."""

    __slots__ = ("lane", "task")

    def __init__(self, lane: Lane, task: Any) -> None:
        self.lane = lane
        self.task = ref(task)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Cancel the task, as its type does."""
        task = self.task()
        if task is None:
            return False
        watch, lane = self.lane.watch, self.lane
        outer, watch.cancelling = watch.cancelling, lane
        try:
            watch.cancelled(lane, outer)
            return type(task).cancel(task, *arguments, **named)
        finally:
            watch.cancelling = outer


def attach(lane: Lane, task: Any) -> None:
    """Have the calls of a task's `cancel` noted; a task whose type does not allow it goes without."""
    if type(task.cancel) is not Cancelling:
        with suppress(AttributeError, TypeError):
            task.cancel = Cancelling(lane, task)


def detach(lane: Lane) -> None:
    """Give a task its own `cancel` back."""
    task = None if lane.task is None else lane.task()
    if task is None:
        return
    found = task.cancel
    if type(found) is Cancelling and found.lane is lane:
        del task.cancel


def culprit() -> tuple[str, Source | None]:
    """Return what called `cancel`, and from which line of the user's code if any."""
    frame: FrameType | None = sys._getframe(1)
    by, found = "", None
    for _ in range(_DEEPEST):
        if frame is None:
            break
        code = frame.f_code
        if "debug_toolbar_async" not in str(frame.f_globals.get("__name__")):
            by = by or _KNOWN.get(code.co_qualname) or f"{frame.f_globals.get('__name__')}.{code.co_qualname}"
            if by in _TIMERS or code.co_qualname in _LOOPS:
                break
            if not is_library(code.co_filename):
                found = Source(code.co_filename, frame.f_lineno, code.co_qualname)
                break
        elif code in (Traced.send.__code__, Traced.throw.__code__):  # further out is what runs the event loop
            break
        frame = frame.f_back
    return by or "the event loop", found
