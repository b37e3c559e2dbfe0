"""Sampler: the one thread that looks, a thousand times a second, which profiled record each thread is running."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from time import perf_counter
from types import FrameType
from typing import Any

from debug_toolbar_core.border import tell
from debug_toolbar_profiling.climb import Climb, climb
from debug_toolbar_profiling.clocks import Clocks
from debug_toolbar_profiling.contexts import context_at, context_of, run_in, workplace
from debug_toolbar_profiling.run import SLICES, Run, State
from debug_toolbar_profiling.samples import ELSEWHERE, RUNNING

INTERVAL = 0.001
"""Seconds between two samples, at least."""
SWITCH = 0.0005
"""Seconds after which a busy thread lets the sampler in: Python's own 5 ms would be the interval."""
_SHARE = 30
"""The interval is so many times what a sample takes: sampling costs a thirtieth and the switch."""
_NAME = "debug-toolbar-sampler"


class Sampler:
    """Samples all threads while records are being profiled; without one there is no thread, and nothing is changed."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        # Reentrant: a garbage collection in the middle of a sample may close a forgotten request, and end its run.
        self._lock = threading.RLock()
        self._runs: frozenset[Run] = frozenset()
        self._thread: threading.Thread | None = None
        self._gate: threading.Lock | None = None
        self._before: float | None = None
        self._forget()

    def _forget(self) -> None:
        self._clocks = Clocks()
        self._cpu: dict[int, float | None] = {}
        self._tasks: dict[int, int] = {}
        self._pass = 0.0

    def add(self, run: Run) -> None:
        """Sample for one more record; the first starts the thread."""
        with self._lock:
            self._runs |= {run}
            if self._thread is None:
                self._start()

    def remove(self, run: Run) -> None:
        """Sample for one record less; the last stops the thread, and waits until it is gone."""
        with self._lock:
            self._runs -= {run}
            stopped = None if self._runs else self._finish()
        if stopped is not None and stopped is not threading.current_thread():
            stopped.join(1.0)

    def _start(self) -> None:
        self._forget()
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(min(SWITCH, self._before))
        self._gate = threading.Lock()
        self._gate.acquire()
        self._thread = threading.Thread(target=self._work, args=(self._gate,), name=_NAME, daemon=True)
        self._thread.start()

    def _finish(self) -> threading.Thread | None:
        if self._gate is not None:
            self._gate.release()
        # What somebody else set in the meantime stays.
        if self._before is not None and abs(sys.getswitchinterval() - min(SWITCH, self._before)) < 1e-6:
            sys.setswitchinterval(self._before)
        thread = self._thread
        self._before = self._gate = self._thread = None
        self._forget()
        return thread

    def forked(self) -> None:
        """Begin anew in a forked process: its parent's thread is not in it."""
        before = self._before
        self._reset()
        SLICES.clear()
        if before is not None:
            sys.setswitchinterval(before)

    def _work(self, gate: threading.Lock) -> None:
        own, last = threading.get_ident(), perf_counter()
        try:
            with self._lock:
                self._look(own, None)
            while not gate.acquire(timeout=max(INTERVAL, self._pass * _SHARE)):
                with self._lock:
                    if gate is not self._gate:
                        return
                    now = perf_counter()
                    self._look(own, now - last)
                    last = now
                    self._spend(perf_counter() - now)
        except Exception as error:  # noqa: BLE001 - a border: the requests go on, and their panels say what is missing
            self._give_up(error)

    def _spend(self, took: float) -> None:
        self._pass += (took - self._pass) / 8 if self._pass else took
        for run in self._runs:
            run.cost += took

    def _give_up(self, error: Exception) -> None:
        tell("The profiling panel's sampling thread failed: %s. What it would have seen is missing.", error, error=error)
        with self._lock:
            for run in self._runs:
                run.notes.append(f"The sampling thread failed: {type(error).__qualname__}")

    def _look(self, own: int, elapsed: float | None) -> None:
        """Give each running thread's stack to the record whose work it is; the first look only reads the clocks."""
        loops = {run.thread: run.loop for run in self._runs if run.loop is not None}
        tasks = {thread: asyncio.current_task(loop) for thread, loop in loops.items()}
        slices = {thread: (run, run.state) for thread, run in list(SLICES.items())}
        for thread, leaf in sys._current_frames().items():
            if thread == own:
                continue
            cpu, before = self._clocks.cpu(thread), self._cpu.get(thread, 0.0)
            self._cpu[thread] = cpu
            if elapsed is None:
                continue
            used = elapsed if cpu is None or before is None else min(elapsed, max(0.0, cpu - before))
            if thread in slices:
                self._slice(*slices[thread], leaf, elapsed, cpu)
            elif thread in loops:
                self._task(thread, tasks[thread], leaf, elapsed, used)
            else:
                self._worker(leaf, elapsed, used)

    def _slice(self, run: Run, state: State, leaf: FrameType, elapsed: float, cpu: float | None) -> None:
        """Give a record's own task, and the records around it, what they ran since they were sampled last."""
        outer: Run | None = run
        while outer is not None:
            found = climb(leaf, outer.frame, outer.greenlet)
            # What was walked leads to the driver's frame; of a recursion, the slice is to be the same still.
            if not (found.reached or (found.deep and run.state is state)):
                outer.missed += 1
                return
            seconds = max(0.0, outer.ran(perf_counter()) - outer.accounted)
            used = seconds if cpu is None else min(seconds, max(0.0, outer.used(cpu) - outer.accounted_cpu))
            outer.accounted += seconds
            outer.accounted_cpu += used
            if elapsed > outer.gap[0]:
                outer.gap = (min(seconds, elapsed), found.functions[0] if found.functions else "")
            _give(outer, RUNNING, found, seconds, used, outer.slices)
            outer = outer.outer

    def _task(self, thread: int, task: Any, leaf: FrameType, elapsed: float, used: float) -> None:
        """Give a sample to the record of the task that the loop runs, by the task's context."""
        before, self._tasks[thread] = self._tasks.get(thread), id(task)
        run = None if task is None else run_in(context_of(task))
        if run is None or run not in self._runs or (run.driven and task is run.task):
            return
        coroutine = task.get_coro()
        root = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        found = climb(leaf, root, run.greenlet)
        if root is None or asyncio.current_task(run.loop) is not task or not (found.reached or found.deep):
            run.missed += 1
            return
        found.end_with(root)
        # What was found once may have begun just now: the thread's clock tells of it from the second time on.
        cpu = used if before == id(task) else elapsed
        _give(run, RUNNING if task is run.task else ELSEWHERE, found, elapsed, cpu, 0, "child tasks")

    def _worker(self, leaf: FrameType, elapsed: float, used: float) -> None:
        """Give a sample to the record on whose work a pool's thread is."""
        found = workplace(leaf)
        run = None if found is None else run_in(context_at(*found))
        if found is None or run is None or run not in self._runs:
            return
        stack = climb(leaf, found[0])
        if stack.reached:
            _give(run, ELSEWHERE, stack, elapsed, used, 0, "threads")
        else:
            run.missed += 1


def _give(run: Run, kind: int, found: Climb, seconds: float, cpu: float, piece: int, group: str = "") -> None:
    stack = found.outermost_first()
    node = run.stacks.node([group, *stack] if kind == ELSEWHERE else stack)
    run.ticks += 1
    run.line(found.place, cpu)
    run.samples.add(perf_counter() - run.started - seconds, kind, node, seconds, cpu, piece)


SAMPLER = Sampler()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SAMPLER.forked)
