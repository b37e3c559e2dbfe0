"""Drive: the seam for whoever must watch an application's coroutine run, slice by slice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any


class Driven:
    """Awaits a coroutine and calls `resume` before and `suspend` after each slice it runs on the CPU.

    Results, exceptions, cancellation and the coroutine's own waiting pass through unchanged. The two calls
    must not raise: they are on the application's path.

    Example: `record.drive(lambda work: Driven(work, clock.start, clock.stop))` in a panel's `collect`.
    """

    __slots__ = ("resume", "suspend", "work")

    def __init__(self, work: Awaitable[Any], resume: Callable[[], object], suspend: Callable[[], object]) -> None:
        self.work = work
        self.resume = resume
        self.suspend = suspend

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine: Any = self.work if hasattr(self.work, "send") else _coroutine(self.work)
        step, argument = coroutine.send, None
        while True:
            self.resume()
            try:
                waiting = step(argument)
            except StopIteration as stop:
                return stop.value
            finally:
                self.suspend()
            try:
                argument = yield waiting
                step = coroutine.send
            except GeneratorExit:
                coroutine.close()
                raise
            except BaseException as error:  # cancellation: handed on to the coroutine, outside this handler
                argument, step = error, coroutine.throw


async def _coroutine(work: Awaitable[Any]) -> Any:
    return await work
