"""driven: a coroutine watched slice by slice behaves exactly as one that is not."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio
import trio.lowlevel

from debug_toolbar_core import Config, Panel, Toolbar
from debug_toolbar_core.drive import driven


class Slices:
    """Counts the slices, and sees that they begin and end in turn."""

    def __init__(self) -> None:
        self.running = False
        self.count = 0

    def resume(self) -> None:
        assert not self.running
        self.running = True
        self.count += 1

    def suspend(self) -> None:
        assert self.running
        self.running = False

    def drive(self, work: Any) -> driven:
        return driven(work, self.resume, self.suspend)


async def double(number: int) -> int:
    """Double a number, after a wait."""
    await asyncio.sleep(0)
    return number * 2


async def test_results_and_slices() -> None:
    """The result is the coroutine's own; each piece between two waits is one slice."""
    slices = Slices()
    assert await slices.drive(double(4)) == 8
    assert slices.count == 2
    assert not slices.running


async def test_any_awaitable_can_be_driven() -> None:
    """Futures, tasks and objects with `__await__` are awaited as they are."""
    future = asyncio.get_running_loop().create_future()
    future.set_result(3)
    assert await Slices().drive(future) == 3
    assert await Slices().drive(asyncio.ensure_future(double(1))) == 2
    assert await Slices().drive(Slices().drive(double(2))) == 4


async def test_exceptions_are_the_same_object_with_all_that_belongs_to_them() -> None:
    """Cause, context, notes and the suppression flag of an exception are untouched."""
    cause, error = KeyError("cause"), ValueError("x")
    error.add_note("a note")

    async def failing() -> None:
        await asyncio.sleep(0)
        raise error from cause

    with pytest.raises(ValueError, match="x") as caught:
        await Slices().drive(failing())
    assert caught.value is error
    assert error.__cause__ is cause
    assert error.__context__ is None
    assert error.__suppress_context__
    assert error.__notes__ == ["a note"]

    inner = RuntimeError("inner")

    async def context() -> None:
        try:
            raise inner
        except RuntimeError:
            await asyncio.sleep(0)
            raise OSError("outer")  # noqa: B904 - the implicit context is what is tested

    with pytest.raises(OSError, match="outer") as outer:
        await Slices().drive(context())
    assert outer.value.__context__ is inner
    assert outer.value.__cause__ is None
    assert not outer.value.__suppress_context__


async def test_cancellation_reaches_the_coroutine_and_may_be_answered() -> None:
    """A cancelled task's coroutine sees CancelledError at its wait, with its message, and may clean up."""
    seen: list[str] = []

    async def stubborn() -> str:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError as error:
            seen.append(str(error))
            await asyncio.sleep(0)
            seen.append("cleaned")
            raise
        return "never"

    slices = Slices()

    async def outer() -> Any:
        return await slices.drive(stubborn())

    task = asyncio.create_task(outer())
    await asyncio.sleep(0)
    task.cancel("reason")
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["reason", "cleaned"]
    assert task.cancelled()
    assert not slices.running


async def test_timeouts_and_task_groups_inside_and_outside() -> None:
    """`asyncio.timeout` and TaskGroup work within a driven coroutine and around it."""

    async def inside() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(10)
        except TimeoutError:
            pass
        async with asyncio.TaskGroup() as group:
            task = group.create_task(double(3))
        return f"timed out, {task.result()}"

    assert await Slices().drive(inside()) == "timed out, 6"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await Slices().drive(asyncio.sleep(10))

    async def failing() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(double(1))
            raise ValueError("x")

    with pytest.raises(ExceptionGroup) as caught:
        await Slices().drive(failing())
    assert [str(error) for error in caught.value.exceptions] == ["x"]


async def test_a_closed_wrapper_closes_the_coroutine() -> None:
    """When the wrapper is given up, the coroutine's cleanup runs."""
    seen: list[str] = []

    async def waiting() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            seen.append("closed")

    slices = Slices()
    steps = slices.drive(waiting())
    next(steps)
    steps.close()
    assert seen == ["closed"]


async def test_a_cancelled_task_leaves_no_cycle() -> None:
    """An exception that was thrown in is not kept alive by the wrapper."""

    class Marked(BaseException):
        pass

    async def throwing() -> weakref.ref[BaseException]:
        steps = Slices().drive(asyncio.sleep(10))
        next(steps)
        error = Marked()
        seen = weakref.ref(error)
        try:
            steps.throw(error)
        except Marked as raised:
            raised.__traceback__ = None
        del error
        return seen

    gc.collect()
    gc.disable()
    try:
        assert (await throwing())() is None
    finally:
        gc.enable()


def test_anyio_cancel_scopes_on_asyncio_and_trio() -> None:
    """A cancel scope around a driven coroutine cuts it, and one inside it cuts its own part only."""

    async def work() -> str:
        with anyio.move_on_after(0.01):
            await anyio.sleep(10)
        await anyio.lowlevel.checkpoint()
        return "went on"

    async def main() -> tuple[str, bool]:
        told = await Slices().drive(work())
        with anyio.move_on_after(0.01) as scope:
            await Slices().drive(anyio.sleep(10))
        return told, scope.cancelled_caught

    for backend in ("asyncio", "trio"):
        assert anyio.run(main, backend=backend) == ("went on", True)


async def sleep_forever() -> None:
    """Sleep until cancelled, under trio."""
    await trio.sleep_forever()


def test_trio_nurseries() -> None:
    """Under trio a driven coroutine may open nurseries and be cancelled by one."""

    async def work() -> int:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, 0)
        return 7

    async def main() -> int:
        result: int = await Slices().drive(work())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(driven_forever)
            await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()
        return result

    async def driven_forever() -> None:
        sleeping = sleep_forever()
        await Slices().drive(sleeping)

    assert trio.run(main) == 7


def test_a_panel_adds_a_driver_for_one_record() -> None:
    """With `record.drive` a panel asks to wrap the coroutine; nothing is kept after the close."""
    slices = Slices()

    class Timing(Panel):
        name, title = "timing", "Timing"

        def collect(self, record):
            record.drive(slices.drive)
            yield

    with Toolbar(Config(panels=[Timing()])).capture("http") as record:
        assert list(record.drivers) == [slices.drive]
    assert not record.drivers
