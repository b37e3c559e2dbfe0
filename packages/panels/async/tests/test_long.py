"""Connections that are open for hours: the newest is kept, the rest counted."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest

from debug_toolbar_async import AsyncPanel
from debug_toolbar_async.path import critical
from debug_toolbar_async.seen import Seen
from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Code, Lanes, Notice, walk

from .serving import named, seen_in, serve, toolbar_of
from .test_installed import nothing_left

HOURS = 36_000.0


async def child() -> None:
    """Wait for a turn."""
    await asyncio.sleep(0)


async def parent() -> None:
    """Have a task that outlives the others."""
    await asyncio.create_task(child())


async def work() -> None:
    """Do what a connection does all day."""
    for _ in range(400):
        await asyncio.create_task(parent())
    for _ in range(100):
        await asyncio.to_thread(len, "")
    for _ in range(60):
        task = asyncio.create_task(child())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    for _ in range(220):
        await asyncio.sleep(0.001)
    for _ in range(3_000):
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def record() -> Record:
    """Return the record of a connection of ten hours."""

    async def served() -> Record:
        with nothing_left():
            return await serve(toolbar_of(), work(), kind="websocket", ago=HOURS)

    return asyncio.run(served())


@pytest.fixture
def seen(record: Record) -> Seen:
    """Return what was seen of it."""
    return seen_in(record)


def test_a_websocket_is_watched(record: Record, seen: Seen) -> None:
    """The trampoline runs a connection as it runs a request; it is called one."""
    blocks = list(AsyncPanel().view(record))
    (drawn,) = [block for block in walk(blocks) if isinstance(block, Lanes)]
    assert drawn.lanes[0].label.startswith("connection")
    assert drawn.seconds < HOURS / 10
    assert "the last" in (drawn.title or "")
    assert critical(seen)
    (chart,) = [block for block in walk(blocks) if isinstance(block, Code) and "Lag over" in (block.title or "")]
    assert "the last" in (chart.title or "")
    assert len(chart.text) == 60


def test_the_newest_tasks_are_kept(seen: Seen) -> None:
    """Tasks that are over make way for new ones, a task's parent stays known where it is there, and all are counted."""
    assert 100 <= len(seen.tasks) <= 200
    assert len(seen.tasks) + seen.missed["tasks"] == 1 + 800 + 60
    assert seen.tasks[0].coroutine == "work"
    for task in seen.tasks[1:]:
        assert 0 <= task.parent < task.number
    assert len(named(seen, "child")) >= 60
    assert all(task.created >= HOURS for task in seen.tasks)


def test_the_newest_slices_awaits_threads_and_cancellations_are_kept(seen: Seen) -> None:
    """Each is bounded; what is left is the end, in the order of time, and the points count all."""
    task = seen.tasks[0]
    assert 25 <= len(task.slices) <= 650
    assert task.slices[-1].end == pytest.approx(task.end, abs=0.01)
    assert all(piece.ready >= task.since for piece in task.slices)
    assert 100 <= len(task.waits) <= 200
    assert all(-1 <= wait.around < number for number, wait in enumerate(task.waits))
    assert max(point.calls for point in seen.points if point.what == "sleep") >= 220
    assert len(seen.hops) == 60
    assert seen.missed["thread calls"] == 40
    assert len(seen.cancels) == 40
    assert seen.missed["cancellations"] == 20


def test_it_stays_small(record: Record) -> None:
    """However long it goes on, its data are what a request's are, and no text of them is cut."""
    data = record.data["async"]
    assert len(json.dumps(data)) < 200_000
    assert not record.dropped.get("text")
    assert "…" not in data["tasks"][0][11]


def test_what_is_not_shown_is_told(record: Record) -> None:
    """A notice has the counts of all that made way."""
    told = [block.text for block in AsyncPanel().view(record) if isinstance(block, Notice)]
    assert any("tasks" in text and "40 thread calls" in text and "20 cancellations" in text for text in told)


async def test_a_failed_task_does_not_wait_for_the_end_of_a_connection() -> None:
    """What asyncio says of an exception that nobody fetched it says at once, and not after hours."""
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["message"]))

    async def broken() -> None:
        raise ValueError("on purpose")

    async def connection() -> None:
        asyncio.create_task(broken())  # noqa: RUF006 - that nobody keeps it is the subject
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert told == ["Task exception was never retrieved"]

    seen = seen_in(await serve(toolbar_of(), connection(), kind="websocket"))
    assert [task.unfetched for task in named(seen, "broken")] == [True]


async def test_many_blocking_calls_are_counted() -> None:
    """Of more than twenty, the last twenty are kept."""

    async def messages() -> AsyncIterator[int]:
        for number in range(30):
            yield number
            await asyncio.sleep(0)

    async def connection() -> None:
        loop = asyncio.get_running_loop()
        async for _ in messages():
            until = loop.time() + 0.004
            while loop.time() < until:
                pass

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record = await serve(toolbar_of(blocking=0.003), connection(), kind="websocket")
    seen = seen_in(record)
    assert len(seen.stalls) == 20
    assert seen.missed["blocking calls"] >= 10
