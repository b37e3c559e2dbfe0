"""Nothing stays on whatever happens, and tools of others are left alone; `nothing_stays_on` looks after each test."""

from __future__ import annotations

import asyncio
import sys
import threading
import tracemalloc
from typing import Any

import httpx
import pytest

from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_memory.engine import Result

MB = 1_000_000


async def test_a_request_that_raises(shop: Any) -> None:
    """Everything is off after an exception, which is measured too."""

    @shop.path
    async def broken() -> None:
        shop.kept.append(bytearray(3 * MB))
        raise LookupError

    record = await shop.get("/broken")
    assert record.data["memory"]["kept"] == pytest.approx(3 * MB, rel=0.05)
    assert ["raised", ""] in record.data["memory"]["remarks"]


async def test_a_request_that_is_cancelled(shop: Any) -> None:
    """Everything is off after a cancellation, and what was allocated up to then is known."""
    began = asyncio.Event()

    @shop.path
    async def waiting() -> None:
        shop.kept.append(bytearray(3 * MB))
        began.set()
        await asyncio.sleep(30)

    task = asyncio.create_task(shop.get("/waiting"))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (line, *_), _ = await shop.toolbar.toolbar.recent(1)
    record = await shop.toolbar.toolbar.load(line["id"])
    assert record.data["memory"]["kept"] == pytest.approx(3 * MB, rel=0.05)


async def test_a_request_cancelled_before_it_began(shop: Any) -> None:
    """A request that is cancelled while the tool begins leaves it off."""

    @shop.path
    async def never() -> None:
        raise AssertionError

    task = asyncio.create_task(shop.get("/never"))
    for _ in range(20):  # it is in the thread that begins, or about to be
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.2)


