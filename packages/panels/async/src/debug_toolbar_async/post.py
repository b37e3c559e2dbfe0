"""Post: what is installed on one event loop while a record on it is watched, and what is seen of the loop."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import deque
from contextlib import ExitStack
from contextvars import Context
from threading import Lock, get_ident
from time import perf_counter
from typing import TYPE_CHECKING, Any

from debug_toolbar_async import hop
from debug_toolbar_async.factory import installed
from debug_toolbar_async.stall import Samples, Stall, stack_of
from debug_toolbar_async.watchdog import WATCHDOG
from debug_toolbar_core.context import Position, position
from debug_toolbar_core.record import Record
from debug_toolbar_core.span import Span

if TYPE_CHECKING:
    from debug_toolbar_async.lane import Lane

PERIOD = 0.02
"""Seconds between two heartbeats."""
_IN_TIME = 0.8
"""Of the seconds that count as blocking: then it is time to look."""
LATE = 0.015
"""Seconds after which the watchdog looks what holds the loop."""
BUCKET = 0.05
"""Seconds of which the worst lag is kept."""
_BUCKETS = 1_200
_STALLS = 200


class Clock:
    """Which watched task runs on the loop now, and since when, or since when none does; for the watchdog."""

    __slots__ = ("lane", "since")

    def __init__(self) -> None:
        self.lane: Lane | None = None
        self.since = 0.0


class Post:
    """One watched loop: its task factory, its hand-over to threads, a heartbeat; all put back by `close`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, slow: float) -> None:
        self.loop = loop
        self.slow = slow
        self.thread = get_ident()
        self.clock = Clock()
        self.users = 0
        self.stalls: deque[Stall] = deque(maxlen=_STALLS)
        self.lags: deque[tuple[float, float]] = deque(maxlen=_BUCKETS)
        self.samples: Samples | None = None
        self.key: object = None
        self.told: tuple[Record, Span] | None = None
        self.beaten = perf_counter()
        self.due = self.beaten + PERIOD
        self.lock = Lock()
        self._installed = ExitStack()
        self._handle: asyncio.Handle | None = None

    def open(self) -> None:
        """Install all of it; what cannot be is put back."""
        with ExitStack() as stack:
            stack.enter_context(installed(self.loop))
            stack.enter_context(hop.executors(self.loop))
            WATCHDOG.add(self)
            stack.callback(WATCHDOG.remove, self)
            self._handle = self.loop.call_later(PERIOD, self.beat, context=Context())
            self._installed = stack.pop_all()

    def close(self) -> None:
        """Put everything back."""
        if self._handle is not None:
            self._handle.cancel()
        self._installed.close()

    def beat(self) -> None:
        """Note how late the loop is, and what held it since the last beat."""
        now = perf_counter()
        self.lag(now, max(0.0, now - self.due))
        self.settle(now)
        self.beaten, self.due = now, now + PERIOD
        self._handle = self.loop.call_later(PERIOD, self.beat)

    def lag(self, now: float, late: float) -> None:
        """Keep the worst lag of each bucket of time."""
        if self.lags and now - self.lags[-1][0] < BUCKET:
            begin, worst = self.lags[-1]
            self.lags[-1] = (begin, max(worst, late))
        else:
            self.lags.append((now, late))

    def look(self, now: float) -> float:
        """Sample what runs, if it runs for long, and return in how many seconds to look again; for the watchdog."""
        clock = self.clock
        lane, since = clock.lane, clock.since
        if lane is not None:
            if now - since >= LATE:
                self.sample((id(lane), since), since, lane, now)
                return 0.0
            return self.slow * _IN_TIME - (now - since)
        if now - self.due >= LATE:
            task = _running(self.loop)
            if task is not None:
                self.sample(id(task), max(self.beaten, since), task, now)
                return 0.0
        return self.slow * _IN_TIME - max(0.0, now - self.beaten - PERIOD)

    def sample(self, key: object, begin: float, who: Any, now: float) -> None:
        """Note the stack of the loop's thread for a task that holds it."""
        stack = stack_of(sys._current_frames().get(self.thread))
        with self.lock:
            samples = self.samples
            if key != self.key or samples is None:
                if samples is not None and type(self.key) is int:
                    begin = max(begin, samples.last)
                    self.finish(samples.last)
                task, record = _who(who)
                samples = self.samples = Samples(begin, task, "" if record is None else record.id, _label(record))
                self.key = key
            samples.add(stack, now)
            if self.told is None and type(key) is int and now - samples.begin >= self.slow:
                self.tell(who, samples)

    def finish(self, end: float) -> None:
        """Turn the samples of a task that is not watched into a stall; those of a watched one it asks for itself."""
        samples, self.samples = self.samples, None
        told, self.told = self.told, None
        if samples is not None and type(self.key) is int and end - samples.begin >= self.slow:
            self.keep(samples, samples.begin, end)
            if told is not None:
                told[0].finish(told[1])

    def settle(self, now: float) -> None:
        """End what was sampled of a task that is not watched, for the loop goes on."""
        if self.samples is not None and type(self.key) is int:
            with self.lock:
                self.finish(now)

    def blocked(self, lane: Lane, began: float, ended: float) -> Stall:
        """Return the stall of a watched task's slice, with what the watchdog saw of it."""
        with self.lock:
            seen = self.samples if self.key == (id(lane), began) else None
            if seen is None:
                seen = Samples(began, lane.name, lane.watch.record.id, _label(lane.watch.record))
            self.samples = None
            return self.keep(seen, began, ended)

    def keep(self, samples: Samples, begin: float, end: float) -> Stall:
        """Keep a stall for all who wait on this loop."""
        culprits = samples.culprits(end, self.slow)
        stall = Stall(begin, end, samples.record, samples.label, samples.task, culprits)
        self.stalls.append(stall)
        return stall

    def tell(self, task: Any, samples: Samples) -> None:
        """Tell the record that holds the loop, while it does: soon after it may be closed."""
        record = _who(task)[1]
        if record is None:
            return
        begin = samples.begin - record.started
        culprits = samples.culprits(samples.last, self.slow)
        source = culprits[0].source if culprits else None
        span = record.add("async", "blocked the loop", max(0.0, begin), None, {"blocking": True}, source=source)
        span.task = samples.task
        self.told = (record, span)


