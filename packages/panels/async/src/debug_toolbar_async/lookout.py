"""Lookout: what is seen of one event loop: which task holds it, where, and for how long.

The loop's thread and the watchdog's work on it at once, and without a lock: either may be inside any of this when the
garbage collector ends another record there. What both change is a list that one of them pops from.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import deque
from contextvars import Context
from threading import get_ident
from time import perf_counter
from typing import TYPE_CHECKING, Any

from debug_toolbar_async.stall import Samples, Stall, stack_of
from debug_toolbar_core.context import Position, position
from debug_toolbar_core.record import Record

if TYPE_CHECKING:
    from debug_toolbar_async.lane import Lane

LATE = 0.015
"""Seconds after which a task or a late heartbeat is worth a look."""
LATEST = 0.7
"""Of the seconds that count as blocking: without a heartbeat for so long, somebody looks."""
_STALLS = 200


class Clock:
    """Which watched task runs on the loop now, and since when, or since when none does; for the watchdog."""

    __slots__ = ("lane", "since")

    def __init__(self) -> None:
        self.lane: Lane | None = None
        self.since = 0.0


class Lookout:
    """One watched loop, seen from another thread: `beaten` and `due` are when it last was at leisure, and will be."""

    def __init__(self, loop: asyncio.AbstractEventLoop, slow: float) -> None:
        self.loop = loop
        self.slow = slow
        self.thread = get_ident()
        self.clock = Clock()
        self.beaten = self.due = perf_counter()
        self.stalls: deque[Stall] = deque(maxlen=_STALLS)
        self.kept = 0
        self._samples: list[Samples] = []

    def look(self, now: float) -> float | None:
        """Sample what runs, if it runs for long, and return in how many seconds to look again; for the watchdog."""
        if self.loop.is_closed():
            return None
        clock = self.clock
        lane, since = clock.lane, clock.since
        if lane is not None:
            if now - since >= LATE:
                self.sample((id(lane), since), since, lane, now)
                return 0.0
            return self.slow * LATEST - (now - since)
        if now - self.due >= LATE:
            task = _running(self.loop)
            if task is not None:
                return self.look_at(task, max(self.beaten, since), now)
        return self.slow * LATEST - max(0.0, now - self.due)

    def look_at(self, task: Any, begin: float, now: float) -> float:
        """Sample a task that is not watched; where another ran a moment ago, this one has only just begun."""
        before = self.latest()
        if before is not None and before.key != id(task):
            begin = max(begin, before.last)
        self.sample(id(task), begin, task, now)
        return 0.0 if now - begin >= LATE else self.slow * LATEST - (now - begin)

    def sample(self, key: object, begin: float, who: Any, now: float) -> None:
        """Note the stack of the loop's thread for a task that holds it; for the watchdog."""
        stack = stack_of(sys._current_frames().get(self.thread))
        lane, since = self.clock.lane, self.clock.since
        if self.beaten >= now or key != ((id(lane), since) if lane is not None else id(who)):
            return  # the loop went on while we looked
        samples = self.latest()
        if samples is not None and samples.key == key:
            samples.add(stack, now)
        else:
            before = self.taken()
            if before is not None:
                self.finish(before, before.last)
            task, record = _who(who)
            samples = Samples(key, begin, task, "" if record is None else record.id, _label(record))
            samples.add(stack, now)
            self._samples.append(samples)
        if samples.told is None and type(key) is int and now - samples.begin >= self.slow:
            self.tell(who, samples)

    def latest(self) -> Samples | None:
        """Return what was sampled last."""
        return next(iter(self._samples[-1:]), None)

    def taken(self) -> Samples | None:
        """Take what was sampled last, if the other thread did not just now."""
        try:
            return self._samples.pop()
        except IndexError:
            return None

    def finish(self, samples: Samples, end: float) -> None:
        """Turn the samples of a task that is not watched into a stall; those of a watched one it asks for itself."""
        if type(samples.key) is int and end - samples.begin >= self.slow:
            self.keep(samples, samples.begin, end)
            if samples.told is not None:
                record, span = samples.told
                record.finish(span)

    def settle(self, now: float) -> None:
        """End what was sampled of a task that is not watched, for the loop goes on."""
        latest = self.latest()
        if latest is not None and type(latest.key) is int:
            samples = self.taken()
            if samples is not None:
                self.finish(samples, now)

    def blocked(self, lane: Lane, began: float, ended: float) -> Stall:
        """Return the stall of a watched task's slice, with what the watchdog saw of it."""
        seen, key = self.taken(), (id(lane), began)
        if seen is not None and seen.key != key:
            self.finish(seen, min(began, seen.last))
            seen = None
        if seen is None:
            seen = Samples(key, began, lane.name, lane.watch.record.id, _label(lane.watch.record))
        return self.keep(seen, began, ended)

    def keep(self, samples: Samples, begin: float, end: float) -> Stall:
        """Keep a stall for all who wait on this loop."""
        culprits = samples.culprits(end, self.slow)
        stall = Stall(begin, end, samples.record, samples.label, samples.task, culprits)
        self.stalls.append(stall)
        self.kept += 1
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
        samples.told = (record, span)


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
