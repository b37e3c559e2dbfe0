"""Watchdog: a thread that looks at a watched event loop, once the loop has not put it off in time."""

from __future__ import annotations

import os
from _thread import start_new_thread
from collections.abc import Callable
from time import perf_counter

from debug_toolbar_async.alarm import Alarm, make_alarm

Look = Callable[[float], float | None]
"""Given the time, returns in how many seconds to look again; None to look no more."""
CLOSER = 0.005
"""Seconds between two looks at a loop that is held, and has nothing to lose."""
LINGER = 2.0
"""Seconds for which a thread waits for another loop to look at: to start one takes a busy loop's request longer."""
RUNNING: set[Watchdog] = set()
"""Those that have a thread now."""
_free: list[Watchdog] = []
"""Those of them that look at nothing."""


class Watchdog:
    """Sleeps while the loop goes on: each time it wakes up, the loop's thread has to let go of the GIL."""

    def __init__(self, look: Look) -> None:
        self._looks = [look]
        self._alarm: Alarm = make_alarm()
        self._process = os.getpid()
        self._first = 0.0

    @classmethod
    def over(cls, look: Look, seconds: float) -> Watchdog:
        """Return one that looks in so many seconds, unless it is put off: one that is free, else a new one."""
        while _free:
            try:
                found = _free.pop()
            except IndexError:  # another loop was quicker
                break
            if found._process == os.getpid():  # a fork leaves the threads behind
                found._looks.append(look)
                found.put_off(seconds)
                return found
        return cls(look).start(seconds)

    def start(self, seconds: float) -> Watchdog:
        """Start the thread."""
        self.put_off(seconds)
        self._first = perf_counter() + seconds
        RUNNING.add(self)
        try:
            start_new_thread(self.run, ())  # a `threading.Thread` would have the request wait until it runs
        except BaseException:
            RUNNING.discard(self)
            self._alarm.close()
            raise
        return self

    def put_off(self, seconds: float) -> None:
        """Have it look in so many seconds, and not before."""
        self._alarm.set(seconds)

    @property
    def free(self) -> bool:
        """Whether it looks at nothing."""
        return not self._looks

    def stop(self, look: Look) -> None:
        """Have it look no more: asleep it waits for another loop for a while, and ends. This may be called anywhere."""
        if self._end(look):
            self._alarm.set(LINGER)
            _free.append(self)

    def run(self) -> None:
        """Look, whenever the alarm goes off; in the thread."""
        try:
            if perf_counter() < self._first:  # else the loop was held from the start, and would go on while this sleeps
                self._alarm.wait()
            while self._goes_on():
                self._alarm.wait()
        finally:
            RUNNING.discard(self)
            self._alarm.close()

    def _goes_on(self) -> bool:
        """Look, and set the alarm for the next time; False where there is nothing to look at any more."""
        look = next(iter(self._looks), None)
        pause = None if look is None else look(perf_counter())
        if pause is not None:
            self._alarm.set(max(CLOSER, pause))
            return True
        return not (self._dismissed() if look is None else self._end(look))

    def _end(self, look: Look) -> bool:
        """Look no more; False where that was so already, for one of two threads is the first."""
        try:
            self._looks.remove(look)
        except ValueError:
            return False
        return True

    def _dismissed(self) -> bool:
        """Be free no more; False where it was taken just now."""
        try:
            _free.remove(self)
        except ValueError:
            return False
        return True
