"""Once: what several readers ask for at the same time is done for the first of them, and the others wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Runs one work a key at a time; a reader who goes away does not take it from the others.

    Example: `await once("a", lambda: load("a"))`.
    """

    def __init__(self) -> None:
        self._running: dict[tuple[object, Hashable], asyncio.Task[T]] = {}

    async def __call__(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what the work gives, or raise what it raises; under another loop than asyncio's each does it alone."""
        loop = asyncio._get_running_loop()
        if loop is None:
            return await work()
        place = loop, key
        running = self._running.get(place)
        if running is None:
            running = self._running[place] = loop.create_task(work(), name="debug-toolbar read")
            running.add_done_callback(partial(self._done, place))
        return await asyncio.shield(running)

    def _done(self, place: tuple[object, Hashable], task: asyncio.Task[T]) -> None:
        self._running.pop(place, None)
        if not task.cancelled():
            task.exception()  # those who asked may be gone
