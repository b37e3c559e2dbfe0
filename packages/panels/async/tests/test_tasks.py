"""The tasks of a request: who made them, how they ran and how they ended."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from debug_toolbar_async.path import pieces
from debug_toolbar_async.seen import Seen
from debug_toolbar_async.tasks import title
from debug_toolbar_core import span

from .serving import LOOPS, RUNS, named, run, seen_in, serve, toolbar_of, watched


async def child(seconds: float = 0.002) -> str:
    """Wait."""
    await asyncio.sleep(seconds)
    return "done"


async def grandparent() -> None:
    """Have a task that has a task."""
    await asyncio.create_task(parent(), name="the parent")


async def parent() -> None:
    """Have a task."""
    await asyncio.create_task(child())


@pytest.mark.parametrize(("loop", "factory"), RUNS)
def test_every_task_is_found(loop: Callable[[], asyncio.AbstractEventLoop], factory: Any) -> None:
    """Tasks of create_task, TaskGroup, gather and anyio are lanes, with any loop and task factory."""

    async def application() -> None:
        await asyncio.create_task(child(), name="alone")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(child(), name="in a group")
        assert await asyncio.gather(child(), child()) == ["done", "done"]
        async with anyio.create_task_group() as group:
            group.start_soon(child, name="of anyio")

    seen = run(lambda: watched(application()), loop, factory)
    assert len(seen.tasks) == 6
    assert [task.coroutine.rpartition(".")[2] for task in seen.tasks[:2]] == ["application", "child"]
    assert {"alone", "in a group", "of anyio"} <= {title(task) for task in seen.tasks} | {
        task.name for task in seen.tasks
    }
    for task in seen.tasks[1:]:
        assert (task.parent, task.outcome) == (0, "done")
        assert task.source is not None
        assert task.source.file == __file__
        assert task.waiting >= 0.0015
        assert task.slices


async def test_a_task_has_the_task_that_made_it_as_parent() -> None:
    """Tasks of tasks are a tree, and have their names."""
    seen = await watched(grandparent())
    assert [(task.coroutine, task.parent) for task in seen.tasks] == [("grandparent", -1), ("parent", 0), ("child", 1)]
    assert seen.tasks[1].name == "the parent"


async def test_states_add_up() -> None:
    """Running, ready and waiting together are a task's life; a task that waits for its turn is ready."""

    async def busy() -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + 0.02
        while loop.time() < until:
            pass

    async def application() -> None:
        await asyncio.gather(busy(), child(), busy())

    seen = await watched(application())
    first, second = named(seen, "busy")
    assert first.running >= 0.0199
    assert second.ready >= 0.0199
    (waiter,) = named(seen, "child")
    assert waiter.waiting + waiter.ready + waiter.running == pytest.approx(waiter.end - waiter.created, abs=1e-4)


async def test_requests_never_mix() -> None:
    """A hundred interleaved requests have their own tasks each, also those of threads, and no others."""
    toolbar = toolbar_of()

    async def application(number: int) -> None:
        async def mine() -> None:
            await asyncio.sleep(0.001 * (number % 7))

        async with asyncio.TaskGroup() as tasks:
            for _ in range(number % 4):
                tasks.create_task(mine(), name=f"{number}")
        await asyncio.gather(*(asyncio.to_thread(len, "") for _ in range(number % 3)))

    records = await asyncio.gather(*(serve(toolbar, application(number)) for number in range(100)))
    for number, record in enumerate(records):
        seen = seen_in(record)
        assert [task.name for task in named(seen, "mine")] == [str(number)] * (number % 4)
        assert len(seen.tasks) == 1 + number % 4 + (number % 3)
        assert len(seen.hops) == number % 3


async def test_results_and_exceptions_pass_through() -> None:
    """What a task returns or raises, it returns and raises; its coroutine looks like itself."""

    async def broken() -> None:
        raise ValueError("on purpose")

    async def application() -> None:
        task = asyncio.create_task(child())
        coroutine: Any = task.get_coro()
        assert asyncio.iscoroutine(coroutine)
        assert coroutine.__qualname__ == "child"
        assert coroutine.cr_code is child.__code__
        assert type(task) is asyncio.Task
        assert await task == "done"
        with pytest.raises(ValueError, match="on purpose"):
            await asyncio.create_task(broken())

    seen = await watched(application())
    assert named(seen, "broken")[0].outcome == "raised ValueError"
    assert not named(seen, "broken")[0].unfetched


