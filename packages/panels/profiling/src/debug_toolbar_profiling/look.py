"""Look: one glance at the threads that ran, which gives what each of them runs to the record whose work it is."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection
from dataclasses import dataclass
from time import perf_counter
from types import FrameType
from typing import Any

from debug_toolbar_profiling.climb import Climb, climb
from debug_toolbar_profiling.clocks import Clocks
from debug_toolbar_profiling.contexts import context_at, context_of, run_in, workplace
from debug_toolbar_profiling.run import SLICES, Run, State
from debug_toolbar_profiling.samples import ELSEWHERE, RUNNING

_BUSY = 0.3
"""The share of the time from which on a thread counts as computing."""
_BORDERS = (Run.resume.__code__, Run.suspend.__code__)
USUAL = 0.003
"""Seconds between two looks where nothing keeps us from them."""


@dataclass(slots=True)
class Seen:
    """A stack that was seen running for a record: its own task's, or elsewhere in a task or thread that it started."""

    run: Run
    kind: int
    stack: Climb
    group: str = ""
    task: int = 0
    began: float | None = None
    """When the slice began in which it was seen."""


class Look:
    """Looks again and again, and remembers what each thread's CPU clock and loop told the last time."""

    def __init__(self) -> None:
        self._clocks = Clocks()
        self._cpu: dict[int, float | None] = {}
        self._tasks: dict[int, int] = {}
        self._idle: dict[int, float] = {}
        """Threads that worked for nobody the last time, and their CPU clock then: while it stands they still do."""

    def begin(self, thread: int) -> None:
        """Begin for a record that was alone until now, in a thread of its own: no other works for it before it runs."""
        self._idle = self._clocks.all()
        self._idle.pop(thread, None)

    def forget(self) -> None:
        """Let go of what was seen, until somebody is profiled again: threads come and go meanwhile."""
        self._cpu.clear()
        self._tasks.clear()
        self._idle.clear()

    def __call__(self, runs: Collection[Run], own: int, elapsed: float) -> int:
        """Look from the thread `own`, so many seconds after the last time; return how many others compute."""
        loops = {run.thread: run.loop for run in runs if run.loop is not None}
        tasks = {thread: asyncio.current_task(loop) for thread, loop in loops.items()}
        slices = {thread: (run, run.state) for thread, run in list(SLICES.items())}
        alone = {run.thread: run for run in runs if run.loop is None and not run.driven}
        leaves = sys._current_frames()
        del leaves[own]
        seen, resting = dict[int, list[Seen]](), self._clocks.unmoved(self._idle)
        if len(resting) < len(self._idle):
            self._idle = {thread: self._idle[thread] for thread in resting}
        # The stacks first, and those of the loops before the others: after 100 µs another thread may take its turn.
        for thread in sorted(leaves.keys() - resting, key=lambda thread: thread not in loops):
            leaf = leaves.pop(thread)
            if thread in slices:
                seen[thread] = _of_slice(*slices[thread], leaf)
            elif thread in alone:
                seen[thread] = [Seen(alone[thread], RUNNING, climb(leaf, None))]
            elif thread in loops:
                seen[thread] = _of_task(runs, tasks[thread], leaf)
            else:
                seen[thread] = self._of_other(runs, thread, leaf)
        return sum(self._give(thread, stacks, elapsed) > _BUSY * elapsed for thread, stacks in seen.items())

    def _of_other(self, runs: Collection[Run], thread: int, leaf: FrameType) -> list[Seen]:
        """Return the stack of a thread without a loop; a pool of a hundred that wait is not to be climbed each time."""
        cpu = self._clocks.cpu(thread)  # before: a thread that runs on from here is looked at again
        seen = _of_worker(runs, leaf)
        if not seen and cpu is not None:
            self._idle[thread] = cpu
        return seen

    def _give(self, thread: int, seen: list[Seen], elapsed: float) -> float:
        """Give records the time for which their stacks stand, and return the CPU seconds that the thread used."""
        cpu, before = self._clocks.cpu(thread), self._cpu.get(thread)
        self._cpu[thread] = cpu
        used = elapsed if cpu is None else min(elapsed, max(0.0, cpu - (before or 0.0)))
        task, self._tasks[thread] = self._tasks.get(thread, 0), seen[0].task if seen else 0
        for one in seen:
            if one.run.driven and one.kind == RUNNING:
                seconds, share = one.run.account(elapsed, one.began, cpu)
                _add(one, seconds, share, one.run.slices)
            else:
                # A task found just now may have begun just now: from the second time on its thread's clock tells.
                _add(one, elapsed, used if task == one.task else min(elapsed, max(used, USUAL)), 0)
        return used


def _of_slice(run: Run, state: State, leaf: FrameType) -> list[Seen]:
    """Return the stack of a record's own task, as the records see it within which it runs."""
    seen: list[Seen] = []
    outer: Run | None = run
    while outer is not None:
        began = outer.state[2]
        found = climb(leaf, outer.frame, outer.greenlet)
        if found.reached and found.functions and found.functions[-1] in _BORDERS:
            break  # our own driver, about to begin the slice or to end it
        # What was walked leads to the driver's frame; of a recursion, the slice is to be the same still.
        if not (found.reached or (found.deep and run.state is state)):
            outer.missed += 1
            break
        seen.append(Seen(outer, RUNNING, found, began=began))
        outer = outer.outer
    return seen


def _of_task(runs: Collection[Run], task: Any, leaf: FrameType) -> list[Seen]:
    """Return the stack of the task that a loop runs, for the record in its context."""
    run = None if task is None else run_in(context_of(task))
    if run is None or run not in runs or (run.driven and task is run.task):
        return []
    coroutine = task.get_coro()
    root = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
    found = climb(leaf, root, run.greenlet)
    if root is None or asyncio.current_task(run.loop) is not task or not (found.reached or found.deep):
        run.missed += 1
        return []
    found.end_with(root)
    return [Seen(run, RUNNING if task is run.task else ELSEWHERE, found, "child tasks", id(task))]


def _of_worker(runs: Collection[Run], leaf: FrameType) -> list[Seen]:
    """Return the stack of a pool's thread, for the record on whose work it is."""
    found = workplace(leaf)
    run = None if found is None else run_in(context_at(*found))
    if found is None or run is None or run not in runs:
        return []
    stack = climb(leaf, found[0])
    if not stack.reached:
        run.missed += 1
        return []
    return [Seen(run, ELSEWHERE, stack, "threads")]


def _add(seen: Seen, seconds: float, cpu: float, piece: int) -> None:
    run, stack = seen.run, seen.stack.outermost_first()
    node = run.stacks.node([seen.group, *stack] if seen.kind == ELSEWHERE else stack)
    run.ticks += 1
    if piece:
        run.newest = (piece, node, seen.stack.place)
    run.line(seen.stack.place, cpu)
    if seconds > run.gap[0] and stack:
        run.gap = (seconds, stack[-1])
    run.samples.add(perf_counter() - run.started - seconds, seen.kind, node, seconds, cpu, piece)
