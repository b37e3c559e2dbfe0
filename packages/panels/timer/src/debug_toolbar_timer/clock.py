"""Clock: what one coroutine took of its thread, slice by slice, however many others run in between."""

from __future__ import annotations

import time
from time import perf_counter
from types import ModuleType
from typing import Any

try:
    import resource
except ImportError:  # Windows has no getrusage
    resource = None  # type: ignore[assignment]  # a module's name is not optional to mypy


class Clock:
    """Adds up CPU and running time between `resume` and `suspend`; neither ever raises.

    Seconds all. `user` and `system` stay None where the platform tells them of the whole process only.
    """

    # One is made for every request: defaults on the class cost nothing there.
    began: float | None = None
    before: Any = 0.0
    cpu = running = longest = 0.0
    user: float | None = None
    system: float | None = None
    slices = 0

    def resume(self) -> None:
        """Begin a slice."""
        self.before = time.thread_time()
        self.began = perf_counter()

    def suspend(self) -> None:
        """End the slice that was begun; without one there is nothing to end."""
        began = self.began
        if began is None:
            return
        took = perf_counter() - began
        self.cpu += time.thread_time() - self.before
        self.began = None
        self.slices += 1
        self.running += took
        if took > self.longest:
            self.longest = took

    def result(self) -> dict[str, Any] | None:
        """Return what was measured, or None when the coroutine was never driven."""
        if not self.slices:
            return None
        user, system = self.user, self.system
        return {
            "cpu": self.cpu if user is None or system is None else user + system,
            "user": user,
            "system": system,
            "running": self.running,
            "longest": self.longest,
            "slices": self.slices,
        }


class UsageClock(Clock):
    """The clock of Linux, which tells a thread's time in the application from that in the kernel."""

    user: float = 0.0
    system: float = 0.0

    def resume(self) -> None:
        self.before = _usage(_THREAD)
        self.began = perf_counter()

    def suspend(self) -> None:
        began = self.began
        if began is None:
            return
        # Written out rather than shared with the other clock: a call here is a tenth of the panel's cost.
        took = perf_counter() - began
        usage, before = _usage(_THREAD), self.before
        self.user += usage[0] - before[0]
        self.system += usage[1] - before[1]
        self.began = None
        self.slices += 1
        self.running += took
        if took > self.longest:
            self.longest = took


def best_clock(module: ModuleType | None = resource) -> type[Clock]:
    """Return the most exact clock this platform has."""
    return UsageClock if hasattr(module, "RUSAGE_THREAD") else Clock


_usage: Any = getattr(resource, "getrusage", None)
_THREAD: int = getattr(resource, "RUSAGE_THREAD", 0)
