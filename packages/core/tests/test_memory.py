"""The memory store: bounded, newest first, readable from anywhere while it is written."""

from __future__ import annotations

import asyncio
import math
import threading
from typing import Any

import pytest

from debug_toolbar_core import ConfigurationError, Limits, Record, Store
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.memory import MemoryStore, weigh
from debug_toolbar_core.store import LiveStore, summarise


def record(path: str = "/", **options: Any) -> Record:
    """Return a closed record of a request."""
    made = Record("http", **options)
    made.wire = Plain(Request(path=path), Response(200, headers=[("Content-Type", "text/html")], size=5))
    made.close()
    return made


async def saved(store: MemoryStore, count: int) -> list[Record]:
    """Save records, the oldest first."""
    made = [record(f"/{number}") for number in range(count)]
    for item in made:
        await store.save(item)
    return made


async def test_it_is_a_store() -> None:
    """It has what a store and a live store must have."""
    assert isinstance(MemoryStore(), Store)
    assert isinstance(MemoryStore(), LiveStore)
    with pytest.raises(ConfigurationError, match="1 or more"):
        MemoryStore(most=0)


async def test_what_was_saved_is_loaded_through_json() -> None:
    """A record is given back as JSON gives it; an unknown one is None."""
    store, made = MemoryStore(), record()
    made.data["x"] = (1, 2)
    await store.save(made)
    loaded = await store.load(made.id)
    assert loaded is not None
    assert loaded is not made
    assert loaded.data == {"x": [1, 2]}
    assert await store.load("nothing") is None


async def test_the_oldest_is_forgotten_by_count() -> None:
    """Past the count, the oldest goes."""
    store = MemoryStore(most=3)
    made = await saved(store, 5)
    assert [line.path for line in await store.recent()] == ["/4", "/3", "/2"]
    assert await store.load(made[0].id) is None


async def test_the_oldest_is_forgotten_by_bytes() -> None:
    """Past the bytes, the oldest go, but the newest always stays; a replaced record is weighed once."""
    store = MemoryStore(bytes=30_000)
    made = await saved(store, 10)
    assert len(await store.recent()) == 7
    big = record("/big")
    big.wire = Plain(Request(body=Body(500_000, 500_000)), None)
    for _ in range(3):
        await store.save(big)
    assert [line.id for line in await store.recent()] == [big.id]
    big.wire = Plain()
    await store.save(big)
    await store.save(made[0])
    assert len(await store.recent()) == 2


def test_the_weight_grows_with_what_is_held() -> None:
    """Spans, bodies and long texts count."""
    light, heavy = record(), Record("http", limits=Limits())
    heavy.add("x", "x", 0, 1, {"text": "x" * 10_000})
    heavy.wire = Plain(None, Response(body=Body(9, 7)))
    assert weigh(heavy) == weigh(light) + 1_024 + 10_000 + 7


async def test_the_same_id_replaces() -> None:
    """A record saved again is there once, as it is now."""
    store, made = MemoryStore(), record("/before")
    await store.save(made)
    await store.recent()
    made.wire = Plain(Request(path="/after"), None)
    await store.save(made)
    assert [line.path for line in await store.recent()] == ["/after"]


async def test_pages_and_order() -> None:
    """Newest first, whatever the order of saving; `before` gives the next page."""
    store = MemoryStore()
    made = [record(f"/{number}") for number in range(6)]
    for item in reversed(made):
        await store.save(item)
    first = await store.recent(limit=4)
    assert [line.path for line in first] == ["/5", "/4", "/3", "/2"]
    assert [line.path for line in await store.recent(4, first[-1].id)] == ["/1", "/0"]


async def test_summaries() -> None:
    """A line tells the record's own facts, and its spans counted by panel, folded ones included."""
    store, made = MemoryStore(), Record("http", limits=Limits(panel_spans=1))
    made.wire = Plain(
        Request("POST", path="/x", query_string="a=1", client="1.2.3.4"),
        Response(404, headers=[("Content-Type", "a/b")], size=3),
    )
    made.add("sql", "a", 0, 0.5)
    made.add("sql", "b", 0, 0.25)
    made.fail(KeyError("x"))
    made.close(2.0)
    await store.save(made)
    (line,) = await store.recent()
    assert (line.method, line.path, line.query, line.client, line.status, line.size) == (
        "POST",
        "/x",
        "a=1",
        "1.2.3.4",
        404,
        3,
    )
    assert (line.content_type, line.error, line.duration, line.open) == ("a/b", "KeyError", 2.0, False)
    assert line.counts == {"sql": {"count": 2, "seconds": 0.75}}
    job = Record("task")
    job.tags["name"] = "send"
    await store.save(job)
    (line, _) = await store.recent()
    assert (line.method, line.path, line.open) == ("TASK", "send", True)


