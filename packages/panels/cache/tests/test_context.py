"""Requests that overlap keep their operations apart, wherever a client is used."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import aiocache
import pytest
import redis
import redis.asyncio

from debug_toolbar_cache import CachePanel
from debug_toolbar_core import Application, Config, Record, Toolbar
from debug_toolbar_tests.services import Service

MANY = 100


def own(record: Record) -> bool:
    """Tell whether a record has the three operations of its own request, and no other."""
    name = record.tags["name"]
    return sorted(span.attributes["cache.key"] for span in record.spans) == [name, f"{name}:inner", f"{name}:last"]


async def interleaved(toolbar: Toolbar, use: Callable[[str], Awaitable[None]]) -> list[Record]:
    """Run many requests at once, each using a cache with keys of its own."""

    async def request(number: int) -> Record:
        with toolbar.capture("http") as record:
            record.tags["name"] = f"r{number}"
            await use(f"r{number}")
        return record

    return list(await asyncio.gather(*(request(number) for number in range(MANY))))


async def test_tasks_keep_apart(toolbar: Toolbar, redis_server: Service) -> None:
    """A hundred requests share one async client, with tasks and task groups of their own: none sees another's keys."""
    async with redis.asyncio.Redis.from_url(redis_server.url, max_connections=20, protocol=2) as client:
        pool = asyncio.Semaphore(20)

        async def get(key: str) -> None:
            async with pool:
                await client.get(key)

        async def use(name: str) -> None:
            await get(name)
            await asyncio.create_task(get(f"{name}:inner"))
            async with asyncio.TaskGroup() as group:
                group.create_task(get(f"{name}:last"))

        records = await interleaved(toolbar, use)
    assert len(records) == MANY
    assert all(own(record) for record in records)


async def test_threads_keep_apart(toolbar: Toolbar, redis_server: Service) -> None:
    """Threads and executors that take the context with them are told to their requests."""
    with redis.Redis.from_url(redis_server.url) as client, ThreadPoolExecutor(8) as executor:
        loop = asyncio.get_running_loop()

        async def use(name: str) -> None:
            client.get(name)
            await asyncio.to_thread(client.get, f"{name}:inner")
            context = contextvars.copy_context()
            await loop.run_in_executor(executor, context.run, client.get, f"{name}:last")

        records = await interleaved(toolbar, use)
    assert all(own(record) for record in records)


async def test_nested_operations_keep_apart(toolbar: Toolbar, redis_server: Service) -> None:
    """What aiocache asks of Redis is below the operation of its own request, though all run at once."""
    cache = aiocache.Cache(aiocache.Cache.REDIS, endpoint=redis_server.host, port=redis_server.port, pool_max_size=200)

    async def use(name: str) -> None:
        await cache.get(name)
        await asyncio.gather(cache.get(f"{name}:inner"), cache.get(f"{name}:last"))

    records = await interleaved(toolbar, use)
    await cache.client.aclose()
    for record in records:
        assert len(record.spans) == 6
        for span in record.spans:
            assert span.attributes["cache.key"].startswith(record.tags["name"])
            if span.name == "GET":
                assert span.parent is not None
                assert span.parent.attributes["cache.key"] == span.attributes["cache.key"]


async def test_clients_may_be_older_than_the_toolbar(redis_server: Service) -> None:
    """A client that was made, and used, before the toolbar started is observed; stopped, it is as it was."""
    original = redis.asyncio.Redis.execute_command
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await client.set("a", "1")
        pipe = client.pipeline()
        pipe.get("a")
        toolbar = Toolbar(Config(panels=[CachePanel()], strict=True))
        toolbar.start(Application())
        with toolbar.capture("http") as record:
            await client.get("a")
            await pipe.execute()
        toolbar.stop()
        with toolbar.capture("http") as after:
            await client.get("a")
    assert [span.name for span in record.spans] == ["GET", "MULTI"]
    assert after.spans == []
    assert redis.asyncio.Redis.execute_command is original


def test_two_loops_keep_apart(toolbar: Toolbar, redis_server: Service) -> None:
    """Two event loops in two threads, each with a client of its own, are told apart."""
    records: list[Record] = []

    async def request(name: str) -> None:
        async with redis.asyncio.Redis.from_url(redis_server.url) as client:
            with toolbar.capture("http") as record:
                for _ in range(20):
                    await client.get(name)
            records.append(record)

    threads = [threading.Thread(target=lambda name=name: asyncio.run(request(name))) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [{span.attributes["cache.key"] for span in record.spans} for record in records]
    assert sorted(map(sorted, found)) == [["one"], ["two"]]
    assert [len(record.spans) for record in records] == [20, 20]


async def test_a_call_that_outlives_its_record_does_not_keep_it(toolbar: Toolbar) -> None:
    """A forgotten task that still waits for an answer holds neither the record nor its spans."""
    asked = asyncio.Event()

    class Slow(aiocache.SimpleMemoryCache):
        async def _get(self, *args: object, **kwargs: object) -> None:
            await asked.wait()

    with toolbar.capture("http") as record:
        task = asyncio.create_task(Slow().get("a"))
        await asyncio.sleep(0)
    frames = [task.get_coro().cr_frame]  # type: ignore[union-attr]  # a coroutine of ours
    assert not [frame for frame in frames if record in frame.f_locals.values()]
    asked.set()
    assert await task is None
    assert record.spans == []


@pytest.mark.parametrize("toolbars", [2])
async def test_two_toolbars_tell_once(toolbars: int, redis_server: Service) -> None:
    """Two toolbars in one process patch once; the last to stop puts everything back."""
    original = redis.asyncio.Redis.execute_command
    running = [Toolbar(Config(panels=[CachePanel()], strict=True)) for _ in range(toolbars)]
    for toolbar in running:
        toolbar.start(Application())
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        with running[0].capture("http") as record:
            await client.get("a")
    assert len(record.spans) == 1
    running[0].stop()
    assert redis.asyncio.Redis.execute_command is not original
    running[1].stop()
    assert redis.asyncio.Redis.execute_command is original
