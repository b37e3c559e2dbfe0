"""The timer panel: real coroutines on a real event loop, and what is shown of them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Generator
from time import perf_counter
from types import ModuleType, coroutine
from typing import Any

import pytest

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Facts, Notice, Table
from debug_toolbar_core.exchange import Plain, Request, Response
from debug_toolbar_timer import TimerPanel
from debug_toolbar_timer.clock import tells_system, timed
from debug_toolbar_timer.timing import Timing

PLATFORMS = [False, True] if tells_system() else [False]
"""Whether the kernel tells a thread's system time; the plain way is tested everywhere."""


def toolbar_of(**options: Any) -> Toolbar:
    """Return a toolbar with this panel alone, which raises what the panel does wrong."""
    return Toolbar(Config(panels=[TimerPanel(**options)], strict=True))


async def serve(toolbar: Toolbar, work: Awaitable[Any], response: Response | None = None) -> Record:
    """Do what an adapter does: open, drive the application, close, keep, and read back."""
    capture = toolbar.open("http", Plain(Request(), response))
    for driver in capture.record.drivers:
        work = driver(work)
    await work
    toolbar.keep(capture.close())
    return await toolbar.load(capture.record.id)


async def burn(cpu: float, pieces: int = 5) -> None:
    """Use CPU on the event loop's thread, giving way between the pieces."""
    for _ in range(pieces):
        until = time.thread_time() + cpu / pieces
        while time.thread_time() < until:
            pass
        await asyncio.sleep(0)


def facts(blocks: list[Block]) -> dict[str, Any]:
    """Return every fact shown, by its label."""
    return {item.label: item.value for block in blocks if isinstance(block, Facts) for item in block.items}


async def shown(toolbar: Toolbar, record: Record) -> list[Block]:
    """Return what the panel shows, its badge included."""
    return list(toolbar.panel("timer").view(record))


async def test_cpu_of_one_request_is_not_told_of_another_that_runs_in_between() -> None:
    """Of two requests that interleave, each is told the CPU it burned itself."""
    toolbar = toolbar_of()
    busy, idle = await asyncio.gather(serve(toolbar, burn(0.06, 12)), serve(toolbar, asyncio.sleep(0.08)))
    assert busy.data["timer"]["cpu"] == pytest.approx(0.06, abs=0.03)
    assert busy.data["timer"]["slices"] == 13
    assert idle.data["timer"]["cpu"] < 0.01
    assert idle.data["timer"]["slices"] == 2
    assert idle.duration is not None
    assert idle.duration > 0.06


async def test_running_waiting_and_blocking_are_told_apart() -> None:
    """A sleep on the loop is running without CPU; an awaited one is waiting."""

    async def work() -> None:
        time.sleep(0.05)  # noqa: ASYNC251 - what blocks the loop is the subject
        await asyncio.sleep(0.03)

    timing = Timing.of(await serve(toolbar_of(), work()))
    assert timing.running is not None
    assert timing.running >= 0.05
    assert timing.blocked is not None
    assert timing.blocked > 0.03
    assert timing.waiting is not None
    assert timing.waiting > 0.02
    assert timing.longest is not None
    assert 0.05 <= timing.longest <= timing.running
    assert timing.suspensions == 1


async def test_results_exceptions_and_cancellation_pass_through() -> None:
    """What is timed returns, raises and is cancelled as if it were not, and is measured all the same."""
    toolbar = toolbar_of()

    async def broken() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await serve(toolbar, broken())
    task = asyncio.create_task(serve(toolbar, asyncio.sleep(10)))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@coroutine
def give_way() -> Generator[None]:
    """Suspend once, under whatever drives."""
    yield


