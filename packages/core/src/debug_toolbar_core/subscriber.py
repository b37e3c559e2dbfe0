"""Subscriber: one reader of a live stream, told of records from whatever thread saves them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_WAITING_MOST = 256


class Subscriber:
    """A queue of ids in the event loop that makes it; one that is 256 records behind misses the rest."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[str] = asyncio.Queue(_WAITING_MOST)

    def tell(self, id: str) -> None:
        """Put an id into the queue, from any thread."""
        with suppress(RuntimeError):  # its loop is closed: nobody listens there any more
            self.loop.call_soon_threadsafe(self._put, id)

    def _put(self, id: str) -> None:
        if not self.queue.full():
            self.queue.put_nowait(id)
