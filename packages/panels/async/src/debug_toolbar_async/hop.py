"""Hop: work that goes to a thread of a pool, with the time it waited for the thread and the time it ran."""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from time import perf_counter
from typing import Any

from debug_toolbar_async.factory import HELD, watched
from debug_toolbar_core.hooks import patched
from debug_toolbar_core.source import handler_of


class Hop:
    """One call that a thread makes: when it was handed over, began and ended, by `perf_counter()`."""

    __slots__ = ("began", "ended", "handed", "lane", "name", "span", "thread")

    def __init__(self, name: str, lane: int) -> None:
        self.name = name
        self.lane = lane
        self.handed = perf_counter()
        self.began: float | None = None
        self.ended: float | None = None
        self.thread = ""
        self.span: Any = None

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call, timed."""

        def run(*arguments: Any, **named: Any) -> Any:
            self.thread = threading.current_thread().name
            self.began = perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                self.ended = perf_counter()

        return functools.update_wrapper(run, work) if inspect.isroutine(work) else run


def name_of(work: Any) -> str:
    """Return the name of what a thread is to call, seen through the context that it runs in."""
    while isinstance(work, functools.partial):
        runs = isinstance(getattr(work.func, "__self__", None), Context) and work.args
        work = work.args[0] if runs else work.func
    name = handler_of(work)[0]
    if name.startswith("debug_toolbar_"):  # another panel's, around the application's own
        inner = [
            cell.cell_contents for cell in getattr(work, "__closure__", None) or () if callable(cell.cell_contents)
        ]
        name = next((found for one in inner if not (found := handler_of(one)[0]).startswith("debug_toolbar_")), name)
    return name[:200]


def _timed(work: Any, executor: Any = None) -> Any:
    """Return what is to be called in the thread: timed where a watched record hands it over."""
    watch = watched()
    if watch is None or not callable(work) or inspect.iscoroutinefunction(work):
        return work
    if executor is not None and not isinstance(executor, ThreadPoolExecutor):
        return work  # another process is sent the function itself
    try:
        return watch.hop(name_of(work)).around(work)
    except Exception as error:  # noqa: BLE001 - a border: the application's call must be made
        watch.record.fault(HELD, error)
        return work


@contextmanager
def executors(loop: Any) -> Generator[None]:
    """Time what is handed to threads through this loop, as `asyncio.to_thread` and look-ups of names do."""
    original = loop.run_in_executor

    @functools.wraps(original)
    def run_in_executor(executor: Any, func: Any, *args: Any) -> Any:
        return original(executor, _timed(func, executor), *args)

    loop.run_in_executor = run_in_executor
    try:
        yield
    finally:
        if vars(loop).get("run_in_executor") is run_in_executor:
            del loop.run_in_executor


@contextmanager
def anyio_threads() -> Generator[None]:
    """Time what is handed to threads through anyio, as Starlette does for plain functions."""
    module = sys.modules.get("anyio.to_thread")
    if module is None:
        yield
        return
    with patched(module, "run_sync", _run_sync):
        yield


def _run_sync(original: Any) -> Any:
    async def run_sync(func: Any, *args: Any, **named: Any) -> Any:
        return await original(_timed(func), *args, **named)

    return run_sync
