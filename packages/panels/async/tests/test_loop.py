"""What holds the event loop: blocking calls, with the right line, whoever makes them."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from debug_toolbar_async.seen import Seen, Stall
from debug_toolbar_core import Record
from debug_toolbar_core.source import Source

from .serving import LOOPS, RUNS, run, seen_in, serve, toolbar_of, watched
from .starving import unless_starved


def line_of(function: Callable[..., Any], mark: str) -> int:
    """Return the line of a function with a mark in it."""
    lines, first = inspect.getsourcelines(function)
    return first + next(number for number, line in enumerate(lines) if mark in line)


def culprits(stall: Stall) -> list[Source | None]:
    """Return where a stall came from."""
    return [held.source for held in stall.culprits]


def own(seen: Seen, record: Record) -> list[Stall]:
    """Return the stalls that a record made itself."""
    return [stall for stall in seen.stalls if stall.record == record.id]


def length(stall: Stall) -> float:
    """Return the seconds of a stall."""
    return stall.end - stall.begin


async def blocker() -> None:
    """Hold the loop."""
    time.sleep(0.06)  # noqa: ASYNC251 - the call to find


def backtracks() -> None:
    """Hold the loop, and the interpreter's lock, inside of C."""
    re.match(r"(a+)+$", "a" * 23 + "b")  # one call of C


@pytest.mark.parametrize(("loop", "factory"), RUNS)
@unless_starved
def test_blocking_calls_are_found_with_their_line(loop: Callable[[], asyncio.AbstractEventLoop], factory: Any) -> None:
    """Two calls of 60 ms, in the handler and in a child, are both found at the line that made them."""

    async def application() -> None:
        await asyncio.sleep(0.001)
        time.sleep(0.06)  # noqa: ASYNC251 - in the handler
        await asyncio.sleep(0.001)
        await asyncio.create_task(blocker())

    async def served() -> tuple[Record, Seen]:
        record = await serve(toolbar_of(), application())
        return record, seen_in(record)

    record, seen = run(served, loop, factory)
    found = own(seen, record)
    assert [culprits(stall) for stall in found] == [
        [Source(__file__, line_of(application, "in the handler"), application.__qualname__)],
        [Source(__file__, line_of(blocker, "call to find"), "blocker")],
    ]
    assert all(length(stall) >= 0.06 for stall in found)
    assert [span.name for span in record.spans if span.attributes.get("blocking")] == ["blocked the loop"] * 2


@unless_starved
async def test_a_call_is_found_whenever_it_begins() -> None:
    """Calls of fifty milliseconds, each a bit later after a heartbeat than the one before, are all found."""
    pauses = [0.001 + 0.0017 * number for number in range(12)]

    async def application() -> None:
        for pause in pauses:
            await asyncio.sleep(pause)
            time.sleep(0.05)  # noqa: ASYNC251 - whenever it begins

    seen = await watched(application())
    line = line_of(application, "whenever it begins")
    found = [source.line for stall in seen.stalls for source in culprits(stall)[:1] if source is not None]
    assert found == [line] * len(pauses)


@unless_starved
async def test_two_calls_in_one_slice_are_told_apart() -> None:
    """Where a slice makes two blocking calls one after the other, both lines are named, with their share."""

    async def application() -> None:
        time.sleep(0.06)  # noqa: ASYNC251 - the first
        time.sleep(0.09)  # noqa: ASYNC251 - the second

    (stall,) = (await watched(application())).stalls
    lines = {held.source.line: held.seconds for held in stall.culprits if held.source is not None}
    first, second = line_of(application, "the first"), line_of(application, "the second")
    assert lines == {first: pytest.approx(0.06, abs=0.03), second: pytest.approx(0.09, abs=0.03)}