@pytest.mark.parametrize("loop", LOOPS)
def test_an_exception_that_nobody_fetched_is_found(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """A task that failed and was not awaited is told, whether anybody has it still or not; asyncio says so as ever."""
    told, kept = list[Any](), list[asyncio.Task[None]]()

    async def broken() -> None:
        raise ValueError("on purpose")

    async def fetched() -> None:
        raise ValueError("on purpose")

    async def application() -> None:
        kept.append(asyncio.create_task(broken()))
        task = asyncio.create_task(broken())
        kept.append(asyncio.create_task(fetched()))
        await asyncio.wait(kept[1:])
        with pytest.raises(ValueError, match="on purpose"):
            await asyncio.create_task(fetched())
        assert told == []
        del task
        gc.collect()
        assert told == ["Task exception was never retrieved"]

    async def served() -> Seen:
        here = asyncio.get_running_loop()
        here.set_exception_handler(lambda loop, context: told.append(context["message"]))
        seen = await watched(application())
        assert "call_exception_handler" not in vars(here)
        return seen

    seen = run(served, loop)
    assert [(task.outcome, task.unfetched) for task in named(seen, "broken")] == [("raised ValueError", True)] * 2
    assert [task.unfetched for task in named(seen, "fetched")] == [True, False]
    assert not seen.dropped


async def test_a_task_that_outlives_the_request_is_found() -> None:
    """One that still runs is told, and whether anybody waits for it; it goes on as before."""
    ended: list[str] = []
    kept: set[asyncio.Task[Any]] = set()

    async def left() -> None:
        await asyncio.sleep(0.01)
        ended.append("left")

    async def application() -> None:
        task = asyncio.create_task(left())
        kept.add(task)
        task.add_done_callback(kept.discard)
        await asyncio.sleep(0)

    seen = await watched(application())
    assert [(task.outcome, task.awaited) for task in named(seen, "left")] == [("still running", False)]
    await asyncio.gather(*kept)
    assert ended == ["left"]


async def test_a_task_that_is_dropped_while_it_waits_is_found() -> None:
    """A task nobody keeps may be collected in the middle: then it is destroyed."""
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["message"]))

    async def lost() -> None:
        await asyncio.get_running_loop().create_future()

    async def application() -> None:
        asyncio.create_task(lost())  # noqa: RUF006 - that nobody keeps it is the subject
        await asyncio.sleep(0)
        gc.collect()

    seen = await watched(application())
    assert [task.outcome for task in named(seen, "lost")] == ["destroyed"]
    assert told == ["Task was destroyed but it is pending!"]


async def test_many_tasks_are_bounded() -> None:
    """Past the limit tasks run untraced, and are counted."""

    async def application() -> None:
        await asyncio.gather(*(child(0) for _ in range(500)))

    seen = await watched(application())
    assert len(seen.tasks) == 200
    assert seen.missed == {"tasks": 301}


async def test_many_slices_are_bounded() -> None:
    """Of a task that is suspended ten thousand times, the newest slices are kept and all are counted."""

    async def application() -> None:
        for _ in range(10_000):
            await asyncio.sleep(0)

    seen = await watched(application())
    (task,) = seen.tasks
    assert 300 <= len(task.slices) <= 650
    assert task.suspensions == 10_001
    assert task.slices[-1].end == pytest.approx(task.end, abs=0.001)
    assert task.created < task.since <= task.slices[0].ready
    assert next(pieces(task)).begin == task.since
    assert task.running + task.ready + task.waiting == pytest.approx(task.end - task.created, abs=1e-4)


async def test_tasks_are_spans_inside_the_spans_around_them() -> None:
    """In the waterfall a task is a line, below what it was made in."""

    async def application() -> None:
        with span("group"):
            await asyncio.create_task(child(), name="seven")

    record = await serve(toolbar_of(), application())
    (found,) = [one for one in record.spans if one.panel == "async"]
    assert (found.name, found.task, found.attributes["outcome"]) == ("child", "seven", "done")
    assert found.parent is not None
    assert found.parent.name == "group"


async def test_nothing_keeps_a_request_alive() -> None:
    """Once closed, neither its tasks nor what goes on refers to a record's watch."""
    toolbar = toolbar_of()
    kept: list[Any] = []

    async def left() -> None:
        await asyncio.sleep(0.005)

    async def application() -> None:
        kept.append(asyncio.create_task(left()))
        await asyncio.sleep(0.002)

    capture = toolbar.open("http")
    watch = weakref.ref(capture.record.held["async"])
    work: Any = application()
    for driver in capture.record.drivers:
        work = driver(work)
    await work
    capture.close()
    del capture, work, driver
    gc.collect()
    assert watch() is None
    await kept[0]


async def test_a_request_that_did_not_ask_is_not_watched() -> None:
    """Installed and not asked for, the panel adds nothing; asked for by name, it watches that request alone."""
    toolbar = toolbar_of(always=False)
    loop = asyncio.get_running_loop()

    async def application() -> None:
        assert loop.get_task_factory() is None
        await asyncio.create_task(child())

    record = await serve(toolbar, application())
    assert (record.data, record.spans) == ({}, [])
    asked, other = await asyncio.gather(serve(toolbar, child(0.01), ("async",)), serve(toolbar, parent()))
    assert len(seen_in(asked).tasks) == 1
    assert (other.data, other.spans) == ({}, [])