def _running(loop: Any) -> Any:
    try:
        return asyncio.current_task(loop)
    except (KeyError, RuntimeError):
        return None


def _who(who: Any) -> tuple[str, Record | None]:
    """Return the name and the open record of a watched lane or of any task."""
    watch = getattr(who, "watch", None)
    if watch is not None:
        return who.name, watch.record
    here: Position | None = next(
        (found.get(position) for found in gc.get_referents(who) if type(found) is Context and position in found), None
    )
    return who.get_name()[:200], None if here is None else here.slot.record


def _label(record: Record | None) -> str:
    request = None if record is None else record.request
    return "" if request is None else f"{request.method} {request.path}"[:200]


_posts: dict[int, Post] = {}
_anyio = ExitStack()
_lock = Lock()


def enter(loop: asyncio.AbstractEventLoop, slow: float) -> Post:
    """Return the post of a loop, opened for one more record."""
    with _lock:
        for mark in [mark for mark, post in _posts.items() if post.loop.is_closed()]:
            del _posts[mark]  # a loop that was torn down in the middle of a request
        post = _posts.get(id(loop))
        if post is None or post.loop is not loop:
            post = Post(loop, slow)
            post.open()
            if not _posts:
                _anyio.enter_context(hop.anyio_threads())
            _posts[id(loop)] = post
        post.users += 1
        post.slow = min(post.slow, slow)
        return post


def leave(post: Post) -> None:
    """Let go of a post: the last record of a loop puts everything back."""
    with _lock:
        post.users -= 1
        if post.users:
            return
        if _posts.get(id(post.loop)) is post:
            del _posts[id(post.loop)]
        if not _posts:
            _anyio.close()
    post.close()
