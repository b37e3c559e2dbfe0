"""Unfetched: tasks of a watched record that failed and were dropped before anybody fetched their exceptions."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from debug_toolbar_async.traced import Traced

if TYPE_CHECKING:
    from debug_toolbar_async.lane import Lane


@contextmanager
def noticed(loop: Any) -> Generator[None]:
    """Note what asyncio says through this loop of tasks that nobody asked how they ended; it says it as ever."""
    original = loop.call_exception_handler

    @functools.wraps(original)
    def call_exception_handler(context: Any) -> Any:
        with suppress(Exception):  # whatever it is called with
            _note(context)
        return original(context)

    with suppress(AttributeError):  # a loop that can have no attributes of ours
        loop.call_exception_handler = call_exception_handler
    try:
        yield
    finally:
        if getattr(loop, "__dict__", {}).get("call_exception_handler") is call_exception_handler:
            del loop.call_exception_handler


def _note(context: Any) -> None:
    task = context.get("future")
    if "exception" not in context or not isinstance(task, asyncio.Task):
        return
    traced: Any = task.get_coro()
    if type(traced) is Traced and (lane := traced.made_for()) is not None:
        lane.unfetched = True


def is_unfetched(lane: Lane) -> bool:
    """Tell whether nobody fetched the exception of a task that failed."""
    if lane.unfetched or not lane.outcome.startswith("raised") or lane.task is None:
        return lane.unfetched
    return bool(getattr(lane.task(), "_log_traceback", False))
