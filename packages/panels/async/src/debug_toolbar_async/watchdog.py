"""Watchdog: a thread that looks at the watched event loops, and is there only while there are any."""

from __future__ import annotations

import threading
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debug_toolbar_async.post import Post

LONGEST = 0.04
"""Seconds between two looks at most: each has the loop give up the interpreter's lock, so they are few."""


CLOSER = 0.005
"""The same while a loop is held, and has nothing to lose."""


class Watchdog:
    """Looks at each loop's post before anything can have held it for too long."""

    def __init__(self) -> None:
        self._posts: tuple[Post, ...] = ()
        self._lock = threading.Lock()
        self._stop = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, post: Post) -> None:
        """Watch one more loop; the first starts the thread."""
        with self._lock:
            self._posts = (*self._posts, post)
            if self._thread is None or not self._thread.is_alive():  # a fork leaves the thread behind
                self._stop = threading.Lock()
                self._stop.acquire()
                name = "debug-toolbar-async"
                self._thread = threading.Thread(target=self._run, args=[self._stop], name=name, daemon=True)
                self._thread.start()

    def remove(self, post: Post) -> None:
        """Watch one loop less; with the last the thread ends."""
        with self._lock:
            self._posts = tuple(other for other in self._posts if other is not post)
            thread, stop = None, self._stop
            if not self._posts:
                thread, self._thread = self._thread, None
        if thread is not None:
            stop.release()
            thread.join(1)

    def _run(self, stop: threading.Lock) -> None:
        pause = LONGEST
        while not stop.acquire(timeout=pause):  # an Event would wake up for longer
            now, pause = perf_counter(), LONGEST
            for post in self._posts:
                if post.loop.is_closed():
                    self._posts = tuple(other for other in self._posts if other is not post)
                else:
                    pause = min(pause, max(CLOSER, post.look(now)))
            if not self._posts:
                return


WATCHDOG = Watchdog()
