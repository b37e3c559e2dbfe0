"""Watcher: looks at what a request holds when traced memory reaches a new height, for what it lets go again."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter, sleep

from debug_toolbar_memory.stacks import Held
from debug_toolbar_memory.tracing import Unavailable

_EVERY = 0.003
_LEAST = 262_144
_HIGHER = 1.2
_LOOKS = 30
_PAUSES = 10


class Watcher:
    """A thread that reads two numbers every 3 ms: what is traced, and what the request has spent.

    Each look at all traces needs a height a fifth above the last one, so there are few however much is allocated, and
    after one comes a pause ten times as long. The best of them is kept as the peak that was seen. `spent` tells
    whether the time is up: then `end` is called, once.
    """

    def __init__(self, look: Callable[[], Held], spent: Callable[[], bool], end: Callable[[], object]) -> None:
        self.best: Held | None = None
        self.looks = 0
        self._look, self._spent, self._end = look, spent, end
        self._done = False  # no Event: the collector may close a request in this very thread, within the event's lock
        self._thread = threading.Thread(target=self._run, name="debug-toolbar memory", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        with suppress(RuntimeError):  # the interpreter is about to end, or has no thread left
            self._thread.start()

    def stop(self, seconds: float | None = None) -> None:
        """End the thread, and wait for it so long at most."""
        self._done = True
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _run(self) -> None:
        base = tracemalloc.get_traced_memory()[0]
        next_height = base + _LEAST
        next_look = 0.0
        while not self._done:
            sleep(_EVERY)
            if self._spent():
                self._end()
                return
            height, began = tracemalloc.get_traced_memory()[0], perf_counter()
            if height < next_height or began < next_look or self.looks == _LOOKS:
                continue
            self._see()
            next_height = base + max(int((height - base) * _HIGHER), _LEAST)
            next_look = perf_counter() + (perf_counter() - began) * _PAUSES

    def _see(self) -> None:
        try:
            held = self._look()
        except Unavailable:  # too many for now
            return
        self.looks += 1
        if self.best is None or held.size > self.best.size:
            self.best = held