def spin(seconds: float) -> None:
    """Use CPU."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def step(steps: Generator[Any, Any, Any]) -> bool:
    """Run one slice; tell whether there are more."""
    return next(steps, ENDED) is not ENDED


ENDED = object()


@pytest.mark.parametrize("system", PLATFORMS)
def test_each_slice_is_measured(system: bool) -> None:
    """CPU and length of the slices are counted, on either kind of platform."""

    async def work() -> None:
        spin(0.02)
        await give_way()

    data: dict[str, Any] = {}
    steps = timed(data, system, work())
    while step(steps):
        pass
    result = data["timer"]
    assert result["slices"] == 2
    assert result["cpu"] == pytest.approx(0.02, abs=0.01)
    assert result["running"] >= result["longest"] >= 0.015
    assert (result["user"] is None) == (result["system"] is None) == (not system)


@pytest.mark.parametrize("system", PLATFORMS)
def test_many_short_slices_add_up(system: bool) -> None:
    """Slices far shorter than the kernel's tick are measured, not guessed; what runs between is not."""

    async def work() -> None:
        for _ in range(199):
            spin(50e-6)
            await give_way()

    data: dict[str, Any] = {}
    steps, others = timed(data, system, work()), 0.0
    while step(steps):
        before = time.thread_time()
        spin(50e-6)
        others += time.thread_time() - before
    assert data["timer"]["slices"] == 200
    assert data["timer"]["cpu"] == pytest.approx(0.010, abs=0.005)
    assert others >= 0.009


async def test_time_in_the_kernel_is_told_apart() -> None:
    """Calls into the system are system time, where the platform tells."""

    async def work() -> None:
        until = time.thread_time() + 0.1
        with open("/dev/zero", "rb", buffering=0) as zeros:  # noqa: ASYNC230 - blocking is the subject
            while time.thread_time() < until:
                zeros.read(1_000_000)

    data = (await serve(toolbar_of(), work())).data["timer"]
    if tells_system():
        assert data["system"] > 0.02
        assert data["user"] + data["system"] == pytest.approx(data["cpu"], abs=0.01)
    else:
        assert data["system"] is None


@pytest.mark.parametrize("system", PLATFORMS)
def test_slices_may_run_in_different_threads(system: bool) -> None:
    """A coroutine that is driven from thread after thread is measured in each of them."""

    async def work() -> None:
        for _ in range(2):
            await give_way()

    data: dict[str, Any] = {}
    steps = timed(data, system, work())
    for _ in range(3):
        thread = threading.Thread(target=step, args=[steps])
        thread.start()
        thread.join()
    assert data["timer"]["slices"] == 3
    assert 0 <= data["timer"]["cpu"] < 0.01


def test_a_platform_without_thread_usage_has_no_system_time() -> None:
    """Where `resource` is missing or knows no threads, the thread's own clock has to do."""
    assert not tells_system(None)
    assert not tells_system(ModuleType("resource"))


async def test_another_event_loop_may_drive_it() -> None:
    """The coroutine may be stepped by hand, as trio or any other loop does."""

    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    data: dict[str, Any] = {}
    steps = timed(data, tells_system(), work())
    assert next(steps) is None
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert stop.value.value == 7
    assert data["timer"]["slices"] == 2