async def test_a_c_extension_that_keeps_the_lock_is_found() -> None:
    """While C keeps the interpreter's lock nobody can look; the first look afterwards still finds the line."""

    async def application() -> None:
        backtracks()

    stall = max((await watched(application())).stalls, key=length)
    assert culprits(stall)[0] == Source(__file__, line_of(backtracks, "one call of C"), "backtracks")


@unless_starved
async def test_computing_is_found_by_its_function() -> None:
    """A function that computes for long is named, wherever in it the looks happened to be."""

    def compute() -> None:
        until = time.perf_counter() + 0.2
        while time.perf_counter() < until:
            sum(range(100))

    async def application() -> None:
        compute()

    (stall,) = (await watched(application())).stalls
    assert {source.function for source in culprits(stall) if source} == {compute.__qualname__}


@pytest.mark.parametrize("loop", LOOPS)
@unless_starved
def test_a_request_that_suffers_is_told_who_blocked(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """A watched request sees who held the loop meanwhile: another watched one, or one that nobody asked about."""

    async def served() -> None:
        toolbar = toolbar_of(always=False)
        patient = asyncio.create_task(serve(toolbar, asyncio.sleep(0.3), ("async",)))
        await asyncio.sleep(0.02)
        watched = await asyncio.create_task(serve(toolbar, blocker(), ("async",)))
        await asyncio.sleep(0.02)
        unwatched = await asyncio.create_task(serve(toolbar, blocker()))
        record = await patient
        seen = seen_in(record)
        assert [stall.record for stall in seen.stalls] == [watched.id, unwatched.id]
        assert [culprits(stall)[0] for stall in seen.stalls] == [
            Source(__file__, line_of(blocker, "call to find"), "blocker")
        ] * 2
        assert [stall.label for stall in seen.stalls] == ["GET /"] * 2
        assert [notice.label for _, notice in toolbar.notices(record)] == ["blocked loop"]
        assert [notice.label for _, notice in toolbar.notices(unwatched)] == ["blocking call"]
        assert unwatched.data == {}

    run(served, loop)


async def test_a_callback_that_blocks_is_nobodys() -> None:
    """What runs outside of any task makes the loop late, and is no request's."""

    async def application() -> None:
        asyncio.get_running_loop().call_soon(time.sleep, 0.06)
        await asyncio.sleep(0.03)

    seen = await watched(application())
    assert max(lag for _, lag in seen.lags) >= 0.03


@unless_starved
async def test_lag_is_kept_over_time() -> None:
    """The heartbeat tells how late the loop was, and when."""

    async def application() -> None:
        await asyncio.sleep(0.1)
        await blocker()
        await asyncio.sleep(0.1)

    seen = await watched(application())
    at, worst = max(seen.lags, key=lambda pair: pair[1])
    assert worst >= 0.03
    assert 0.1 <= at <= 0.25
    assert min(lag for _, lag in seen.lags) < 0.02


@unless_starved
async def test_short_slices_are_no_stalls() -> None:
    """A loop that is merely busy, by many short slices, is not said to be blocked."""

    async def short() -> None:
        until = time.perf_counter() + 0.01
        while time.perf_counter() < until:
            pass

    async def application() -> None:
        await asyncio.gather(*(short() for _ in range(40)))

    seen = await watched(application(), blocking=0.3)
    assert seen.stalls == ()


async def test_a_request_that_ends_while_others_block_hangs_nowhere() -> None:
    """Records that are closed amid stalls of others come out whole."""
    toolbar = toolbar_of(blocking=0.01)

    async def application(number: int) -> None:
        await asyncio.sleep(0.001 * number)
        time.sleep(0.012)  # noqa: ASYNC251 - the subject
        if number % 5 == 0:
            raise ValueError(number)

    async def served(number: int) -> Record | None:
        with contextlib.suppress(ValueError):
            return await serve(toolbar, application(number))
        return None

    records = [record for record in await asyncio.gather(*map(served, range(20))) if record is not None]
    for record in records:
        assert max(map(length, own(seen_in(record), record))) >= 0.012
