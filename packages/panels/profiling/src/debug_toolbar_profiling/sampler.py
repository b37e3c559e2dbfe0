"""Sampler: the one thread that looks, some hundred times a second, which profiled record each thread is running."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from math import inf
from random import random
from time import perf_counter, thread_time

from debug_toolbar_core.border import tell
from debug_toolbar_profiling.look import USUAL, Look
from debug_toolbar_profiling.run import LATE, SLICES, Run

INTERVAL = USUAL
"""Seconds between two samples, as a mean: they vary by half, not to beat in time with the application's timers."""
SWITCH, SWITCH_SHARED = 100e-6, 0.0005
"""Seconds after which a running thread lets the sampler in, and where several compute at once.

Python's own 5 ms would be the interval, and what runs for less than that before it waits would never be seen.
"""
_SHARE = 30
"""The interval is at least so many times what a sample takes."""
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
        self._set = SWITCH_SHARED
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
        self._pass = 0.0
        self._gate = threading.Lock()
        self._gate.acquire()
        arguments = (self._gate, Look(), perf_counter())
        self._thread = threading.Thread(target=self._work, args=arguments, name=_NAME, daemon=True)
        Run.due = perf_counter() + INTERVAL
        self._thread.start()
        self._before = sys.getswitchinterval()
        self._switch(SWITCH)  # only now: the new thread goes on to where it waits, before it is sent away again

    def _finish(self) -> threading.Thread | None:
        if self._gate is not None:
            self._gate.release()
        if self._before is not None and self._ours():
            sys.setswitchinterval(self._before)
        thread = self._thread
        self._before = self._gate = self._thread = None
        Run.due = inf
        return thread

    def _switch(self, seconds: float) -> None:
        self._set = seconds if self._before is None else min(seconds, self._before)
        sys.setswitchinterval(self._set)

    def _adapt(self, busy: int) -> None:
        """Have threads that compute at once take turns less often: each turn costs them."""
        wanted = SWITCH_SHARED if busy > 1 else SWITCH
        if wanted != self._set and self._ours():
            self._switch(wanted)

    def _ours(self) -> bool:
        """Tell whether the switch interval is what we set: what somebody else set in the meantime stays."""
        return abs(sys.getswitchinterval() - self._set) < 1e-6

    def forked(self) -> None:
        """Begin anew in a forked process: its parent's thread is not in it."""
        before = self._before
        self._reset()
        SLICES.clear()
        if before is not None:
            sys.setswitchinterval(before)

    def _work(self, gate: threading.Lock, look: Look, last: float) -> None:
        own, prompt = threading.get_ident(), False
        try:
            while not gate.acquire(timeout=self._wait(last)):
                with self._lock:
                    if gate is not self._gate:
                        return
                    now, used = perf_counter(), thread_time()
                    self._adapt(look(self._runs, own, now - last))
                    last = now
                    self._spend(thread_time() - used)
                prompt = prompt or _wake_in_time()
        except Exception as error:  # noqa: BLE001 - a border: the requests go on, and their panels say what is missing
            self._give_up(error)

    def _wait(self, last: float) -> float:
        """Return the seconds until the next look: none where somebody kept us from it."""
        due = last + max(INTERVAL, self._pass * _SHARE) * (0.5 + random())
        Run.due = due + LATE
        return max(0.0, due - perf_counter())

    def _spend(self, took: float) -> None:
        self._pass += (took - self._pass) / 8 if self._pass else took
        for run in self._runs:
            run.cost += took

    def _give_up(self, error: Exception) -> None:
        tell(
            "The profiling panel's sampling thread failed: %s. What it would have seen is missing.", error, error=error
        )
        with self._lock:
            for run in self._runs:
                run.notes.append(f"The sampling thread failed: {type(error).__qualname__}")
            self._finish()


def _wake_in_time() -> bool:
    """Have Linux wake this thread when it is to, and not up to 50 µs later as it does with others; said once."""
    with suppress(OSError):
        file = os.open(f"/proc/{threading.get_native_id()}/timerslack_ns", os.O_WRONLY)
        os.write(file, b"1000")
        os.close(file)
    return True


SAMPLER = Sampler()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SAMPLER.forked)
