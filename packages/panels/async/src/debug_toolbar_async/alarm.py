"""Alarm: a moment that a thread sleeps until, and that others put off without waking it."""

from __future__ import annotations

import os
import sys
import threading
from time import perf_counter
from typing import Any, Protocol

_SOONEST = 1e-6


class Alarm(Protocol):
    """What one thread waits for; it may be set from any thread, and the last setting counts."""

    def set(self, seconds: float) -> None:
        """Have the alarm go off in so many seconds, and not when it would have."""

    def wait(self) -> None:
        """Sleep until it goes off."""

    def close(self) -> None:
        """Let go of it; setting it does nothing from then on."""


class TimerAlarm:
    """A timer of Linux's: the kernel counts, so a sleeper that is put off needs neither to wake up nor the GIL."""

    def __init__(self) -> None:
        """Make a timer. Raises OSError or AttributeError where there are none."""
        self._arm, self._file = (_own_timer if hasattr(os, "timerfd_create") else _library_timer)()

    def set(self, seconds: float) -> None:
        """Have it go off then."""
        if self._file >= 0:
            self._arm(self._file, max(seconds, _SOONEST))

    def wait(self) -> None:
        """Sleep until it goes off."""
        os.read(self._file, 8)

    def close(self) -> None:
        """Close its file."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


class SleepAlarm:
    """The same where there is no such timer: the sleeper wakes up to see that it was put off."""

    def __init__(self) -> None:
        self._at = float("inf")
        self._soon = threading.Lock()
        self._soon.acquire()

    def set(self, seconds: float) -> None:
        """Have it go off then; a sleeper that would wake up too late for that is woken."""
        sooner = perf_counter() + seconds < self._at
        self._at = perf_counter() + seconds
        if sooner and self._soon.locked():
            self._soon.release()

    def wait(self) -> None:
        """Sleep until it goes off."""
        while (left := self._at - perf_counter()) > 0:
            self._soon.acquire(timeout=min(left, threading.TIMEOUT_MAX))
        self._at = float("inf")

    def close(self) -> None:
        """There is nothing to let go of."""


def make_alarm() -> Alarm:
    """Return the best alarm that there is here."""
    if sys.platform == "linux":
        try:
            return TimerAlarm()
        except (AttributeError, OSError):  # an old C library, no files left, or a sandbox that forbids it
            pass
    return SleepAlarm()


def _own_timer() -> tuple[Any, int]:
    """Return the interpreter's own call, and a timer."""
    made: Any = os  # Python 3.13 has it

    def arm(file: int, seconds: float) -> None:
        made.timerfd_settime(file, initial=seconds)

    return arm, made.timerfd_create(1, flags=made.TFD_CLOEXEC)


def _library_timer() -> tuple[Any, int]:
    """Return the C library's call, and a timer; the GIL is kept for it, as it takes less than a microsecond."""
    import ctypes

    library = ctypes.PyDLL(None, use_errno=True)
    create, settime = library.timerfd_create, library.timerfd_settime

    def arm(file: int, seconds: float) -> None:
        whole = int(seconds)
        every_first = (ctypes.c_long * 4)(0, 0, whole, int((seconds - whole) * 1e9))
        settime(file, 0, every_first, None)

    file = create(1, os.O_CLOEXEC)  # of the monotonic clock
    if file < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    return arm, file