async def test_a_request_cancelled_while_it_is_looked_at(tracked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that is cancelled while memray's file is read does not hold the loop up for it; the panel says so."""
    reading, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> Result:
        reading.set()
        go_on.wait(60)
        return Result()

    monkeypatch.setattr("debug_toolbar_memory.tracker.result_of", slow)
    monkeypatch.setattr("debug_toolbar_memory.measure._ON_LOOP", 0.05)

    @tracked.path
    async def page() -> None:
        tracked.kept.append(bytearray(MB))

    task = asyncio.create_task(tracked.get("/page"))
    assert await asyncio.to_thread(reading.wait, 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    (line, *_), _ = await tracked.toolbar.toolbar.recent(1)
    found = (await tracked.toolbar.toolbar.load(line["id"])).data["memory"]
    assert ["late", ""] in found["remarks"]
    assert found["kept"] is None


async def test_a_client_that_goes_away(shop: Any) -> None:
    """Everything is off when the answer cannot be sent."""

    @shop.path
    async def gone() -> None:
        raise ConnectionResetError

    assert (await shop.get("/gone")).data["memory"]["kept"] is not None


async def test_an_application_that_traces_itself(traced: Any, own_tracing: None) -> None:
    """The application's tracing is read, and goes on untouched; the panel says so."""

    @traced.path
    async def mine() -> None:
        traced.kept.append(bytearray(3 * MB))
        await asyncio.sleep(0)

    found = await traced.memory("/mine")
    assert ["own tracemalloc", ""] in found["remarks"]
    assert found["peak"] == pytest.approx(3 * MB, rel=0.05)
    assert tracemalloc.is_tracing()
    assert tracemalloc.get_traceback_limit() == 5
    tracemalloc.stop()


async def test_an_application_that_begins_to_trace(traced: Any) -> None:
    """Tracing that the application starts inside a measured request is not stopped with ours."""

    @traced.path
    async def begins() -> None:
        tracemalloc.start()

    await traced.memory("/begins")
    assert tracemalloc.is_tracing()
    tracemalloc.stop()


async def test_an_application_that_stops_tracing(traced: Any) -> None:
    """An application that stops tracemalloc inside a measured request gets that; the panel says what is missing."""

    @traced.path
    async def stops() -> None:
        tracemalloc.stop()
        assert not tracemalloc.is_tracing()

    assert ["sites: stopped", ""] in (await traced.memory("/stops"))["remarks"]


async def test_memray_of_the_application(shop: Any, tmp_path: Any) -> None:
    """Where memray tracks the application already, nothing is started beside it."""
    import memray

    @shop.path
    async def mine() -> None:
        shop.kept.append(bytearray(MB))

    with memray.Tracker(tmp_path / "own.bin"):
        found = await shop.memory("/mine")
    assert found["engine"] == "none"
    assert ["memray of the application", ""] in found["remarks"]


async def test_memray_not_beside_a_profiler(tracked: Any) -> None:
    """Where a profiler is at work memray is not started, and the panel says which."""

    def profile(*_: object) -> None:
        """Stand for a profiler of the application."""

    @tracked.path
    async def profiled() -> None:
        tracked.kept.append(bytearray(MB))

    sys.setprofile(profile)
    try:
        found = await tracked.memory("/profiled")
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)
    assert found["engine"] == "none"
    assert found["remarks"][0][0] == "profiler"


async def test_pyinstrument_started_while_memray_tracks(tracked: Any) -> None:
    """A profiler that the application starts inside breaks nothing: the request is answered, and the panel says so."""
    import pyinstrument

    profiler = pyinstrument.Profiler(async_mode="disabled")

    @tracked.path
    async def profiled() -> None:
        profiler.start()
        await asyncio.sleep(0)

    found = await tracked.memory("/profiled")
    if profiler.is_running:
        profiler.stop()
    assert found["engine"] == "memray"
    assert [code for code, _ in found["remarks"]][:1] == ["profiler inside"]


async def test_a_tool_of_ours_at_work(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another of our tools is exclusive, the panel says which after waiting a moment, and for whom it works."""
    monkeypatch.setattr("debug_toolbar_memory.measure._PATIENCE", 0.05)

    @shop.path
    async def late() -> None:
        shop.kept.append(bytearray(MB))

    with EXCLUSIVE.held("yappi", "660e", {"profile", "allocators"}):
        found = await shop.memory("/late")
    assert found["engine"] == "none"
    assert found["remarks"][0] == ["busy", "yappi of 660e"]


async def test_requests_take_turns(tracked: Any) -> None:
    """Of requests that ask for memray at once each has its turn, while that is soon enough."""

    @tracked.path
    async def turn() -> None:
        tracked.kept.append(bytearray(2 * MB))
        await asyncio.sleep(0.01)

    tracked.paths["/second"] = tracked.paths["/turn"]
    found = await asyncio.gather(tracked.memory("/turn"), tracked.memory("/second"))
    assert [each["kept"] for each in found] == [pytest.approx(2 * MB, rel=0.05)] * 2


async def test_memray_says_nothing_on_stderr(tracked: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """memray's banner about greenlet does not reach the application's stderr."""
    import greenlet

    assert greenlet.getcurrent() is not None

    @tracked.path
    async def silent() -> None:
        tracked.kept.append(1)

    await tracked.memory("/silent")
    assert "Memray" not in capfd.readouterr().err


async def test_off_is_off(shop: Any) -> None:
    """A request that nobody asked to be measured has nothing of it, and changes nothing."""

    @shop.path
    async def plain() -> None:
        assert not tracemalloc.is_tracing()
        assert "create_task" not in vars(asyncio.get_running_loop())

    assert "memory" not in (await shop.get("/plain", asked=False)).data


async def test_eager_tasks_and_an_own_factory_stay(traced: Any) -> None:
    """A loop's task factory, an eager one too, is not touched, and its tasks are followed."""
    loop = asyncio.get_running_loop()

    def factory(loop: Any, coro: Any, **options: Any) -> Any:
        return asyncio.Task(coro, loop=loop, **options)

    async def child() -> None:
        traced.kept.append(bytearray(4 * MB))

    @traced.path
    async def eager() -> None:
        await asyncio.create_task(child())

    factories = [factory, getattr(asyncio, "eager_task_factory", factory)]
    try:
        for chosen in factories:
            loop.set_task_factory(chosen)
            assert (await traced.memory("/eager"))["kept"] == pytest.approx(4 * MB, rel=0.05)
            assert loop.get_task_factory() is chosen
    finally:
        loop.set_task_factory(None)


async def test_client_errors_are_the_clients(traced: Any) -> None:
    """An unknown path raises what it raised without the panel."""
    transport = httpx.ASGITransport(traced.toolbar)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        with pytest.raises(KeyError):
            await client.get("/nowhere", headers={"X-Debug-Toolbar-Run": "memory"})


async def test_recursion_to_the_limit(shop: Any, only_asked: None) -> None:
    """A handler that recurses until Python stops it gets its RecursionError, and is measured."""
    # A collection that comes due in the last frame of all has no room for its callback: Python says so on stderr.

    def deeper(number: int) -> int:
        return deeper(number + 1) + 1

    @shop.path
    async def recursive() -> None:
        with pytest.raises(RecursionError):
            deeper(0)
        shop.kept.append(bytearray(3 * MB))

    found = await shop.memory("/recursive")
    assert found["kept"] == pytest.approx(3 * MB, rel=0.05)


async def test_work_that_is_started_at_the_limit(shop: Any, only_asked: None) -> None:
    """Tasks and threads that are started where the stack is all but full are the application's to fail with."""
    tasks: list[asyncio.Task[None]] = []

    async def child() -> None:
        """Do nothing."""

    def deeper(left: int) -> None:
        coroutine = child()
        try:
            if left < 100:
                tasks.append(asyncio.create_task(coroutine))
            else:
                coroutine.close()
            deeper(left - 1)
        except RecursionError:
            coroutine.close()
            raise

    @shop.path
    async def recursive() -> None:
        with pytest.raises(RecursionError):
            deeper(sys.getrecursionlimit() - 50)
        await asyncio.gather(*tasks, return_exceptions=True)
        shop.kept.append(bytearray(3 * MB))

    found = await shop.memory("/recursive")
    assert found["kept"] == pytest.approx(3 * MB, rel=0.05)


async def test_an_event_loop_in_a_thread(shop: Any) -> None:
    """What a loop of its own in a thread of the request allocates is the request's."""

    async def inner() -> None:
        await asyncio.create_task(keep())

    async def keep() -> None:
        await asyncio.sleep(0)
        shop.kept.append(bytearray(3 * MB))

    @shop.path
    async def nested() -> None:
        await asyncio.to_thread(lambda: asyncio.run(inner()))

    assert (await shop.memory("/nested"))["kept"] == pytest.approx(3 * MB, rel=0.05)
