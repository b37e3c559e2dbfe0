"""The task that runs here, by its name: a span keeps the name, never the task."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Any

_task_of: Callable[[Any], asyncio.Task[Any] | None]
if sys.version_info >= (3, 12):
    _task_of = asyncio.current_task
else:  # Python code there, around this look into a dictionary
    _task_of = asyncio.tasks._current_tasks.get  # type: ignore[attr-defined]  # typeshed does not tell of it


def task_name() -> str | None:
    """Return the name of the running task, of the thread where there is no event loop, or None between tasks."""
    # A running loop is asked for first: outside one `current_task` raises, which costs more than the span.
    loop = asyncio._get_running_loop()
    if loop is None:
        return threading.current_thread().name
    task = _task_of(loop)
    return None if task is None else task.get_name()
