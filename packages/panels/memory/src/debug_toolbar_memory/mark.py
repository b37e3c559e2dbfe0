"""Mark: a frame of its own for one request, which every stack below it shows to a memory tool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from types import FunctionType
from typing import Any, Protocol, cast

OPENING = "<request "


def _run(call: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
    return call(*arguments, **named)


class Clocked(Protocol):
    """What is told when a slice of the request's work begins and ends."""

    def resume(self) -> None: ...
    def suspend(self) -> None: ...


class Mark:
    """Calls functions through a frame whose file is `<request ID>`: memory tools know no context, but frames.

    Example: `mark.run(bytearray, 1_000)` is `bytearray(1_000)`, and its trace has a frame of `mark.file`.
    """

    def __init__(self, id: str) -> None:
        self.file = f"{OPENING}{id}>"
        code = _run.__code__.replace(co_filename=self.file, co_name=self.file, co_qualname=self.file)
        self.run: Callable[..., Any] = FunctionType(code, {}, self.file)

    def call(self, function: Callable[..., Any], clock: Clocked) -> Callable[..., Any]:
        """Return a function that does the same, as a slice of the request: for threads and greenlets."""

        def marked(*arguments: Any, **named: Any) -> Any:
            clock.resume()
            try:
                return self.run(function, *arguments, **named)
            finally:
                clock.suspend()

        return marked


class Marked(Coroutine[Any, Any, Any]):
    """A coroutine whose every slice runs below a mark; to its task it is the coroutine itself.

    A proxy rather than an `async def` around it: a task that is cancelled before it began would leave the
    coroutine in there never awaited, and Python would warn of that.
    """

    def __init__(self, work: Awaitable[Any], mark: Mark, clock: Clocked) -> None:
        self.work: Any = work if hasattr(work, "send") else _coroutine(work)
        self.mark, self.clock = mark, clock
        self.__name__ = getattr(work, "__name__", type(work).__name__)
        self.__qualname__ = getattr(work, "__qualname__", type(work).__qualname__)

    def send(self, value: Any) -> Any:
        return self._step(self.work.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self.work.throw, *error)

    def close(self) -> None:
        self._step(self.work.close)

    def _step(self, step: Callable[..., Any], *arguments: Any) -> Any:
        self.clock.resume()
        try:
            return self.mark.run(step, *arguments)
        finally:
            self.clock.suspend()

    def __await__(self) -> Generator[Any, Any, Any]:
        return cast("Generator[Any, Any, Any]", self)  # it has `send`, `throw` and `close`, which is all that is used

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def __getattr__(self, name: str) -> Any:  # cr_frame, cr_await …: anyio and asyncio's `repr` look at them
        return getattr(self.work, name)


async def _coroutine(work: Awaitable[Any]) -> Any:
    return await work
