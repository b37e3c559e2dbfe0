"""Drive: the seam for whoever must watch an application's coroutine run, slice by slice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from types import coroutine
from typing import Any


@coroutine
def driven(
    work: Awaitable[Any], resume: Callable[[], object], suspend: Callable[[], object]
) -> Generator[Any, Any, Any]:
    """Await a coroutine, calling `resume` before and `suspend` after each slice it runs on the CPU.

    Results, exceptions, cancellation and the coroutine's own waiting pass through unchanged. The two calls
    must not raise: they are on the application's path.

    Example: `record.drive(lambda work: driven(work, clock.resume, clock.suspend))` in a panel's `collect`.
    """
    slices: Any = work if hasattr(work, "send") else _coroutine(work)
    step, argument = slices.send, None
    while True:
        resume()
        try:
            waiting = step(argument)
        except StopIteration as stop:
            return stop.value
        finally:
            suspend()
            argument = None  # an error that was thrown in would keep this frame, and itself, alive
        try:
            argument = yield waiting
            step = slices.send
        except GeneratorExit:
            slices.close()
            raise
        except BaseException as error:  # cancellation: handed on to the coroutine, outside this handler
            argument, step = error, slices.throw


async def _coroutine(work: Awaitable[Any]) -> Any:
    return await work
