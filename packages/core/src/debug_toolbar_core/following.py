"""Following: tells a process's subscribers of what other processes save, and looks only while there are any."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator

from debug_toolbar_core.backend import Backend
from debug_toolbar_core.border import tell
from debug_toolbar_core.subscriber import Subscriber
from debug_toolbar_core.writer import why

_LOOK = 0.5  # seconds until a thread sees that its last subscriber is gone
_PATIENCE = 1.0  # seconds between tries of a backend that is away


class Following:
    """The live stream of a store that processes share; one thread a process follows the others' saves."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._told: set[type[Exception]] = set()
        self.forked()

    def forked(self) -> None:
        """Begin without subscribers and thread."""
        self.subscribers: set[Subscriber] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def tell(self, id: str) -> None:
        """Tell all subscribers of a record."""
        for subscriber in tuple(self.subscribers):
            subscriber.tell(id)

    async def subscribe(self) -> AsyncGenerator[str]:
        """Yield the id of each record saved from now on, by whichever process."""
        subscriber = Subscriber()
        self.subscribers.add(subscriber)
        self._follow()
        try:
            while True:
                yield await subscriber.queue.get()
        finally:
            self.subscribers.discard(subscriber)

    def _follow(self) -> None:
        with self._lock:
            if self._thread is None:
                now = time.time()
                thread = threading.Thread(target=self._run, args=(now,), name="debug-toolbar live", daemon=True)
                self._thread = thread
                thread.start()

    def _run(self, begun: float) -> None:
        cursor = None
        while self._wanted():
            try:
                if cursor is None:
                    cursor = self.backend.start(begun)
                cursor, ids = self.backend.follow(cursor, _LOOK)
            except Exception as error:
                self._tell(error)
                time.sleep(_PATIENCE)
                continue
            for id in ids:
                self.tell(id)

    def _tell(self, error: Exception) -> None:
        kind = type(error)
        if kind not in self._told:
            self._told.add(kind)
            tell("%s cannot be followed: %s. This is logged once.", self.backend.name, why(error))

    def _wanted(self) -> bool:
        with self._lock:
            if not self.subscribers:
                self._thread = None
            return bool(self.subscribers)
