"""Following: takes a request's mark along into the tasks, threads and greenlets that it starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import Context
from typing import Any
from weakref import WeakKeyDictionary, ref

from debug_toolbar_core import current
from debug_toolbar_core.hooks import Hooks, patched
from debug_toolbar_core.users import Users
from debug_toolbar_memory.mark import Clocked, Mark, Marked

PANEL = "memory"
HOOKS = Hooks(PANEL)
"""Open only while a request is measured; at all other times nothing of a library is changed."""


class Followed(Clocked):
    """What the record of a measured request holds: whose mark new work gets."""

    mark: Mark


def here() -> Followed | None:
    """Return the measured request that this code runs for, or None."""
    record = current()
    found: Followed | None = None if record is None else record.held.get(PANEL)
    return found


def followed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that runs below the mark of the request around here, or itself where there is none."""
    request = here()
    return function if request is None else request.mark.call(function, request)


class _Loops:
    """Event loops whose new tasks and executor calls are followed, as long as somebody is measured on them."""

    def __init__(self) -> None:
        self._users: WeakKeyDictionary[Any, Users] = WeakKeyDictionary()

    def open(self, loop: asyncio.AbstractEventLoop) -> Users | None:
        """Follow what is started on a loop, until its users leave; None where its methods cannot be replaced."""
        users = self._users.get(loop)
        if users is None:
            known = ref(loop)  # the loop's own entry must not keep it
            users = self._users[loop] = Users(lambda: _replace(known()), lambda: _restore(known()))
        try:
            users.enter()
        except AttributeError:
            return None
        return users


def _replace(loop: Any) -> None:
    """Put methods on this one loop object: its task factory, an eager one too, stays what it is."""
    create_task, run_in_executor = loop.create_task, loop.run_in_executor

    def followed_task(coro: Any, **options: Any) -> Any:
        context: Context | None = options.get("context")
        request = here() if context is None else context.run(here)
        return create_task(coro if request is None else Marked(coro, request.mark, request), **options)

    def followed_call(executor: Any, func: Callable[..., Any], *arguments: Any) -> Any:
        # A function for another process must stay what can be pickled.
        known = executor is None or isinstance(executor, ThreadPoolExecutor)
        return run_in_executor(executor, followed(func) if known else func, *arguments)

    _OURS[followed_task] = _OURS[followed_call] = True
    try:
        loop.create_task, loop.run_in_executor = followed_task, followed_call
    except AttributeError:
        _restore(loop)
        raise


_OURS: WeakKeyDictionary[Callable[..., Any], bool] = WeakKeyDictionary()


def _restore(loop: Any) -> None:
    for name in ("create_task", "run_in_executor"):
        method = getattr(loop, "__dict__", {}).get(name)
        if method is not None and method in _OURS:
            delattr(loop, name)


_LOOPS = _Loops()


class Following:
    """Open while one request is measured."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.tasks = False
        """Whether tasks and executor calls are followed."""

    def open(self) -> None:
        self._stack.enter_context(HOOKS.open())
        loop = asyncio._get_running_loop()
        users = None if loop is None else _LOOPS.open(loop)
        if users is not None:
            self.tasks = True
            self._stack.callback(users.leave)

    def close(self) -> None:
        self._stack.close()


@HOOKS.into("anyio._backends._asyncio")
def worker_threads(module: Any) -> Generator[None]:
    """anyio's threads, in which Starlette and FastAPI run functions that are no coroutines."""

    def make(original: Any) -> Any:
        async def run_sync_in_worker_thread(cls: Any, func: Any, *arguments: Any, **options: Any) -> Any:
            return await original(cls, followed(func), *arguments, **options)

        return run_sync_in_worker_thread

    with patched(module.AsyncIOBackend, "run_sync_in_worker_thread", make):
        yield


def _greenlets(module: Any) -> Generator[None]:
    """SQLAlchemy's greenlets, in which async drivers run: a stack in there ends where the greenlet begins."""
    kind = vars(module).get("_AsyncIoGreenlet")
    if kind is None:  # nobody has used one yet
        return

    def make(original: Any) -> Any:
        def __init__(self: Any, fn: Callable[..., Any], *arguments: Any) -> None:
            original(self, followed(fn), *arguments)

        return __init__

    with patched(kind, "__init__", make):
        yield


HOOKS.into("sqlalchemy.util.concurrency")(_greenlets)
HOOKS.into("sqlalchemy.util._concurrency_py3k")(_greenlets)
