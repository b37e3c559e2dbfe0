"""Traced: a coroutine in place of the application's, which notes each slice that it runs on the loop."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Coroutine, Generator
from time import perf_counter
from typing import Any
from weakref import ref

from debug_toolbar_async.lane import Lane

LOCATED = 0.001
"""Seconds from which on a wait is located: finding where takes longer than noting that it was."""


class Traced(Coroutine[Any, Any, Any]):
    """Hands everything on to the coroutine it stands for, and looks like it: for anyio and for `inspect`.

    Once its record is closed it only hands on.
    """

    __slots__ = ("__weakref__", "debug_toolbar_work", "lane", "made_for", "root", "step")

    def __init__(self, work: Any, lane: Lane) -> None:
        self.debug_toolbar_work = work
        self.root = work
        """Where the chain of awaits begins: what another panel drives has none to the outside."""
        self.step = work.send
        self.lane: Lane | None = lane
        self.made_for = ref(lane)
        lane.traced = ref(self)

    # isinstance is to see what this stands for.
    @property  # type: ignore[misc]  # object's may be set, and this is not to be
    def __class__(self) -> type:
        return type(self.debug_toolbar_work)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.debug_toolbar_work, name)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self

    def __iter__(self) -> Generator[Any, Any, Any]:
        return self

    def send(self, value: Any = None) -> Any:
        """Run the next slice, timed and published for the watchdog.

        Written out in one piece: this is what every await of a watched request pays.
        """
        lane = self.lane
        if lane is None:
            return self.step(value)
        began = ready = perf_counter()
        if lane.turn:
            ready = lane.left
        elif lane.started is None:
            lane.watch.started(lane, began)
            ready, began = lane.left, perf_counter()
        elif began - lane.left >= LOCATED:
            ready, began = lane.resumed(self.root, began), perf_counter()
        clock, lent = lane.clock, lane.lent
        outer, since = clock.lane, clock.since
        clock.lane, clock.since = lane, began
        try:
            waiting = self.step(value)
        except BaseException as error:
            self.end(lane, error, (ready, began, lent), (outer, since))
            raise
        lane.left = ended = perf_counter()
        clock.lane, clock.since = outer, since if outer is not None else ended
        lane.turn = waiting is None
        slices = lane.slices
        slices += (ready, began, ended)
        if len(slices) > lane.room:
            lane.fold()
        if ended - began >= lane.slow or outer is not None:
            self.long(lane, began, lent, outer)
        return waiting

    __next__ = send

    def throw(self, *error: Any) -> Any:
        """Run the next slice with an error thrown in, as cancellation is."""
        lane = self.lane
        if lane is None:
            return self.debug_toolbar_work.throw(*error)
        ready = now = perf_counter()
        if lane.started is None:
            lane.watch.started(lane, now)
        elif now - lane.left >= LOCATED:
            ready = lane.resumed(self.root, now)
        if isinstance(error[0], CancelledError):
            lane.watch.delivered(lane)
        clock, lent = lane.clock, lane.lent
        outer, since = clock.lane, clock.since
        clock.lane, clock.since = lane, (began := perf_counter())
        try:
            waiting = self.debug_toolbar_work.throw(*error)
        except BaseException as raised:
            self.end(lane, raised, (ready, began, lent), (outer, since))
            raise
        clock.lane, clock.since = outer, perf_counter() if outer is None else since
        self.ran(lane, ready, began, lent, outer)
        lane.turn = waiting is None
        return waiting

    def end(
        self, lane: Lane, error: BaseException, slice: tuple[float, float, float], around: tuple[Lane | None, float]
    ) -> None:
        """Note the last slice: the coroutine returned or raised."""
        lane.clock.lane = around[0]
        lane.clock.since = perf_counter() if around[0] is None else around[1]
        self.ran(lane, *slice, around[0])
        lane.watch.ended(lane, error)

    def ran(self, lane: Lane, ready: float, began: float, lent: float, outer: Lane | None) -> None:
        """Note a slice that has just ended."""
        lane.left = ended = perf_counter()
        lane.slices += (ready, began, ended)
        if len(lane.slices) > lane.room:
            lane.fold()
        if ended - began >= lane.slow or outer is not None:
            self.long(lane, began, lent, outer)

    @staticmethod
    def long(lane: Lane, began: float, lent: float, outer: Lane | None) -> None:
        """Note a slice that took long; one inside another, as of an eager task, is lent by that."""
        took = lane.left - began
        if outer is not None:
            outer.lent += took
        if took - (lane.lent - lent) >= lane.slow:
            lane.watch.blocked(lane, began, lane.left)

    def close(self) -> None:
        """Close the coroutine, as an event loop does that is torn down."""
        lane = self.lane
        try:
            self.debug_toolbar_work.close()
        finally:
            if lane is not None:
                lane.watch.ended(lane, None)

    def __del__(self) -> None:
        """Note a task that was forgotten while it waited."""
        lane = self.lane
        if lane is not None and lane.end is None:
            lane.watch.ended(lane, None)
