"""Clocks: the CPU seconds that another thread used so far, where the platform tells them, and when ours wakes."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import get_ident, get_native_id

_gettime: Callable[[int], float] | None = getattr(time, "clock_gettime", None)
_KNOWN_MOST = 1_000


def _clock(native_id: int) -> int:
    """Return the number of a thread's CPU clock, as Linux and its C libraries make it of the thread's id."""
    return ~native_id << 3 | 6


def _told() -> bool:
    """Tell whether clocks can be asked by a thread's id: where ours comes out as the C library says."""
    of_thread = getattr(time, "pthread_getcpuclockid", None)
    if not sys.platform.startswith("linux") or of_thread is None or _gettime is None:
        return False
    return bool(of_thread(get_ident()) == _clock(get_native_id()))


_TOLD = _told()


class Clocks:
    """CPU clocks by thread; one that is gone, or cannot be asked, has None. No thread is touched, only its number."""

    def __init__(self, told: bool | None = None) -> None:
        self.told = _TOLD if told is None else told
        self._clocks: dict[int, int | None] = {}

    def cpu(self, thread: int) -> float | None:
        """Return a thread's CPU seconds so far."""
        if not self.told or _gettime is None:
            return None
        if thread not in self._clocks:
            self._learn(thread)
        clock = self._clocks[thread]
        if clock is None:
            return None
        try:
            return _gettime(clock)
        except OSError:  # that thread is gone, and another has its number
            self._clocks.pop(thread, None)
            return None

    def all(self) -> dict[int, float]:
        """Return the CPU seconds so far of each thread that Python knows."""
        found = {thread.ident: self.cpu(thread.ident) for thread in threading.enumerate() if thread.ident is not None}
        return {thread: cpu for thread, cpu in found.items() if cpu is not None}

    def unmoved(self, before: Mapping[int, float]) -> set[int]:
        """Return the threads whose clocks still stand where they stood."""
        clocks, read = self._clocks, _gettime
        try:
            return {thread for thread, cpu in before.items() if read(clocks[thread]) == cpu}  # type: ignore[misc, arg-type]
        except (OSError, LookupError, TypeError):  # one that is gone, or has no clock: they are asked one by one
            return {thread for thread, cpu in before.items() if self.cpu(thread) == cpu}

    def _learn(self, asked: int) -> None:
        if len(self._clocks) >= _KNOWN_MOST:
            self._clocks.clear()
        self._clocks[asked] = None  # a thread that C made is unknown to `threading`, and stays so
        for thread in threading.enumerate():
            if thread.ident is not None and thread.native_id is not None:
                self._clocks[thread.ident] = _clock(thread.native_id)


def wake_in_time() -> None:
    """Have Linux wake this thread when it is to, and not up to 50 µs later as it does with others."""
    with suppress(OSError):
        file = os.open(f"/proc/{threading.get_native_id()}/timerslack_ns", os.O_WRONLY)
        os.write(file, b"1000")
        os.close(file)
