"""Slot: what the context holds instead of the record; it knows which task runs there."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from threading import get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debug_toolbar_core.record import Record

_task_of: Callable[[Any], asyncio.Task[Any] | None]
if sys.version_info >= (3, 12):
    _task_of = asyncio.current_task
else:  # Python code there, around this look into a dictionary
    _task_of = asyncio.tasks._current_tasks.get  # type: ignore[attr-defined]  # typeshed does not tell of it


class Slot:
    """What the context holds instead of the record: emptied at its close, so that nothing keeps it alive.

    `loop` is the event loop that was last seen here, in `thread`: to tell it, Python asks the system which process
    this is, every time, and that takes longer than all else that is done for a span.
    """

    __slots__ = ("late", "loop", "record", "thread")

    def __init__(self, record: Record) -> None:
        self.record: Record | None = record
        self.late = self.thread = 0
        self.loop: Any = None

    def task_name(self) -> str | None:
        """Return the name of the running task, of the thread where there is no event loop, or None between tasks.

        A span keeps the name, never the task.
        """
        thread = get_ident()
        # Where the loop that ran in this thread runs a task, it is this one.
        if thread == self.thread and (task := _task_of(self.loop)) is not None:
            return task.get_name()
        # A running loop is asked for first: outside one `current_task` raises, which costs more than the span.
        loop = asyncio._get_running_loop()
        if loop is None:
            return threading.current_thread().name
        self.loop, self.thread = loop, thread
        return None if (task := _task_of(loop)) is None else task.get_name()
