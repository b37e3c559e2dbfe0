"""Sampler: the one thread that looks, some hundred times a second, which profiled record each thread is running."""

from __future__ import annotations

import os
import threading
from math import inf
from random import random
from time import perf_counter, sleep, thread_time

from debug_toolbar_core.border import tell
from debug_toolbar_profiling.clocks import wake_in_time
from debug_toolbar_profiling.look import USUAL, Look
from debug_toolbar_profiling.run import LATE, SLICES, Run
from debug_toolbar_profiling.turns import BRIEF, TURNS

INTERVAL = USUAL
"""Seconds between two samples, as a mean: they vary by half, not to beat in time with the application's timers."""
LINGER = 2.0
"""Seconds for which the thread waits for the next record to profile: to start one takes longer than many requests."""
_SHARE, _INTERVAL_MOST = 60, 0.03
"""The interval is at least so many times what a sample takes, up to so many seconds."""
_SPINNING, _SPINS = 0.0005, 3
"""CPU seconds between samples, and how many in a row, that say: no thread can wait here for so short, but spins."""
_NAME = "debug-toolbar-sampler"


class Sampler:
    """Samples all threads while records are being profiled; then all is as before, its thread waits and soon ends."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        # Reentrant: a garbage collection in the middle of a sample may close a forgotten request, and end its run.
        self._lock = threading.RLock()
        self._runs: frozenset[Run] = frozenset()
        self._thread: threading.Thread | None = None
        self._bell = threading.Lock()
        self._look = Look()
        self._parked = False
        """Whether the thread waits for the bell, which is locked until it is rung."""
        self._last = self._pass = self._used = 0.0
        self._spins = 0

    def add(self, run: Run) -> None:
        """Sample for one more record; the first has the thread go to work."""
        with self._lock:
            if not self._runs or self._thread is None:
                self._begin(run.thread)
            else:
                TURNS.quick()
            self._runs |= {run}
            TURNS.all = tuple(each.calm for each in self._runs)

    def remove(self, run: Run) -> None:
        """Sample for one record less: when this returns, nobody looks for it any more."""
        with self._lock:
            self._runs -= {run}
            TURNS.all = tuple(each.calm for each in self._runs)
            if not self._runs:
                self._end()

    def close(self) -> None:
        """End the thread, unless somebody is being profiled, and wait until it is gone."""
        with self._lock:
            if self._runs or self._thread is None:
                return
            thread, self._thread = self._thread, None
            if self._parked:
                self._ring()
        if thread is not threading.current_thread():
            thread.join(1.0)

    def _begin(self, thread: int) -> None:
        if self._thread is None:
            self._start()
        self._look.begin(thread)
        if self._parked:
            self._ring()
        self._last = perf_counter()
        Run.due = TURNS.due = self._last + INTERVAL
        TURNS.begin()  # only now: a new thread goes on to where it waits, before it is sent away again

    def _start(self) -> None:
        self._pass, self._parked, self._bell, self._look = 0.0, False, threading.Lock(), Look()
        self._bell.acquire()
        thread = threading.Thread(target=self._work, args=(self._bell, self._look), name=_NAME, daemon=True)
        thread.start()
        self._thread = thread

    def _ring(self) -> None:
        self._parked = False
        self._bell.release()

    def _end(self) -> None:
        TURNS.end()
        Run.due = inf

    def forked(self) -> None:
        """Begin anew in a forked process: its parent's thread is not in it."""
        self._reset()
        SLICES.clear()
        Run.due = inf
        TURNS.forked()

    def _work(self, bell: threading.Lock, look: Look) -> None:
        own = threading.get_ident()
        wake_in_time()
        self._used = thread_time()
        try:
            while self._due(bell, look):
                with self._lock:
                    if self._runs and self._current():
                        self._sample(look, own)
        except Exception as error:  # noqa: BLE001 - a border: the requests go on, and their panels say what is missing
            self._give_up(error)

    def _due(self, bell: threading.Lock, look: Look) -> bool:
        """Wait until it is time to look, or for somebody to look for; tell whether the thread is to go on."""
        with self._lock:
            if not self._current():
                return False
            parked = self._parked = not self._runs
            seconds = 0.0 if parked else self._wait()
            if parked:
                look.forget()
        if parked:
            return self._park(bell)
        sleep(seconds)
        return True

    def _park(self, bell: threading.Lock) -> bool:
        """Wait to be rung for, and end if nobody does in all that time."""
        if not bell.acquire(timeout=LINGER):
            with self._lock:
                if self._parked and self._current():
                    self._thread, self._parked = None, False
                    return False
                bell.acquire()  # it was rung just now
        return True

    def _current(self) -> bool:
        """Tell whether this is the thread that samples; one that was told to end, or is done for, is not."""
        return threading.current_thread() is self._thread

    def _sample(self, look: Look, own: int) -> None:
        now, used = perf_counter(), thread_time()
        self._spins = self._spins + 1 if used - self._used > _SPINNING else 0
        if self._spins >= _SPINS:  # as on an emulated machine; and it would keep the others from going on
            TURNS.spare()
        for run in self._runs:
            if now - min(TURNS.due, run.state[2] or now) > BRIEF:  # something runs, or ran, that is not over soon
                run.calm.end()
        TURNS.quick(look(self._runs, own, now - self._last))
        self._last, self._used = now, thread_time()
        self._spend(self._used - used)

    def _wait(self) -> float:
        """Return the seconds until the next look: none where somebody kept us from it."""
        due = self._last + max(INTERVAL, min(self._pass * _SHARE, _INTERVAL_MOST)) * (0.5 + random())
        Run.due, TURNS.due = due + LATE, due
        TURNS.settle()
        return max(0.0, due - perf_counter())

    def _spend(self, took: float) -> None:
        # One look that takes long, as the first one at a hundred threads, says little of those to come.
        self._pass = min(took, self._pass + (took - self._pass) / 8)
        for run in self._runs:
            run.cost += took

    def _give_up(self, error: Exception) -> None:
        tell(
            "The profiling panel's sampling thread failed: %s. What it would have seen is missing.", error, error=error
        )
        with self._lock:
            for run in self._runs:
                run.notes.append(f"The sampling thread failed: {type(error).__qualname__}")
            if self._current():
                self._thread, self._parked = None, False
                self._end()


SAMPLER = Sampler()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SAMPLER.forked)