async def test_clearing_keeps_the_application() -> None:
    """Cleared, it forgets all but the application's own record, which is in no list."""
    store = MemoryStore()
    app = Record("app")
    app.close()
    await store.save(app)
    await saved(store, 3)
    await store.clear()
    assert await store.recent() == []
    assert await store.load(app.id) is not None


async def test_subscribers_hear_of_saved_records() -> None:
    """Each subscriber gets the ids of what is saved, from whatever thread, until it is closed."""
    store = MemoryStore()
    first, second = store.subscribe(), store.subscribe()
    waiting = [asyncio.create_task(anext(first)), asyncio.create_task(anext(second))]
    await asyncio.sleep(0)
    made = record()
    await asyncio.to_thread(asyncio.run, store.save(made))
    assert await asyncio.gather(*waiting) == [made.id, made.id]
    await first.aclose()
    await store.save(record())
    await second.aclose()
    assert not store._subscribers


async def test_a_slow_reader_misses_some() -> None:
    """A subscriber that does not read is not waited for: it keeps 256 ids."""
    store = MemoryStore()
    live = store.subscribe()
    first = asyncio.create_task(anext(live))
    await asyncio.sleep(0)
    made = await saved(store, 400)
    await asyncio.sleep(0)
    got = [await first]
    while True:
        try:
            got.append(await asyncio.wait_for(anext(live), 0.05))
        except TimeoutError:
            break
    assert 250 <= len(got) <= 260
    assert got[0] == made[0].id


async def test_a_listener_whose_loop_is_gone_is_passed_over() -> None:
    """A subscriber of a loop that was closed does not stop others' records from being kept."""
    store = MemoryStore()

    def listen() -> Any:
        loop = asyncio.new_event_loop()
        live = store.subscribe()

        async def begin() -> None:
            task = asyncio.ensure_future(anext(live))
            await asyncio.sleep(0)
            task.cancel()
            held.append(next(iter(store._subscribers)))

        loop.run_until_complete(begin())
        loop.close()
        return live

    held: list[Any] = []
    await asyncio.to_thread(listen)
    store._subscribers.add(held[0])
    await store.save(record())
    assert len(await store.recent()) == 1


async def test_threads_write_while_others_read() -> None:
    """Saving from many threads while the list is read loses no bound and raises nothing."""
    store, faults = MemoryStore(most=50), list[BaseException]()

    def write() -> None:
        try:
            for _ in range(300):
                asyncio.run(store.save(record()))
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            faults.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        lines = await store.recent(10)
        assert [line.id for line in lines] == sorted((line.id for line in lines), reverse=True)
    assert faults == []
    assert len(await store.recent(100)) == 50
    assert store._weight == 50 * weigh(record())


async def test_a_line_counts_as_the_record_does_once_it_is_read() -> None:
    """Lines are made without spans; nested, unfinished, folded and odd ones count as after encoding."""
    store, made = MemoryStore(), Record("http", limits=Limits(panel_spans=4))
    outer = made.add("sql", "outer", 0.1)
    made.add("sql", "inner", 0.2, 0.4, parent=outer)
    band = made.add("sql", "BEGIN", 0.0, 0.9, {"band": True})
    made.add("sql", "COMMIT", 0.8, 0.9, {"aside": True}, parent=band)
    folded = made.add("sql", "folded", 0.0, 0.25)
    made.add("cache", "inside what was folded", 0.0, 0.125, parent=folded)
    made.add("odd", "odd", math.nan, math.inf)
    made.wire = Plain(Request(path="/x", query_string="token=abc", body=Body(3, 3, "text/plain", None, b"abc")))
    made.data["x"] = {"y": 1}
    made.fail(ValueError("password=hunter2"))
    made.close(1.0)
    await store.save(made)
    (line,) = await store.recent()
    read = await store.load(made.id)
    assert read is not None
    assert line == summarise(read)
    assert line.counts["sql"] == {"count": 3, "seconds": 0.9 + (0.9 - 0.8) + 0.25}
    assert "abc" not in line.query
    assert made.data == {"x": {"y": 1}}
    assert len(made.spans) == 6


async def test_each_save_has_another_revision() -> None:
    """It tells readers that what they keep is stale; of what is not there it is None."""
    store, made = MemoryStore(), record("/x")
    assert await store.revision(made.id) is None
    found = []
    for _ in range(2):
        await store.save(made)
        found.append(await store.revision(made.id))
        assert [line.revision for line in await store.recent()] == found[-1:]
    assert found[0] != found[1]
    app = Record("app")
    await store.save(app)
    assert await store.revision(app.id) == 0
    await store.clear()
    assert await store.revision(made.id) is None
