"""Where a request waits: await points, threads, cancellations, the critical path and serial awaits."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import anyio
import anyio.to_thread
import pytest

from debug_toolbar_async.path import critical, totals
from debug_toolbar_async.seen import Seen
from debug_toolbar_async.serial import series

from .serving import named, seen_in, serve, toolbar_of, watched
from .starving import unless_starved


def points(seen: Seen) -> dict[str, tuple[int, str]]:
    """Return how often each function waited, and for what."""
    return {
        point.source.function.rpartition(".")[2]: (point.calls, point.what)
        for point in seen.points
        if point.source and point.calls
    }


async def nap(seconds: float = 0.005) -> None:
    """Wait."""
    await asyncio.sleep(seconds)


async def numbers() -> AsyncIterator[int]:
    """Yield, waiting before each."""
    for number in range(3):
        await asyncio.sleep(0.005)
        yield number


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """Wait on the way in."""
    await asyncio.sleep(0.005)
    yield


class Later:
    """What may be awaited without being a coroutine."""

    def __await__(self) -> Any:
        """Wait."""
        return nap().__await__()


@unless_starved
async def test_await_points_are_the_users_lines() -> None:
    """Each wait is told at the innermost line of the user's code, through generators and other awaitables."""

    async def application() -> None:
        for _ in range(3):
            await nap()
        async for _ in numbers():
            pass
        async with opened():
            pass
        await Later()

    seen = await watched(application())
    assert points(seen) == {"nap": (4, "sleep"), "numbers": (3, "sleep"), "opened": (1, "sleep")}
    point = next(point for point in seen.points if point.source and point.source.function == "nap")
    assert point.source is not None
    assert (point.source.file, point.source.line) == (__file__, nap.__code__.co_firstlineno + 2)
    assert 0.012 <= point.seconds <= seen.end
    assert 0.003 <= point.longest <= point.seconds


async def test_short_waits_are_not_located() -> None:
    """A turn of the loop is a suspension, and no await point."""

    async def application() -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    seen = await watched(application())
    assert seen.tasks[0].suspensions == 51
    assert len(seen.points) <= 1


@unless_starved
async def test_an_await_that_is_suspended_often_counts_once() -> None:
    """One `await` of a function that waits five times is one call, with its five waits inside."""

    async def five() -> None:
        for _ in range(5):
            await asyncio.sleep(0.005)

    async def application() -> None:
        await five()
        await five()

    seen = await watched(application())
    waits = seen.tasks[0].waits
    assert [wait.around for wait in waits] == [-1, *[0] * 5, -1, *[6] * 5]
    assert waits[0].waited == pytest.approx(sum(wait.waited for wait in waits[1:6]), abs=1e-4)


async def test_threads_are_timed_queued_and_running() -> None:
    """What goes to threads is told with its name, the time it waited for a thread, and the time it ran."""
    pool = ThreadPoolExecutor(1)

    async def application() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, functools.partial(time.sleep, 0.1)) for _ in range(2)))
        assert await asyncio.to_thread(sum, [1, 2], start=3) == 6
        assert await anyio.to_thread.run_sync(threading.current_thread) is not threading.current_thread()
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(divmod, 1, 0)

    record = await serve(toolbar_of(), application())
    pool.shutdown()
    hops = seen_in(record).hops
    assert [hop.name.rpartition(".")[2] for hop in hops] == ["sleep", "sleep", "sum", "current_thread", "divmod"]
    queued = [(hop.began or 0) - hop.handed for hop in hops]
    assert queued[1] >= 0.05
    assert queued[1] > queued[0]
    assert (hops[0].ended or 0) - (hops[0].began or 0) >= 0.0999
    assert all(hop.thread for hop in hops)
    assert sum(span.name.startswith("thread: ") for span in record.spans) == 5


async def test_processes_are_sent_the_function_itself() -> None:
    """A pool of processes pickles what it is given, so it is left alone."""

    class Pool(ProcessPoolExecutor):
        def submit(self, function: Any, /, *args: Any, **named: Any) -> Any:
            assert function is abs
            return asyncio.run_coroutine_threadsafe(asyncio.sleep(0, function(*args)), asyncio.get_running_loop())

    async def application() -> None:
        assert await asyncio.get_running_loop().run_in_executor(Pool(1), abs, -3) == 3

    assert (await watched(application())).hops == ()


