"""Bounds: many requests at once do not mix, many in a row leave nothing, large bodies pass unread."""

from __future__ import annotations

import asyncio
import gc
import random
import time
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest

from debug_toolbar_core import current, note, span
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_tests.server import Message, Receive, Scope, Send, answer, around, http, only, play, records

PAGE = answer(b"hello" * 100, headers=[(b"content-type", b"text/plain"), (b"content-length", b"500")])


async def test_a_thousand_in_flight_keep_their_own() -> None:
    """Of 1,000 interleaved requests, with threads, task groups and executors, each record has its own spans."""
    pool = ThreadPoolExecutor(8)
    chance = random.Random(7)

    async def pause() -> None:
        await asyncio.sleep(chance.random() / 100)

    async def part(tag: str) -> None:
        await pause()
        with span(f"{tag} part"):
            await pause()
            note(tag, f"{tag} note")

    def threaded(tag: str) -> None:
        with span(f"{tag} thread"):
            time.sleep(0.0001)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        tag = scope["path"]
        with span(f"{tag} outer"):
            async with asyncio.TaskGroup() as group:
                group.create_task(part(tag))
                group.create_task(part(tag))
                group.create_task(asyncio.to_thread(threaded, tag))
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(pool, copy_context().run, threaded, tag)
            await loop.run_in_executor(pool, threaded, tag)  # a bare executor has no context, so no record
        await PAGE(scope, receive, send)

    debug = around(app, store=MemoryStore(most=2_000))
    await asyncio.gather(*(play(debug, http(f"/{number}")) for number in range(1_000)))
    pool.shutdown()
    found = await records(debug)
    assert len(found) == 1_000
    for record in found:
        assert record.request is not None
        tag = record.request.path
        names = sorted(made.name for made in record.spans)
        assert names == sorted([f"{tag} outer", *[f"{tag} part", f"{tag} note", f"{tag} thread"] * 2])
        assert {made.parent.name for made in record.spans if made.parent and made.name.endswith("note")} == {
            f"{tag} part"
        }
    assert current() is None


async def test_many_requests_leave_nothing_behind() -> None:
    """After warm-up, 5,000 requests more do not grow the memory: the store keeps its number and no more."""
    debug = around(PAGE, store=MemoryStore(most=50))

    async def serve(count: int) -> None:
        for number in range(count):
            await play(debug, http(f"/{number % 7}"))

    await serve(300)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    await serve(5_000)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert debug.toolbar is not None
    assert len(await records(debug)) == 50
    assert not debug.toolbar.working
    assert grown < 512 * 1_024


async def test_nothing_holds_a_record_that_the_store_forgot() -> None:
    """A record is gone once the store forgot it; its context holds an empty slot."""
    seen: list[weakref.ref[Any]] = []

    class Pairs(list[Any]):
        """Headers that a weak reference can follow."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(weakref.ref(headers := Pairs([(b"a", b"b")])))
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    debug = around(app, store=MemoryStore(most=1))
    for _ in range(3):
        served = await play(debug, http())
        del served
    gc.collect()
    assert [reference() is None for reference in seen[:-1]] == [True, True]


async def test_a_large_upload_passes_unread() -> None:
    """A 100 MB upload reaches the application piece by piece; ours is 64 KiB and a count."""
    piece, pieces = b"x" * 1_048_576, 100
    events: list[Message] = [{"type": "http.request", "body": piece, "more_body": True}] * pieces

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        size = 0
        while (message := await receive())["type"] == "http.request":
            size += len(message["body"])
            assert message["body"] is piece
        await answer(b"%d" % size)(scope, receive, send)

    debug = around(app)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    served = await play(debug, http(method="POST"), events)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert served.body == b"%d" % (100 * 1_048_576)
    assert peak < 2 * 1_024 * 1_024
    record = await only(debug)
    assert record.request is not None
    assert record.request.body is not None
    assert (record.request.body.size, record.request.body.seen) == (100 * 1_048_576, 65_536)


@pytest.mark.parametrize("shift", [-86_400.0, 86_400.0])
async def test_a_clock_that_jumps(monkeypatch: pytest.MonkeyPatch, shift: float) -> None:
    """When the wall clock jumps in mid-request or between, no time is negative and the order stays."""
    real = time.time
    jump = 0.0
    monkeypatch.setattr(time, "time", lambda: real() + jump)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal jump
        with span("before"):
            jump = shift if scope["path"] == "/1" else jump
        await PAGE(scope, receive, send)

    debug = around(app)
    for number in range(3):
        await play(debug, http(f"/{number}"))
    found = await records(debug)
    assert [record.request.path for record in found if record.request] == ["/0", "/1", "/2"]
    for record in found:
        assert record.duration is not None
        assert 0 <= record.duration < 5
        assert record.response is not None
        assert 0 <= (record.response.started or -1) <= (record.response.ended or -1) <= record.duration
        assert all(0 <= made.start <= (made.end or -1) for made in record.spans)


async def test_a_frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of one frozen instant are all kept, in the order they came."""
    monkeypatch.setattr(time, "time", lambda: 1_795_400_000.0)
    debug = around(PAGE)
    for number in range(20):
        await play(debug, http(f"/{number}"))
    assert [record.request.path for record in await records(debug) if record.request] == [f"/{n}" for n in range(20)]


async def test_our_own_cost() -> None:
    """A request costs the toolbar itself well under a millisecond, with no panel."""
    debug = around(PAGE)
    times: list[float] = []
    for _ in range(500):
        before = time.perf_counter()
        await play(debug, http())
        times.append(time.perf_counter() - before)
    assert sorted(times)[250] < 0.001
