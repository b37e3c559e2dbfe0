"""What belongs to a request is found there, within five per cent, and nowhere else."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from debug_toolbar_memory.packed import unpack
from debug_toolbar_memory.stacks import site_of

MB = 1_000_000


def near(size: float) -> Any:
    """Return what equals a size within five per cent."""
    return pytest.approx(size, rel=0.05)


async def noise(kept: list[Any]) -> None:
    """Allocate as another request does."""
    for _ in range(5):
        kept.append(bytearray(MB))
        await asyncio.sleep(0.005)


async def test_fifty_megabytes_are_found_where_they_were_allocated(shop: Any) -> None:
    """What one request keeps is its own, however many others allocate meanwhile."""

    @shop.path
    async def big() -> None:
        for _ in range(10):
            shop.kept.append(bytearray(5 * MB))
            await asyncio.sleep(0.005)

    @shop.path
    async def other() -> None:
        await noise(shop.kept)

    found, *_ = await asyncio.gather(shop.memory("/big"), *(shop.get("/other", asked=False) for _ in range(5)))
    assert found["kept"] == near(50 * MB)
    assert found["peak"] == near(50 * MB)


async def test_the_others_do_not_have_them(traced: Any) -> None:
    """Of requests that are measured at once each has its own bytes, its place and nothing else's."""
    # So large that five per cent are more than a table of the interpreter's, or of who measures coverage, grows by in
    # somebody's slice. Nobody writes to `bytes` that are all zero, so nearly none of it is taken from the machine.
    sizes = {f"/p{number}": 20 * number * MB for number in range(1, 9)}

    def handler(size: int) -> Any:
        async def handle() -> None:
            for _ in range(10):
                traced.kept.append(bytes(size // 10))
                await asyncio.sleep(0.002)

        return handle

    traced.paths.update({path: handler(size) for path, size in sizes.items()})
    found = await asyncio.gather(*(traced.memory(path) for path in sizes))
    assert [each["kept"] for each in found] == [near(size) for size in sizes.values()]
    assert [each["peak"] for each in found] == [near(size) for size in sizes.values()]


async def test_what_is_let_go_again_is_the_peak(shop: Any) -> None:
    """Memory that is freed before the end is no longer kept, and is the peak."""

    @shop.path
    async def spike() -> None:
        for _ in range(3):
            held = bytearray(30 * MB)
            await asyncio.sleep(0.03)
            del held

    found = await shop.memory("/spike")
    assert found["peak"] == near(30 * MB)
    assert found["kept"] < MB
    (stack, share) = max(unpack(found["peak_stacks"]).items(), key=lambda item: item[1].size)
    assert share.size == near(30 * MB)
    place = site_of(stack)
    assert place is not None
    assert (place.file, place.function.rpartition(".")[2]) == (__file__, "spike")


async def test_tasks_and_threads_count(shop: Any) -> None:
    """What child tasks, `asyncio.to_thread`, anyio and the loop's executor allocate belongs to the request."""
    from anyio import to_thread

    async def child() -> None:
        await asyncio.sleep(0)
        shop.kept.append(bytearray(4 * MB))

    @shop.path
    async def family() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(child())
        await asyncio.gather(*(child() for _ in range(5)))
        await asyncio.to_thread(lambda: shop.kept.append(bytearray(4 * MB)))
        await to_thread.run_sync(lambda: shop.kept.append(bytearray(4 * MB)))
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, shop.kept.append, bytearray(4 * MB))

    found = await shop.memory("/family")
    assert found["kept"] == near(52 * MB)


async def test_greenlets_count(shop: Any) -> None:
    """What SQLAlchemy's greenlets allocate, where async drivers run, belongs to the request."""
    from sqlalchemy.util import greenlet_spawn

    await greenlet_spawn(len, "")  # an application that has used one before

    @shop.path
    async def query() -> None:
        await greenlet_spawn(lambda: shop.kept.append(bytearray(20 * MB)))

    assert (await shop.memory("/query"))["kept"] == near(20 * MB)


async def test_many_small_objects_add_up(shop: Any) -> None:
    """Ten thousand small objects are found as so many blocks, at the line that made them."""

    @shop.path
    async def small() -> None:
        shop.kept.append([[None] for _ in range(10_000)])

    found = await shop.memory("/small")
    assert found["kept"] == near(sum(map(sys.getsizeof, shop.kept[0])) + sys.getsizeof(shop.kept[0]))
    assert found["kept_blocks"] == pytest.approx(20_000, rel=0.05)


async def test_a_task_cancelled_before_it_began_is_closed(traced: Any, recwarn: pytest.WarningsRecorder) -> None:
    """A child task that never ran is no coroutine left unawaited for our sake."""

    async def child() -> None:
        await asyncio.sleep(1)

    @traced.path
    async def hasty() -> None:
        task = asyncio.create_task(child())
        task.cancel()
        await asyncio.wait([task])

    assert (await traced.memory("/hasty"))["kept"] < MB
    assert [str(warning.message) for warning in recwarn if "never awaited" in str(warning.message)] == []


async def test_an_application_notices_nothing(shop: Any) -> None:
    """Results, exceptions, names and coroutines of tasks are what they are without the panel."""
    seen: list[Any] = []

    async def child(value: int) -> int:
        await asyncio.sleep(0)
        if value < 0:
            raise ValueError(value)
        return value

    @shop.path
    async def family() -> None:
        task = asyncio.create_task(child(7), name="seven")
        seen.extend([task.get_name(), task.get_coro().__qualname__, await task, repr(task)])
        seen.append(await asyncio.gather(child(-1), return_exceptions=True))
        seen.append(await asyncio.to_thread(lambda: 8))

    await shop.memory("/family")
    name, coroutine, value, text, (error,), threaded = seen
    assert (name, value, threaded) == ("seven", 7, 8)
    assert coroutine == child.__qualname__
    assert "finished" in text
    assert isinstance(error, ValueError)