async def test_errors_pass_both_ways() -> None:
    """What the application raises comes out, what is thrown in reaches it; either way the times are kept."""

    async def work() -> str:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            raise ValueError("on purpose") from None
        return "not reached"

    data: dict[str, Any] = {}
    task = asyncio.ensure_future(driven(data, work()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(ValueError, match="on purpose"):
        await task
    assert data["timer"]["slices"] == 2


async def driven(data: dict[str, Any], work: Awaitable[Any]) -> Any:
    """Await it timed, as the ASGI layer does."""
    return await timed(data, tells_system(), work)


async def test_a_generator_that_is_closed_closes_the_coroutine() -> None:
    """An event loop that is torn down leaves no coroutine hanging, and what was measured is kept."""
    left = []

    async def work() -> None:
        try:
            await give_way()
        finally:
            left.append("closed")

    data: dict[str, Any] = {}
    steps = timed(data, tells_system(), work())
    assert step(steps)
    steps.close()
    assert left == ["closed"]
    assert data["timer"]["slices"] == 1


async def test_any_awaitable_is_timed() -> None:
    """A future has no `send`: it is awaited in a coroutine of ours."""
    data: dict[str, Any] = {}
    future = asyncio.get_running_loop().create_future()
    future.set_result(3)
    assert await driven(data, future) == 3
    assert data["timer"]["slices"] == 1


async def test_the_panel_keeps_nothing_of_a_request() -> None:
    """Two overlapping requests leave nothing on the panel."""
    panel = TimerPanel()
    before = dict(vars(panel))
    toolbar = Toolbar(Config(panels=[panel], strict=True))
    await asyncio.gather(serve(toolbar, asyncio.sleep(0.01)), serve(toolbar, burn(0.001)))
    assert vars(panel) == before


async def test_phases_split_at_the_first_and_last_byte() -> None:
    """The time before the response, of its body and after it add up to the whole."""
    response = Response(200, started=0.004, ended=0.009, complete=True)
    toolbar = toolbar_of()
    record = await serve(toolbar, asyncio.sleep(0.02), response)
    blocks = await shown(toolbar, record)
    table = next(block for block in blocks if isinstance(block, Table))
    names, starts, times, shares = zip(*(row.cells for row in table.rows), strict=True)
    assert names == ("Before the response started", "Sending the body", "After the last byte (background)")
    assert starts == (0.0, 0.004, 0.009)
    assert sum(times) == pytest.approx(record.duration)
    assert sum(shares) == pytest.approx(1)
    assert facts(blocks)["to the first byte"] == 0.004


async def test_a_response_that_was_cut_has_no_time_after_it() -> None:
    """A response that never ended was being sent until the request's end."""
    response = Response(200, started=0.004, ended=0.005, complete=False)
    record = await serve(toolbar_of(), asyncio.sleep(0.01), response)
    assert [phase[0] for phase in Timing.of(record).phases()] == ["Before the response started", "Sending the body"]


async def test_a_busy_loop_is_a_warning() -> None:
    """CPU on the loop past the option is a notice that says what to do; below it is none."""
    toolbar = toolbar_of(slow_cpu=0.01)
    record = await serve(toolbar, burn(0.02, 1))
    notices = [block for block in await shown(toolbar, record) if isinstance(block, Notice)]
    assert [(notice.level, notice.label) for notice in notices] == [("warning", "busy loop")]
    assert "at a stretch" in notices[0].text
    assert "to_thread" in str(notices[0].hint)
    patient = TimerPanel(slow_cpu=10)
    assert not [block for block in patient.view(record) if isinstance(block, Notice)]


async def test_the_badge_is_the_total() -> None:
    """The badge says how long the request took."""
    toolbar = toolbar_of()
    record = await serve(toolbar, asyncio.sleep(0))
    record.duration = 0.0841
    assert Badge("84.1 ms") in await shown(toolbar, record)


async def test_a_record_that_was_not_driven_shows_its_total_alone() -> None:
    """Without an adapter that drives the application there is no CPU, and nothing is made up."""
    toolbar = toolbar_of()
    with toolbar.capture("http") as captured:
        pass
    record = await toolbar.load(captured.id)
    assert "timer" not in record.data
    assert list(facts(toolbar.blocks(record, "timer"))) == ["total"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "<b>",
        {"cpu": "<script>", "slices": None},
        {"cpu": float("nan"), "running": -1, "longest": True, "slices": 0},
        {"cpu": 5.0},
    ],
)
def test_data_of_another_version_is_passed_over(data: object) -> None:
    """Values that are no times are not shown, whatever a record holds."""
    record = Record("http")
    record.data["timer"] = data
    shown = facts(list(TimerPanel().view(record)))
    assert all(isinstance(value, float) for value in shown.values())


def test_an_open_record_shows_what_is_known() -> None:
    """While the request goes on there is no badge and no phase, only the first byte's time."""
    record = Record("http", wire=Plain(Request(), Response(200, started=0.5)))
    assert facts(list(TimerPanel().view(record))) == {"to the first byte": 0.5}


@pytest.mark.parametrize("total", [0.0, 0.001])
def test_a_response_after_the_end_is_held_within_it(total: float) -> None:
    """Phases never run past the whole, and an instant request divides nothing by zero."""
    timing = Timing(total=total, first_byte=5.0, last_byte=2.0)
    assert [phase[2] for phase in timing.phases()] == [total, 0.0, 0.0]


async def test_it_costs_a_few_microseconds() -> None:
    """Measuring a request costs a fraction of what anybody would notice."""
    panel, record = TimerPanel(), Record("http")

    async def one() -> None:
        record.drivers = ()
        panel.collect(record)
        await record.drivers[0](asyncio.sleep(0))

    best = float("inf")
    for _ in range(20):
        began = perf_counter()
        for _ in range(100):
            await one()
        best = min(best, (perf_counter() - began) / 100)
    # 3 µs on a quiet machine, a sleep(0) included here; the bound leaves room for a busy one and for tracing.
    assert best < 100e-6
