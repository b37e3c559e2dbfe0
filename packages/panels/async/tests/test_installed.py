"""What is installed while a record is watched, and put back: factories, threads, patches, `cancel`."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.to_thread
import pytest

from debug_toolbar_async import post, watchdog

from .serving import LOOPS, RUNS, named, run, seen_in, serve, toolbar_of, watched


def watching() -> int:
    """Return how many watchdogs look at a loop."""
    return sum(not dog.free for dog in watchdog.RUNNING)


def gone() -> bool:
    """Tell whether all watchdogs come to rest, for which nobody waits."""
    until = time.monotonic() + 10
    while watching() and time.monotonic() < until:
        time.sleep(0.001)
    return not watching()


@contextmanager
def nothing_left() -> Generator[None]:
    """Assert that the running loop and this process are as they were."""
    loop = asyncio.get_running_loop()
    factory, patch = loop.get_task_factory(), anyio.to_thread.run_sync
    yield
    assert loop.get_task_factory() is factory
    assert anyio.to_thread.run_sync is patch
    assert "run_in_executor" not in vars(loop)
    assert gone()
    assert not post._posts


async def child() -> None:
    """Wait for a turn."""
    await asyncio.sleep(0)


@pytest.mark.parametrize("loop", LOOPS)
def test_everything_is_put_back(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """After the last of two records that overlap the loop is as it was, and the thread is gone; before, not."""

    async def application() -> None:
        assert watching() == 1
        assert asyncio.get_running_loop().get_task_factory() is not None
        await asyncio.create_task(child())
        await anyio.to_thread.run_sync(len, "")

    async def both() -> None:
        with nothing_left():
            toolbar = toolbar_of()
            await asyncio.gather(serve(toolbar, application()), serve(toolbar, application()))

    run(both, loop)


async def test_it_is_put_back_after_an_error_and_a_cancellation() -> None:
    """A request that raises, one that is cancelled, and one that recurses to the limit leave nothing behind."""
    toolbar = toolbar_of()

    async def broken() -> None:
        raise LookupError("on purpose")

    async def deep() -> None:
        await deep()

    with nothing_left():
        with pytest.raises(LookupError, match="on purpose"):
            await serve(toolbar, broken())
        with pytest.raises(RecursionError):
            await serve(toolbar, deep())
        task = asyncio.create_task(serve(toolbar, asyncio.sleep(10)))
        await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert type(task.cancel).__name__ == "builtin_function_or_method"


async def test_an_existing_factory_makes_the_tasks_and_comes_back() -> None:
    """A task factory of the application is chained, and is the loop's again afterwards."""
    made: list[Any] = []

    class Mine(asyncio.Task[Any]):
        pass

    def factory(loop: Any, coroutine: Any, **named: Any) -> Any:
        made.append(coroutine)
        return Mine(coroutine, loop=loop, **named)

    async def application() -> None:
        assert isinstance(asyncio.create_task(child()), Mine)
        await asyncio.sleep(0)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(factory)
    try:
        with nothing_left():
            seen = await watched(application())
    finally:
        loop.set_task_factory(None)
    assert len(named(seen, "child")) == 1
    assert len(made) >= 1


async def test_a_factory_that_was_put_over_ours_stays() -> None:
    """What somebody installs meanwhile is not taken away, and goes on to work."""
    loop = asyncio.get_running_loop()

    async def application() -> None:
        below: Any = loop.get_task_factory()
        loop.set_task_factory(lambda loop, coroutine, **named: below(loop, coroutine, **named))
        await asyncio.create_task(child())

    try:
        seen = await watched(application())
        assert len(named(seen, "child")) == 1
        over = loop.get_task_factory()
        assert over is not None
        await asyncio.create_task(child())
        assert len(named(await watched(asyncio.wait_for(child(), 1)), "child")) <= 1
        assert loop.get_task_factory() is over
    finally:
        loop.set_task_factory(None)


