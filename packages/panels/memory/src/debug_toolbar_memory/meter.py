"""Meter: how much traced memory grew, and rose in between, while each request's own slices ran."""

from __future__ import annotations

import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from copy import copy
from threading import RLock
from time import process_time

_PATIENCE = 1.0
"""Seconds that a slice waits for who copies the traces: not for ever, for the collector may end one anywhere."""


class Account:
    """One request's share: bytes that its slices left behind, and the most at any moment."""

    __slots__ = ("_clock", "depth", "mixed", "net", "peak")

    def __init__(self) -> None:
        self.net = self.peak = self.depth = 0
        self._clock: tuple[float, float | None] = 0.0, None
        """What its slices took, and when the running one began: one value, for another thread reads it in between."""
        self.mixed = False
        """Whether another measured request ran at the same time, in another thread: then its bytes are in here too."""

    def add(self, grown: int, risen: int) -> None:
        """Add what happened between two borders of slices."""
        self.peak = max(self.peak, self.net + risen)
        self.net += grown

    def begin(self) -> None:
        """Note that a slice begins."""
        self.depth += 1
        if self.depth == 1:
            self._clock = self._clock[0], process_time()

    def end(self) -> None:
        """Note that a slice ends."""
        self.depth -= 1
        if self.depth == 0:
            self._clock = self.spent(), None

    def spent(self) -> float:
        """Return the seconds of the CPU that its slices took up to now; where they wait nothing is traced."""
        ran, began = self._clock
        return ran if began is None else ran + process_time() - began


class Meter:
    """Reads tracemalloc's totals at the borders of slices; what passed between two belongs to who ran.

    Two numbers are read, whatever the heap's size: 5 µs. `resets` is False where the peak is the application's own
    to reset; then a rise that is over at the end of a slice is not seen.
    """

    def __init__(self) -> None:
        self.resets = True
        self.others = Account()
        """What grew while no measured request ran."""
        self._running: list[Account] = []
        self._last = 0
        self._lock = RLock()  # a collection in here may close a coroutine, which ends a slice

    def begin(self, resets: bool) -> None:
        """Begin anew, with tracing just started or found running."""
        with self._lock:
            self.resets, self.others, self._running = resets, Account(), []
            self._last = tracemalloc.get_traced_memory()[0]
            if resets:
                tracemalloc.reset_peak()

    def enter(self, account: Account) -> None:
        """Begin a slice; an eager task's lies within its parent's, and counts once."""
        if not self._lock.acquire(timeout=_PATIENCE):
            return
        try:
            self._settle()
            account.begin()
            if account.depth == 1:
                self._running.append(account)
        finally:
            self._lock.release()

    def leave(self, account: Account) -> None:
        """End a slice."""
        if not self._lock.acquire(timeout=_PATIENCE):
            return
        try:
            self._settle()
            account.end()
            if account.depth == 0 and account in self._running:
                self._running.remove(account)
        finally:
            self._lock.release()

    def told(self, account: Account) -> Account:
        """Return what an account has at this moment, of a slice that is running too."""
        with self._lock:
            self._settle()
            return copy(account)

    @contextmanager
    def aside(self) -> Generator[None]:
        """Leave out what the toolbar itself takes or gives back in a block; a short one, for slices wait for it."""
        with self._lock:
            self._settle()
            try:
                yield
            finally:
                self._last = tracemalloc.get_traced_memory()[0]
                if self.resets:
                    tracemalloc.reset_peak()

    def _settle(self) -> None:
        current, peak = tracemalloc.get_traced_memory()
        grown = current - self._last
        risen = max(peak - self._last if self.resets else grown, 0)
        self._last = current
        if self.resets:
            tracemalloc.reset_peak()
        for account in self._running or (self.others,):
            account.add(grown, risen)
            account.mixed = account.mixed or len(self._running) > 1
