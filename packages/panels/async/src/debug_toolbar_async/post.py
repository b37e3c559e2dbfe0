"""Post: what is installed on one event loop while a record on it is watched, and what is seen of the loop."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import ExitStack
from contextvars import Context
from threading import get_ident
from time import perf_counter

from debug_toolbar_async import hop, unawaited, unfetched
from debug_toolbar_async.factory import installed
from debug_toolbar_async.lookout import LATEST, Lookout
from debug_toolbar_async.watchdog import Watchdog
from debug_toolbar_core.users import Users

PERIOD = 0.01
"""Seconds between two heartbeats; less where less than usual counts as blocking."""
_OFTEN = 5
"""Heartbeats in the time that counts as blocking."""
BUCKET = 0.05
"""Seconds of which the worst lag is kept."""
_BUCKETS = 1_200


class Post(Lookout):
    """One watched loop: its task factory, its hand-over to threads, a heartbeat; all put back by `close`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, slow: float) -> None:
        super().__init__(loop, slow)
        self.users = Users(self.open, self.close)
        self.lags: deque[tuple[float, float]] = deque(maxlen=_BUCKETS)
        self._period = PERIOD
        self._opened = False
        self._installed = ExitStack()
        self._watchdog: Watchdog | None = None
        self._handle: asyncio.Handle | None = None

    def open(self) -> None:
        """Install all of it; what cannot be is put back."""
        self._period = min(PERIOD, self.slow / _OFTEN)
        with ExitStack() as stack:
            stack.enter_context(installed(self.loop))
            stack.enter_context(hop.executors(self.loop))
            stack.enter_context(unfetched.noticed(self.loop))
            _PROCESS.enter()
            stack.callback(_PROCESS.leave)
            self._watchdog = Watchdog.over(self.look, self.slow * LATEST)
            stack.callback(self._watchdog.stop, self.look)
            self.beaten = perf_counter()
            self.due = self.beaten + self._period
            if self._handle is None:
                self._handle = self.loop.call_later(self._period, self.beat, context=Context())
            self._installed = stack.pop_all()
            self._opened = True
        _posts[id(self.loop)] = self

    def close(self) -> None:
        """Put everything back; from another thread, where the collector may be, the heartbeat ends itself."""
        self._opened = False
        if _posts.get(id(self.loop)) is self:
            del _posts[id(self.loop)]
        handle = self._handle
        if handle is not None and get_ident() == self.thread:
            self._handle = None
            handle.cancel()
        self._installed.close()

    def beat(self) -> None:
        """Note how late the loop is, and what held it since the last beat."""
        if not self._opened or self._watchdog is None:
            self._handle = None
            return
        now = perf_counter()
        self._watchdog.put_off(self.slow * LATEST)
        self.lag(now, max(0.0, now - self.due))
        self.settle(now)
        self.beaten, self.due = now, now + self._period
        self._handle = self.loop.call_later(self._period, self.beat)

    def lag(self, now: float, late: float) -> None:
        """Keep the worst lag of each bucket of time."""
        if self.lags and now - self.lags[-1][0] < BUCKET:
            begin, worst = self.lags[-1]
            self.lags[-1] = (begin, max(worst, late))
        else:
            self.lags.append((now, late))


_posts: dict[int, Post] = {}
_patches = ExitStack()


def _patch() -> None:
    with ExitStack() as stack:
        stack.enter_context(hop.anyio_threads())
        stack.enter_context(unawaited.noticed())
        _patches.push(stack.pop_all())


_PROCESS = Users(_patch, _patches.close)
"""What is patched once for all loops."""


def enter(loop: asyncio.AbstractEventLoop, slow: float) -> Post:
    """Return the post of a loop, opened for one more record."""
    for other in list(_posts.values()):  # a copy, as the collector may end another in here
        if other.loop.is_closed():
            other.close()  # of a loop that was torn down in the middle of a request
    post = _posts.get(id(loop)) or Post(loop, slow)
    post.slow = min(post.slow, slow) if post.users.count else slow
    post.users.enter()
    return post


def leave(post: Post) -> None:
    """Let go of a post: the last record of a loop puts everything back; waits for nobody."""
    post.users.leave()
