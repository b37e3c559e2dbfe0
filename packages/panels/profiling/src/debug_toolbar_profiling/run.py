"""Run: one record while it is profiled: its slices on the event loop, its waits, and the samples it is given."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from math import inf
from threading import get_ident
from time import perf_counter, sleep, thread_time
from types import CodeType, FrameType
from typing import Any, ClassVar

from debug_toolbar_core import Record
from debug_toolbar_core.drive import driven
from debug_toolbar_profiling.samples import RUNNING, Samples
from debug_toolbar_profiling.stacks import Count, Function, Named, Stacks
from debug_toolbar_profiling.turns import TURNS, Calm
from debug_toolbar_profiling.waits import Waits

SLICES: dict[int, Run] = {}
"""By thread: the record whose coroutine runs there right now, as its driver tells."""
State = tuple[float, float, float | None, float]
"""Seconds run and CPU seconds before the current slice; when it began, None while suspended; the CPU clock then."""
LATE = 0.0002
"""Seconds by which the sampler may be late before it is let in."""
_YIELD = 50e-6
LENIENT = 0.003
"""Seconds of earlier slices for which a sample may stand as well as for its own: those between two looks."""
_LINES_MOST = 2_000
_modules = sys.modules


class Run:
    """What is measured of one record. The event loop's thread and the sampling thread write to parts of their own.

    `state` is replaced as a whole: whoever finds the same one twice knows that the slice is still the same.
    """

    due: ClassVar[float] = inf
    """When the sampler should have looked at the latest."""

    def __init__(self, record: Record) -> None:
        self.engine = "sampling"
        self.started = record.started
        self.thread = get_ident()
        self.loop = asyncio._get_running_loop()
        self.task = None if self.loop is None else asyncio.current_task(self.loop)
        self.state: State = (0.0, 0.0, None, 0.0)
        self.slices = 0
        self.driven = False
        self.frame: FrameType | None = None
        self.greenlet: Any = None
        self.outer: Run | None = None
        self.work: Awaitable[Any] | None = None
        self.calm = Calm()
        self.waits = Waits()
        self.stacks = Stacks()
        self.samples = Samples()
        self.lines: dict[tuple[CodeType, int], float] = {}
        self.calls: dict[Named, Count] = {}
        self.replaced = False
        self.accounted = 0.0
        self.accounted_cpu = 0.0
        self.ticks = 0
        self.missed = 0
        self.gap: tuple[float, Function] = (0.0, "")
        self.cost = 0.0
        self.notes: list[str] = []
        self._suspended: float | None = None
        self._last = (0.0, 0.0, 0)
        self.newest: tuple[int, int, tuple[CodeType, int] | None] = (0, 0, None)
        """What was seen last of its own task: in which slice, the stack's node, the place in the user's code."""

    def drive(self, work: Awaitable[Any]) -> Awaitable[Any]:
        """Drive the application's coroutine, so that it is known when it runs and when it waits."""
        self.work = work
        self.driven = True
        return driven(work, self.resume, self.suspend)

    def resume(self) -> None:
        """Begin a slice: until it ends, what runs in this thread is this record's."""
        now = perf_counter()
        if self._suspended is None:
            self.frame = sys._getframe(1)
        elif self._waited(self._suspended, now) or now > Run.due:
            if now > Run.due:
                self._let_in()
            now = perf_counter()
        if self.greenlet is None and "greenlet" in _modules:
            self.greenlet = _current_greenlet()
        self.thread = thread = get_ident()
        self.outer = SLICES.get(thread)
        self.slices += 1
        seconds, cpu, _, _ = self.state
        self.state = (seconds, cpu, now, thread_time())
        SLICES[thread] = self
        if now > TURNS.soon:
            TURNS.quick()

    def _waited(self, since: float, now: float) -> int:
        """Note a wait that is over, and the slice before it where no sample was taken of that; return its node."""
        node = self.waits.add(since - self.started, now - since, self.work)
        before, told_before, node_before = self._last
        if node or node_before:
            ran, told = self.state[0], self.accounted
            if node and node_before and told == told_before:
                self.waits.between(node_before, node, ran - before)
            self._last = (ran, told, node)
        return node

    def _let_in(self) -> None:
        """Give way to the sampler: it waits in vain where the loop asks for events every few µs, and slows it down."""
        Run.due = perf_counter() + 10 * LATE
        sleep(_YIELD)

    def suspend(self) -> None:
        """End the slice."""
        now = perf_counter()
        seconds, cpu, began, cpu_before = self.state
        self.state = (seconds + (now - began if began else 0.0), cpu + thread_time() - cpu_before, None, 0.0)
        self._suspended = now
        self.calm.slice(now - (began or now))
        if self.outer is None:
            SLICES.pop(self.thread, None)
        else:
            SLICES[self.thread] = self.outer
            self.outer = None

    def ran(self, now: float) -> float:
        """Return the seconds its own task ran so far."""
        seconds, _, began, _ = self.state
        return seconds if began is None else seconds + max(0.0, now - began)

    def used(self, clock: float | None) -> float:
        """Return the CPU seconds its own task used so far, by its thread's clock now."""
        _, cpu, began, before = self.state
        return cpu if began is None or clock is None else cpu + max(0.0, clock - before)

    def account(self, elapsed: float, began: float | None, clock: float | None) -> tuple[float, float]:
        """Return the seconds and CPU seconds for which a sample of its own task stands, and count them as told.

        They are those of the slice in which it was seen, since the last look, and of slices before it so many as a
        look finds on the average: what ran in them unseen is not to stand, all of it, at the next stack that is seen.
        """
        now = perf_counter()
        since = min(elapsed, now - (began or now)) + LENIENT
        seconds = min(since, max(0.0, self.ran(now) - self.accounted))
        cpu = seconds if clock is None else min(seconds, max(0.0, self.used(clock) - self.accounted_cpu))
        self.accounted += seconds
        self.accounted_cpu += cpu
        return seconds, cpu

    def settle(self) -> None:
        """Have what was seen in its last slice stand for the end of that, too: nobody looks once it is over."""
        piece, node, place = self.newest
        if piece and piece == self.slices:
            seconds, cpu = self.account(0.0, None, 0.0)
            self.samples.add(perf_counter() - self.started - seconds, RUNNING, node, seconds, cpu, piece)
            self.line(place, cpu)

    def line(self, place: tuple[CodeType, int] | None, seconds: float) -> None:
        """Add seconds to a line of the user's code."""
        if place is not None and (place in self.lines or len(self.lines) < _LINES_MOST):
            self.lines[place] = self.lines.get(place, 0.0) + seconds

    def end(self) -> None:
        """Let go of everything that belongs to the application; it is measured no more."""
        for thread in [thread for thread, run in list(SLICES.items()) if run is self]:
            SLICES.pop(thread, None)  # its coroutine was closed within its slice
        self.frame = self.work = self.greenlet = self.outer = self.loop = self.task = None


def _current_greenlet() -> Any:
    """Return the greenlet that runs here, or None; another thread may be in the middle of importing the library."""
    getcurrent = getattr(_modules.get("greenlet"), "getcurrent", None)
    return None if getcurrent is None else getcurrent()
