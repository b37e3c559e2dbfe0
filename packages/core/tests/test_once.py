"""Once: readers who come at the same time share one piece of work."""

from __future__ import annotations

import asyncio

import pytest

from debug_toolbar_core.once import Once


async def test_those_who_come_together_get_one_answer() -> None:
    """Three ask for a key at once and it is done once; who comes later has it done again, another key apart."""
    once, done = Once[int](), list[str]()

    async def work(name: str) -> int:
        done.append(name)
        await asyncio.sleep(0)
        return len(done)

    assert await asyncio.gather(*(once("a", lambda: work("a")) for _ in range(3)), once("b", lambda: work("b"))) == [
        2, 2, 2, 2,
    ]  # fmt: skip
    assert await once("a", lambda: work("a")) == 3
    assert done == ["a", "b", "a"]


async def test_who_goes_away_does_not_take_it_from_the_others() -> None:
    """The first reader is cancelled, as its client left; the second gets what was begun."""
    once, go = Once[str](), asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "read"

    first, second = (asyncio.create_task(once("a", work)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go.set()
    assert await second == "read"


async def test_all_of_them_see_what_went_wrong() -> None:
    """An error is every reader's, and is not what the next one gets."""
    once = Once[str]()

    async def broken() -> str:
        raise OSError("gone")

    async def well() -> str:
        return "read"

    found = await asyncio.gather(*(once("a", broken) for _ in range(2)), return_exceptions=True)
    assert [str(each) for each in found] == ["gone", "gone"]
    assert await once("a", well) == "read"


def test_without_asyncio_nobody_is_waited_for() -> None:
    """Under another event loop the work is simply done."""

    async def well() -> str:
        return "read"

    running = Once[str]()("a", well)
    with pytest.raises(StopIteration) as ended:
        running.send(None)
    assert ended.value.value == "read"