async def test_who_cancelled_what() -> None:
    """Calls of `cancel`, timeouts, groups and scopes are told, with the line and where the task waited."""

    async def failing() -> None:
        await asyncio.sleep(0.002)
        raise ValueError("on purpose")

    async def grouped() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(nap(10))
            group.create_task(failing())

    async def waits_for(task: asyncio.Task[None]) -> None:
        await task

    async def application() -> None:
        task = asyncio.create_task(nap(10))
        outer = asyncio.create_task(waits_for(task))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        outer.cancel("enough")
        await asyncio.wait([outer])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.002):
                await nap(10)
        with pytest.raises(ExceptionGroup):
            await grouped()
        with anyio.move_on_after(0.002):
            await nap(10)

    seen = await watched(application())
    told = [(seen.tasks[cancel.task].coroutine.rpartition(".")[2], cancel.by) for cancel in seen.cancels]
    by = [who for _, who in told]
    assert [name for name, _ in told][:4] == ["waits_for", "nap", "application", "nap"]
    assert by[0].endswith("application")
    assert by[1].startswith("with ")
    assert by[2] == "asyncio.timeout: its time was up"
    assert by[3] == "its task group: another task of it failed"
    assert by[4] == "its task group: a task of it failed"
    assert by[5:]
    assert all("anyio" in who for who in by[5:])
    assert seen.cancels[0].source is not None
    assert seen.cancels[0].source.file == __file__
    assert [task.outcome for task in named(seen, "nap")] == ["cancelled", "cancelled"]
    waited = seen.cancels[2].waited
    assert waited is not None
    assert waited.function == "nap"


@unless_starved
async def test_the_critical_path_goes_through_what_was_slowest() -> None:
    """Of tasks side by side the last one counts: wall and critical are its time, the sum is all of theirs."""

    async def slow() -> None:
        await asyncio.sleep(0.2)

    async def application() -> None:
        await asyncio.sleep(0.04)
        await asyncio.gather(nap(0.02), slow(), nap(0.03))
        async with asyncio.TaskGroup() as group:
            group.create_task(nap(0.04))

    seen = await watched(application())
    path = critical(seen)
    found = totals(seen, path)
    assert found.wall >= 0.275
    assert 0.8 * found.wall <= found.critical <= found.wall + 1e-6
    assert found.sum >= found.critical + 0.045
    waits = [piece for piece in path if piece.end - piece.begin > 0.035 and piece.state == "waiting"]
    assert [piece.task.coroutine.rpartition(".")[2] for piece in waits] == ["application", "slow", "nap"]
    assert all(one.end <= other.begin + 1e-5 for one, other in pairwise(path))


async def test_who_holds_the_loop_is_on_the_critical_path() -> None:
    """A wait that was over, while another task held the loop, is that task's doing."""

    async def holds() -> None:
        await asyncio.sleep(0.01)
        time.sleep(0.08)  # noqa: ASYNC251 - the subject

    async def application() -> None:
        task = asyncio.create_task(holds())
        await asyncio.sleep(0.02)
        await task

    seen = await watched(application())
    held = [piece for piece in critical(seen) if piece.state == "running" and piece.end - piece.begin > 0.05]
    assert [piece.task.coroutine.rpartition(".")[2] for piece in held] == ["holds"]


@unless_starved
async def test_serial_awaits_are_found() -> None:
    """Awaits that wait one after the other would save what is not the longest; those at once are none."""

    async def application() -> None:
        for _ in range(3):
            await nap(0.01)
        await asyncio.gather(nap(0.01), nap(0.01))

    (one,) = series(await watched(application()))
    assert len(one.waits) == 3
    assert one.saves >= 0.015


class Session:
    """What does one thing at a time, as connections do."""

    async def execute(self) -> None:
        """Wait."""
        await asyncio.sleep(0.01)


class Store:
    """A cache."""

    async def get(self) -> None:
        """Wait."""
        await asyncio.sleep(0.01)

    async def set(self) -> None:
        """Wait."""
        await asyncio.sleep(0.01)


async def test_what_must_keep_its_order_is_no_series() -> None:
    """Statements of one session, and a value looked for, fetched and kept, are as they have to be."""

    async def statements() -> None:
        session = Session()
        await session.execute()
        await session.execute()

    async def kept() -> None:
        store = Store()
        await store.get()
        await nap(0.01)
        await store.set()

    async def application() -> None:
        await asyncio.gather(statements(), kept())

    assert series(await watched(application())) == []


async def test_a_library_that_is_not_the_users_stands_in() -> None:
    """Where a task has no line of the user's, the innermost of the library is told."""

    async def application() -> None:
        await asyncio.create_task(asyncio.sleep(0.01), name="a library's")

    seen = await watched(application())
    told = {(task.name, seen.points[task.waits[0].point].what) for task in seen.tasks if task.waits}
    assert ("a library's", "Future") in told


@unless_starved
async def test_many_await_points_and_calls_are_bounded() -> None:
    """A request that awaits a thousand times keeps the first calls, and counts all of them at their points."""

    async def one() -> None:
        for _ in range(12):
            await asyncio.sleep(0.003)

    async def application() -> None:
        await asyncio.gather(*(one() for _ in range(150)))

    seen = await watched(application())
    assert sum(len(task.waits) for task in seen.tasks) <= 1_000
    assert points(seen)["one"][0] == pytest.approx(150 * 12, abs=10)
