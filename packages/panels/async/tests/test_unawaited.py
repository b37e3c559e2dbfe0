"""Coroutines that a request makes and never awaits."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from debug_toolbar_async import AsyncPanel
from debug_toolbar_core.blocks import Notice

from .serving import LOOPS, run, seen_in, serve, toolbar_of, watched
from .test_installed import nothing_left
from .test_loop import line_of


async def forgotten() -> None:
    """Never run."""


async def forgets() -> None:
    """Forget to await."""
    forgotten()  # type: ignore[unused-coroutine]  # the one to find
    await asyncio.sleep(0)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.filterwarnings("ignore:coroutine")
def test_coroutines_that_nobody_awaits_are_found(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """Each is told with its function, the line that dropped it, how often, and by which task."""

    async def application() -> None:
        for _ in range(3):
            forgotten()  # type: ignore[unused-coroutine]  # in the handler
        forgotten().close()
        await asyncio.create_task(forgets())

    async def served() -> Any:
        with nothing_left():
            return await serve(toolbar_of(), application())

    record = run(served, loop)
    first, second = seen_in(record).dropped
    assert (first.name, first.times, first.task) == ("forgotten", 3, 0)
    assert (second.name, second.times, second.task) == ("forgotten", 1, 1)
    assert first.source is not None
    assert first.source.line == forgotten.__code__.co_firstlineno
    assert first.place is not None
    assert first.place.line == line_of(application, "in the handler")
    assert second.place is not None
    assert (second.place.file, second.place.line) == (__file__, line_of(forgets, "the one to find"))
    notices = [block for block in AsyncPanel().view(record) if isinstance(block, Notice)]
    assert [(notice.label, notice.source) for notice in notices] == [
        ("never awaited", first.place), ("never awaited", second.place)
    ]  # fmt: skip


async def test_each_request_has_its_own() -> None:
    """Requests side by side are told of what each dropped, also in threads; one that did not ask, of nothing."""
    toolbar = toolbar_of(always=False)

    def drops() -> None:
        forgotten()  # type: ignore[unused-coroutine]  # the subject

    async def application(times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(0)
            drops()
            await asyncio.to_thread(drops)

    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        *asked, other = await asyncio.gather(
            *(serve(toolbar, application(times), ("async",)) for times in range(4)), serve(toolbar, application(5))
        )
    for times, record in enumerate(asked):
        dropped = seen_in(record).dropped
        assert sum(found.times for found in dropped) == 2 * times
        assert {found.place.function for found in dropped if found.place} <= {drops.__qualname__}
    assert other.data == {}


async def test_what_the_collector_drops_is_nobodys() -> None:
    """A coroutine in a cycle dies wherever the collector happens to run: it is told to no request."""

    async def makes() -> None:
        cycle: list[Any] = [forgotten()]
        cycle.append(cycle)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        await makes()

        async def application() -> None:
            gc.collect()

        assert (await watched(application())).dropped == ()
    assert len(told) == 1


async def test_the_warning_is_as_ever() -> None:
    """It names the application's own line, so that its filters still match."""

    async def application() -> None:
        forgotten()  # type: ignore[unused-coroutine]  # the line to name

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        await watched(application())
        await application()
    assert [(one.category, one.filename, one.lineno) for one in told] == [
        (RuntimeWarning, __file__, line_of(application, "line to name"))
    ] * 2
    assert str(told[0].message) == str(told[1].message) == "coroutine 'forgotten' was never awaited"
    assert told[0].source.__qualname__ == "forgotten"


async def test_a_warning_that_is_an_error_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where warnings are errors the interpreter reports it as unraisable, and the coroutine is found all the same."""
    reported: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: reported.append(told.exc_type))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen = await watched(forgets())
    assert reported == [RuntimeWarning]
    assert len(seen.dropped) == 1


async def test_debug_mode_knows_where_it_was_made() -> None:
    """Where the interpreter keeps the origin of coroutines, that is the place, and not where it was dropped."""

    def makes() -> Any:
        return forgotten()  # it is made here

    async def application() -> None:
        made = makes()
        await asyncio.sleep(0)
        del made

    depth = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(5)
    try:
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            (found,) = (await watched(application())).dropped
    finally:
        sys.set_coroutine_origin_tracking_depth(depth)
    assert found.place is not None
    assert found.place.line == line_of(makes, "made here")


@pytest.mark.filterwarnings("ignore:coroutine")
async def test_many_are_counted() -> None:
    """Past twenty places there is only a count."""
    makers = [eval(f"lambda make: [{' ' * place}\n{chr(10) * place}make(), 0][1]") for place in range(30)]  # noqa: S307

    async def application() -> None:
        for number, make in enumerate(makers):

            async def one() -> None:
                """Never run."""

            one.__qualname__ = f"one{number}"
            make(one)

    seen = await watched(application())
    assert len(seen.dropped) == 20
    assert seen.missed == {"coroutines never awaited": 10}
