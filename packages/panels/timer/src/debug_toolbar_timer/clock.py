"""Clock: what one coroutine took of its thread, slice by slice, however many others run in between."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from threading import get_ident
from time import perf_counter, thread_time
from types import ModuleType, coroutine
from typing import Any

try:
    import resource
except ImportError:  # Windows has no getrusage
    resource = None  # type: ignore[assignment]  # a module's name is not optional to mypy

NAME = "timer"


@coroutine
def timed(data: dict[str, Any], tells_system: bool, work: Awaitable[Any]) -> Generator[Any, Any, Any]:
    """Await a coroutine, and leave the times of all its slices in `data["timer"]` when it ends; seconds all.

    It is `driven` of the core with two clocks written out in it: two calls a slice less, which every request
    of the application has to pay. `system` stays None where the platform tells it of the whole process only.
    """
    cpu = running = longest = system = before_system = 0.0
    slices = 0
    pieces: Any = work if hasattr(work, "send") else _coroutine(work)
    step, argument = pieces.send, None
    try:
        while True:
            before = thread_time()
            if tells_system:
                thread, at, before_system = _seen
                # What was read less than a tick of this thread's CPU ago is as exact as the kernel tells it.
                if not 0.0 <= before - at < _TICK or thread != get_ident():
                    before_system = _look(before)
            began = perf_counter()
            try:
                waiting = step(argument)
            except StopIteration as stop:
                return stop.value
            finally:
                took = perf_counter() - began
                cpu += thread_time() - before
                if took > _TICK and tells_system:
                    system += _usage(_THREAD)[1] - before_system
                slices += 1
                running += took
                if took > longest:
                    longest = took
                argument = None  # an error that was thrown in would keep this frame, and itself, alive
            try:
                argument = yield waiting
                step = pieces.send
            except GeneratorExit:
                pieces.close()
                raise
            except BaseException as error:  # noqa: BLE001 - cancellation: handed on to the coroutine, outside this
                argument, step = error, pieces.throw
    finally:
        data[NAME] = {
            "cpu": cpu,
            "user": None if not tells_system else cpu - system if cpu > system else 0.0,
            "system": system if tells_system else None,
            "running": running,
            "longest": longest,
            "slices": slices,
        }


def _look(cpu: float) -> float:
    """Return this thread's time in the kernel, and note it with the CPU it has used; asked for once a tick.

    Linux tells the kernel's time from the application's by its ticks, so of a slice shorter than one it knows
    nothing: that counts as user. The thread's clock was read just before, which has the kernel bring its usage
    up to date: without that it lags by a tick, and one request would be told the time of another.
    """
    global _seen
    system: float = _usage(_THREAD)[1]
    _seen = (get_ident(), cpu, system)
    return system


def tells_system(module: ModuleType | None = resource) -> bool:
    """Tell whether this platform knows a thread's time in the kernel, as Linux does."""
    return hasattr(module, "RUSAGE_THREAD")


async def _coroutine(work: Awaitable[Any]) -> Any:
    return await work


_TICK = 0.001
_seen = (0, 0.0, 0.0)
_usage: Any = getattr(resource, "getrusage", None)
_THREAD: int = getattr(resource, "RUSAGE_THREAD", 0)
