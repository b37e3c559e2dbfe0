"""Watch: what is noted of one record while it is open: its tasks, awaits, threads, cancellations and stalls.

A websocket may be open for hours, so where there is no more room the oldest of what is over makes way, and is counted.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary, ref

from debug_toolbar_async import cancelling, post
from debug_toolbar_async.calls import Points
from debug_toolbar_async.cancelling import Cancelled
from debug_toolbar_async.chain import application_of, chain_of, source_of, source_of_code
from debug_toolbar_async.hop import Hop
from debug_toolbar_async.lane import Lane
from debug_toolbar_async.lookout import Clock
from debug_toolbar_async.packing import packed
from debug_toolbar_async.traced import Traced
from debug_toolbar_async.unawaited import Unawaited
from debug_toolbar_core.record import Record
from debug_toolbar_core.source import Source, caller

LANES = 200
SLICES = 650
"""Slices kept of one task; of a record with many tasks fewer of each."""
_SLICES_ALL = 6_500
HOPS = 60
CANCELS = 40
UNAWAITED = 20


class Watch:
    """One record, watched from `begin` to `close`; where no asyncio loop runs, its own coroutine only."""

    def __init__(self, record: Record, slow: float) -> None:
        self.record = record
        self.slow = slow
        self.now = perf_counter
        self.points = Points()
        self.lanes: dict[int, Lane] = {}
        self.made = 0
        self.missed: Counter[str] = Counter()
        self.hops: list[Hop] = []
        self.cancels: list[Cancelled] = []
        self.unawaited: dict[tuple[str, Source | None], Unawaited] = {}
        self.stalls = 0
        self.cancelling: Lane | None = None
        self.tasks: WeakKeyDictionary[Any, Lane] = WeakKeyDictionary()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.post: post.Post | None = None
        self.clock = Clock()
        self.main = self.add(-1, "the request", None)

    def add(self, parent: int, name: str, source: Source | None) -> Lane:
        """Return a lane for one more task."""
        lane = self.lanes[self.made] = Lane(self, self.made, parent, name, source)
        self.made += 1
        return lane

    def slices(self) -> int:
        """Return how many slices one more task may keep."""
        return SLICES if len(self.lanes) * SLICES < _SLICES_ALL else 50

    def begin(self) -> None:
        """Install what it takes on the loop that runs here."""
        with suppress(RuntimeError):
            self.loop = asyncio.get_running_loop()
        if self.loop is not None:
            self.post = post.enter(self.loop, self.slow)
            self.stalls = self.post.kept
            self.clock = self.main.clock = self.post.clock

    def drive(self, work: Awaitable[Any]) -> Awaitable[Any]:
        """Return the application's coroutine, traced."""
        made: Any = work if hasattr(work, "send") else _coroutine(work)
        traced = Traced(made, self.main)
        traced.root = root = application_of(made)
        self.main.coroutine = str(getattr(root, "__qualname__", "the application"))[:200]
        self.main.source = source_of_code(root)
        return traced

    def make(self, work: Any) -> Traced | None:
        """Return what a task that is about to be made is to run; None where too many others still run."""
        if len(self.lanes) >= LANES and not self.make_room():
            self.missed["tasks"] += 1
            return None
        name = str(getattr(work, "__qualname__", type(work).__qualname__))[:200]
        lane = self.add(self.here().number, name, caller())
        lane.span = self.record.add(
            "async", name, lane.created - self.record.started, None, {"task": lane.number}, source=lane.source
        )
        return Traced(work, lane)

    def here(self) -> Lane:
        """Return the task of this record that runs now."""
        lane = self.clock.lane
        return lane if lane is not None and lane.watch is self else self.main

    def make_room(self) -> bool:
        """Let go of the oldest tasks that are over, a quarter of all; False where there are none."""
        over = [lane for lane in self.lanes.values() if lane.end is not None and lane is not self.main][: LANES // 4]
        for lane in over:
            del self.lanes[lane.number]
            self.points.room += len(lane.calls.made)
        self.missed["tasks"] += len(over)
        return bool(over)

    def forget(self, lane: Lane) -> None:
        """Let go of a task that could not be made."""
        self.let_go(lane, "not made")

    def attach(self, lane: Lane, task: Any) -> None:
        """Take up a task that was made; an eager one may have ended already."""
        lane.task = ref(task)
        self.tasks[task] = lane
        self.name(lane, task)
        if lane.end is None:
            cancelling.attach(lane, task)
        else:
            lane.awaited = True  # nobody can have waited yet, nor will have to

    @staticmethod
    def name(lane: Lane, task: Any) -> None:
        """Take a task's name, which Python 3.11 gives it only after the factory."""
        name = task.get_name()
        if type(name) is str:
            lane.name = name[:200]
            if lane.span is not None:
                lane.span.task = lane.name

    def started(self, lane: Lane, now: float) -> None:
        """Note the first slice of a task."""
        lane.started = now
        task = None if lane.task is None else lane.task()
        if task is not None:
            self.name(lane, task)
        if lane is self.main and self.loop is not None:
            lane.created = lane.left = now
            task = asyncio.current_task()
            if task is not None:
                lane.task, lane.name = ref(task), task.get_name()[:200]
                self.tasks[task] = lane
                cancelling.attach(lane, task)

    def ended(self, lane: Lane, error: BaseException | None) -> None:
        """Note how a task ended; without an error it was torn down while it waited."""
        task = None if lane.task is None else lane.task()
        if task is not None and lane is not self.main:
            self.name(lane, task)
            lane.awaited = _awaited(task)
        kind = type(error)
        if error is None or kind is GeneratorExit:
            outcome = "destroyed"
        elif kind is StopIteration:
            outcome = "done"
        else:
            outcome = "cancelled" if isinstance(error, asyncio.CancelledError) else f"raised {kind.__qualname__}"[:200]
        self.let_go(lane, outcome)

    def let_go(self, lane: Lane, outcome: str) -> None:
        """Trace a task no longer."""
        lane.end, lane.outcome = perf_counter(), outcome
        traced = None if lane.traced is None else lane.traced()
        if traced is not None:
            traced.lane = None
        cancelling.detach(lane)
        if lane.span is not None:
            self.record.finish(lane.span, outcome=outcome)

    def number(self, task: Any) -> int | None:
        """Return the number of a task of this record, or None."""
        try:
            lane = self.tasks.get(task)
        except TypeError:
            return None
        return None if lane is None else lane.number

    def numbers(self, tasks: Iterable[Any]) -> tuple[int, ...]:
        """Return the numbers of those that are tasks of this record."""
        return tuple(number for task in tasks if (number := self.number(task)) is not None)

    def hop(self, name: str) -> Hop:
        """Note work that is handed to a thread."""
        lane = self.here()
        hop = Hop(name, lane.number)
        lane.hop = hop
        if len(self.hops) >= HOPS:
            self.missed["thread calls"] += 1
            over = next((number for number, other in enumerate(self.hops) if other.ended is not None), None)
            if over is not None:
                self.tell(self.hops.pop(over))
        if len(self.hops) < HOPS:
            self.hops.append(hop)
            at = hop.handed - self.record.started
            hop.span = self.record.add("async", f"thread: {name}", at, None, {"task": lane.number}, source=caller())
        return hop

    def tell(self, hop: Hop) -> None:
        """Take what became of work in a thread into its span."""
        if hop.ended is not None and hop.span is not None:
            hop.span.end = hop.ended - self.record.started
            hop.span.attributes.update(queued=(hop.began or hop.ended) - hop.handed, thread=hop.thread)

    def dropped(self, name: str, source: Source | None, place: Source | None) -> None:
        """Note a coroutine that nobody awaited."""
        found = self.unawaited.get((name, place))
        if found is None:
            if len(self.unawaited) >= UNAWAITED:
                self.missed["coroutines never awaited"] += 1
                return
            found = self.unawaited[name, place] = Unawaited(name, source, place, self.here().number)
        found.count += 1

    def cancelled(self, lane: Lane, outer: Lane | None) -> None:
        """Note that `cancel` is called on a task, by that of another task if `outer`."""
        lane.cancelled = perf_counter()
        if len(self.cancels) >= CANCELS:
            self.missed["cancellations"] += 1
            del self.cancels[0]
        by, source = ("", None) if outer is None else (f"with {outer.name}, which waited for it", None)
        if outer is None:
            by, source = cancelling.culprit()
        self.cancels.append(Cancelled(lane.cancelled, lane.number, by, source))

    def delivered(self, lane: Lane) -> None:
        """Note where a task is when it is cancelled."""
        found = next((cancel for cancel in reversed(self.cancels) if cancel.lane == lane.number), None)
        traced = None if lane.traced is None else lane.traced()
        if found is not None and traced is not None:
            found.delivered = True
            steps = chain_of(traced.root).steps
            found.waited = source_of(steps[-1]) if steps else None

    def blocked(self, lane: Lane, began: float, ended: float) -> None:
        """Note that a slice of a task held the loop too long."""
        if self.post is None:
            return
        stall = self.post.blocked(lane, began, ended)
        source = stall.culprits[0].source if stall.culprits else None
        at = self.record.started
        span = self.record.add("async", "blocked the loop", began - at, ended - at, {"blocking": True}, source=source)
        span.task = lane.name

    def close(self) -> dict[str, Any]:
        """End the watching, put back what was installed, and return what was noted as plain values."""
        now = perf_counter()
        if self.post is not None:
            self.post.settle(now)
            post.leave(self.post)
        for hop in self.hops:
            self.tell(hop)
        lanes = list(self.lanes.values())
        for lane in lanes:
            task = None if lane.task is None else lane.task()
            if task is not None:  # the name of an eager task is given once it has run
                self.name(lane, task)
            if lane.end is None:
                lane.awaited = task is not None and _awaited(task)
                lane.outcome = "not made" if lane is self.main and lane.started is None else "still running"
        try:
            return packed(self, now)
        finally:
            for lane in lanes:
                if lane.end is None:
                    self.stop(lane)

    def stop(self, lane: Lane) -> None:
        """Leave a task that goes on alone."""
        traced = None if lane.traced is None else lane.traced()
        if traced is not None:
            traced.lane = None
        cancelling.detach(lane)


def _awaited(task: Any) -> bool:
    """Tell whether anybody waits for a task: a set that only keeps it alive does not."""
    waiting = getattr(task, "_callbacks", None) or ()
    return any(type(getattr(callback, "__self__", None)) is not set for callback, *_ in waiting)


async def _coroutine(work: Awaitable[Any]) -> Any:
    return await work