@pytest.mark.parametrize(("loop", "factory"), RUNS)
def test_an_eager_factory_stays_eager_and_no_other_becomes_it(
    loop: Callable[[], asyncio.AbstractEventLoop], factory: Any
) -> None:
    """Tasks run at once if they did before, anyio's task groups work, and asyncio's own factory is back afterwards."""
    order: list[str] = []

    async def eager() -> None:
        order.append("ran")

    async def application() -> None:
        task = asyncio.create_task(eager())
        order.append("made")
        await task
        async with anyio.create_task_group() as group:
            group.start_soon(child)
            group.start_soon(anyio.sleep, 0.002)
        with anyio.move_on_after(0.002):
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 10)

    async def served() -> Any:
        with nothing_left():
            return await watched(application())

    seen = run(served, loop, factory)
    assert order == (["made", "ran"] if factory is None else ["ran", "made"])
    assert len(seen.tasks) == 5


async def test_a_coroutine_that_cannot_be_a_task_is_refused_as_ever() -> None:
    """What is no coroutine raises asyncio's own error."""

    async def application() -> None:
        with pytest.raises(TypeError, match="coroutine"):
            asyncio.create_task(len)  # type: ignore[arg-type]  # noqa: RUF006 - the subject

    with nothing_left():
        await watched(application())


async def test_event_loops_in_threads_are_left_alone() -> None:
    """A loop of its own in a thread works, and its tasks are not this loop's: the thread is what is seen."""

    async def nested() -> str:
        return await asyncio.create_task(asyncio.sleep(0.002, "from the thread"))

    async def application() -> None:
        assert await asyncio.to_thread(asyncio.run, nested()) == "from the thread"

    with nothing_left():
        seen = await watched(application())
    assert [hop.name for hop in seen.hops] == ["asyncio.runners.run"]
    assert not named(seen, "sleep")


def test_two_loops_are_watched_at_once() -> None:
    """Records on the loops of two threads have a watchdog and tasks of their own."""
    found: dict[int, Any] = {}

    def thread(number: int) -> None:
        async def application() -> None:
            await asyncio.gather(*(asyncio.create_task(child()) for _ in range(number)))
            await asyncio.sleep(0.02)

        found[number] = asyncio.run(watched(application()))

    threads = [threading.Thread(target=thread, args=[number]) for number in (2, 3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {number: len(seen.tasks) for number, seen in found.items()} == {2: 3, 3: 4}
    assert gone()


def test_a_loop_that_is_torn_down_leaves_no_thread() -> None:
    """A record that is never closed, as its loop is gone, does not keep the watchdog."""
    toolbar = toolbar_of()

    async def forgotten() -> None:
        toolbar.open("http")

    asyncio.run(forgotten())
    assert gone()
    seen = asyncio.run(watched(child()))
    assert len(seen.tasks) == 1
    assert not post._posts


def test_without_a_loop_the_coroutine_alone_is_traced() -> None:
    """Where no asyncio loop runs there is no factory and no watchdog, and the panel says so."""
    toolbar = toolbar_of()
    capture = toolbar.open("http")

    async def application() -> int:
        return 7

    work: Any = application()
    for driver in capture.record.drivers:
        work = driver(work)
    with pytest.raises(StopIteration) as stop:
        work.send(None)
    assert stop.value.value == 7
    toolbar.keep(capture.close())
    record = asyncio.run(toolbar.load(capture.record.id))
    assert seen_in(record).loop is None
    assert [notice.level for _, notice in toolbar.notices(record)] == ["info"]


async def test_any_awaitable_may_be_driven() -> None:
    """A future has no `send`: it is awaited in a coroutine of ours."""
    future = asyncio.get_running_loop().create_future()
    future.set_result(3)
    assert len((await watched(future)).tasks) == 1


def test_no_profiler_or_tracer_is_switched_on() -> None:
    """The interpreter's own hooks are not used."""
    asyncio.run(watched(child()))
    assert sys.getprofile() is None
