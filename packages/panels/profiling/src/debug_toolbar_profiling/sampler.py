"""Sampler: the one thread that looks, a thousand times a second, which profiled record each thread is running."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from time import perf_counter, sleep
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
        # Reentrant: a garbage collection in the middle of a sample may close a forgotten request, and end its run.
        self._lock = threading.RLock()
        self._runs: set[Run] = set()
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._before: float | None = None
        self._clocks = Clocks()
        self._cpu: dict[int, float | None] = {}
        self._tasks: dict[int, Any] = {}
        self._pass = 0.0

    def add(self, run: Run) -> None:
        """Sample for one more record; the first starts the thread."""
        with self._lock:
            self._runs.add(run)
            if self._thread is None:
                self._start()

    def remove(self, run: Run) -> None:
        """Sample for one record less; the last stops the thread, and waits until it is gone."""
        with self._lock:
            self._runs.discard(run)
            stopped = None if self._runs else self._finish()
        if stopped is not None and stopped is not threading.current_thread():
            stopped.join(1.0)

    def _start(self) -> None:
        self._cpu, self._tasks, self._pass = {}, {}, 0.0
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(min(SWITCH, self._before))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(self._stop,), name=_NAME, daemon=True)
        self._thread.start()

    def _finish(self) -> threading.Thread | None:
        thread, self._thread = self._thread, None
        if self._stop is not None:
            self._stop.set()
        # What somebody else set in the meantime stays.
        if self._before is not None and abs(sys.getswitchinterval() - min(SWITCH, self._before)) < 1e-6:
            sys.setswitchinterval(self._before)
        self._before = self._stop = None
        self._cpu, self._tasks = {}, {}
        return thread

    def forked(self) -> None:
        """Begin anew in a forked process: its parent's thread is not in it."""
        before = self._before
        self.__init__()  # type: ignore[misc]  # all of it is the parent's
        SLICES.clear()
        if before is not None:
            sys.setswitchinterval(before)

    def _work(self, stop: threading.Event) -> None:
        last = perf_counter()
        try:
            self._look(threading.get_ident(), 0.0, baseline=True)
            while not stop.is_set():
                sleep(max(INTERVAL, self._pass * _SHARE))
                with self._lock:
                    if stop.is_set():
                        return
                    now = perf_counter()
                    self._look(threading.get_ident(), now - last)
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

    def _look(self, own: int, elapsed: float, baseline: bool = False) -> None:
        """Give each running thread's stack to the record whose work it is."""
        states = {thread: (run, run.state) for thread, run in list(SLICES.items())}
        loops = {run.thread: run.loop for run in self._runs}
        for thread, leaf in sys._current_frames().items():
            if thread == own:
                continue
            cpu, before = self._clocks.cpu(thread), self._cpu.get(thread, 0.0)
            self._cpu[thread] = cpu
            if baseline:
                continue
            used = elapsed if cpu is None or before is None else min(elapsed, max(0.0, cpu - before))
            if thread in states:
                self._slice(*states[thread], leaf, elapsed, cpu)
            elif (loop := loops.get(thread)) is not None:
                self._task(thread, loop, leaf, elapsed, used)
            else:
                self._worker(leaf, elapsed, used)

    def _slice(self, run: Run | None, state: State, leaf: FrameType, elapsed: float, cpu: float | None) -> None:
        """Give a record's own task, and the records around it, what they ran since they were sampled last."""
        outer = run
        while outer is not None:
            found = climb(leaf, outer.frame, outer.greenlet)
            # The frames that were walked lead to the driver's; where they need not, the slice is to be the same still.
            if run is None or not (found.reached or (found.deep and run.state is state)):
                outer.missed += 1
                return
            now = perf_counter()
            seconds = max(0.0, outer.ran(now) - outer.accounted)
            used = seconds if cpu is None else min(seconds, max(0.0, outer.used(cpu) - outer.accounted_cpu))
            outer.accounted += seconds
            outer.accounted_cpu += used
            _give(outer, RUNNING, found, seconds, used, elapsed, outer.slices)
            outer = outer.outer

    def _task(self, thread: int, loop: Any, leaf: FrameType, elapsed: float, used: float) -> None:
        """Give a sample to the record of the task that the loop runs, by the task's context."""
        task = asyncio.current_task(loop)
        before, self._tasks[thread] = self._tasks.get(thread), None if task is None else id(task)
        run = None if task is None else run_in(context_of(task))
        if task is None or run is None or run not in self._runs:
            return
        coroutine: Any = task.get_coro()
        root = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        found = climb(leaf, root, run.greenlet)
        if not found.reached or asyncio.current_task(loop) is not task:
            run.missed += 1
            return
        # What was found once may have begun just now: the thread's clock tells of it from the second time on.
        cpu = used if before == id(task) else elapsed
        found.functions.append(root.f_code)
        _give(run, RUNNING if task is run.task else ELSEWHERE, found, elapsed, cpu, elapsed, 0, "child tasks")

    def _worker(self, leaf: FrameType, elapsed: float, used: float) -> None:
        """Give a sample to the record on whose work a pool's thread is."""
        found = workplace(leaf)
        run = None if found is None else run_in(context_at(*found))
        if found is None or run is None or run not in self._runs:
            return
        stack = climb(leaf, found[0])
        if stack.reached:
            _give(run, ELSEWHERE, stack, elapsed, used, elapsed, 0, "threads")
        else:
            run.missed += 1


def _give(
    run: Run, kind: int, found: Climb, seconds: float, cpu: float, elapsed: float, piece: int, group: str = ""
) -> None:
    stack = found.outermost_first()
    node = run.stacks.node([group, *stack] if kind == ELSEWHERE else stack)
    run.ticks += 1
    run.line(found.place, cpu)
    run.samples.add(perf_counter() - run.started - seconds, kind, node, seconds, cpu, piece)
    if elapsed > run.gap[0] and stack:
        run.gap = (elapsed, _name(stack[-1]))


def _name(function: Any) -> str:
    return function if isinstance(function, str) else function.co_qualname


SAMPLER = Sampler()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SAMPLER.forked)
