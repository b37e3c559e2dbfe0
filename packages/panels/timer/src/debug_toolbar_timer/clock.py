"""Clock: what one coroutine took of its thread, slice by slice, however many others run in between."""

from __future__ import annotations

from threading import get_ident
from time import perf_counter, thread_time
from types import ModuleType
from typing import Any

try:
    import resource
except ImportError:  # Windows has no getrusage
    resource = None  # type: ignore[assignment]  # a module's name is not optional to mypy


class Clock:
    """Adds up CPU and running time between `resume` and `suspend`; neither ever raises.

    Seconds all. `system` stays None where the platform tells it of the whole process only.
    """

    # One is made for every request: defaults on the class cost nothing there.
    began: float | None = None
    before = 0.0
    cpu = running = longest = 0.0
    system: float | None = None
    slices = 0

    def resume(self) -> None:
        """Begin a slice."""
        self.before = thread_time()
        self.began = perf_counter()

    def suspend(self) -> None:
        """End the slice that was begun; without one there is nothing to end."""
        began = self.began
        if began is None:
            return
        took = perf_counter() - began
        self.cpu += thread_time() - self.before
        self.began = None
        self.slices += 1
        self.running += took
        if took > self.longest:
            self.longest = took

    def result(self) -> dict[str, Any] | None:
        """Return what was measured, or None when the coroutine was never driven."""
        if not self.slices:
            return None
        cpu, system = self.cpu, self.system
        return {
            "cpu": cpu,
            "user": None if system is None else max(0.0, cpu - system),
            "system": system,
            "running": self.running,
            "longest": self.longest,
            "slices": self.slices,
        }


class UsageClock(Clock):
    """The clock of Linux, which tells a thread's time in the application from that in the kernel.

    Linux tells the two apart by its ticks, so of a slice shorter than one it knows nothing: that counts as user.
    """

    system: float = 0.0
    before_system = 0.0

    def resume(self) -> None:
        # Reading the thread's clock has the kernel bring its usage up to date, too: without that it lags by a tick,
        # and one request would be told the time of another.
        global _seen
        self.before = cpu = thread_time()
        thread, at, system = _seen
        if thread != get_ident() or not 0.0 <= cpu - at < _TICK:
            system = _usage(_THREAD)[1]
            _seen = (get_ident(), cpu, system)
        # What was read less than a tick of this thread's CPU ago is as exact as the kernel tells it.
        self.before_system = system
        self.began = perf_counter()

    def suspend(self) -> None:
        began = self.began
        if began is None:
            return
        # Written out rather than shared with the other clock: a call here is a tenth of the panel's cost.
        took = perf_counter() - began
        self.cpu += thread_time() - self.before
        if took > _TICK:
            self.system += _usage(_THREAD)[1] - self.before_system
        self.began = None
        self.slices += 1
        self.running += took
        if took > self.longest:
            self.longest = took


def best_clock(module: ModuleType | None = resource) -> type[Clock]:
    """Return the most exact clock this platform has."""
    return UsageClock if hasattr(module, "RUSAGE_THREAD") else Clock


_TICK = 0.001
_seen = (0, 0.0, 0.0)
_usage: Any = getattr(resource, "getrusage", None)
_THREAD: int = getattr(resource, "RUSAGE_THREAD", 0)
