"""Turns: the interpreter's switch interval is short when the sampler needs it, and otherwise the application's."""

from __future__ import annotations

import asyncio
import sys
import time
from types import SimpleNamespace

import pytest

from debug_toolbar_profiling import turns
from debug_toolbar_profiling.turns import SHARED, SHORT, Turns


def is_quick(seconds: float) -> bool:
    """Tell whether the sampler is let in; how soon depends on what else the machine does."""
    return round(seconds, 6) in {SHORT, SHARED}


@pytest.fixture
def rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sampler look twice a second, so that it is long until it is due."""
    monkeypatch.setattr("debug_toolbar_profiling.sampler.INTERVAL", 0.5)


async def steps(count: int) -> None:
    """Let others run so often."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_brief_slices_leave_it_as_it_was(kit: SimpleNamespace, rarely: None) -> None:
    """Where every slice is over at once, threads wait for each other as without the profiler, until a slice is not."""
    seen: list[float] = []

    async def handler() -> None:
        seen.append(sys.getswitchinterval())
        await steps(20)
        seen.append(sys.getswitchinterval())
        end = time.perf_counter() + 2 * turns.BRIEF
        while time.perf_counter() < end:
            pass
        await steps(2)
        seen.append(sys.getswitchinterval())

    before = sys.getswitchinterval()
    await kit.serve(kit.toolbar_of(), handler())
    assert [is_quick(each) for each in seen] == [True, False, True]
    assert seen[1] == before
    assert sys.getswitchinterval() == before


async def test_one_more_request_has_quick_turns(kit: SimpleNamespace, rarely: None) -> None:
    """Another request that is profiled meanwhile is sampled from its first slice on."""
    toolbar = kit.toolbar_of()
    seen: list[float] = []

    async def second() -> None:
        seen.append(sys.getswitchinterval())

    async def first() -> None:
        await steps(20)
        seen.append(sys.getswitchinterval())
        await asyncio.create_task(kit.serve(toolbar, second()))

    await kit.serve(toolbar, first())
    assert [is_quick(each) for each in seen] == [False, True]


async def test_turns_are_quick_again_when_the_sampler_is_due(kit: SimpleNamespace) -> None:
    """A slice that begins shortly before the sampler is due lets it in."""
    seen: set[bool] = set()

    async def handler() -> None:
        end = time.perf_counter() + 0.1
        while time.perf_counter() < end:
            await steps(1)
            seen.add(is_quick(sys.getswitchinterval()))

    await kit.serve(kit.toolbar_of(), handler())
    assert seen == {True, False}


async def test_what_computes_after_many_brief_slices_is_found(kit: SimpleNamespace) -> None:
    """Turns that were left as they are cost a profile no more than one look."""
    burn = kit.burner("after_all")

    async def handler() -> None:
        await steps(50)
        burn(0.06)

    profile = kit.taken(await kit.serve(kit.toolbar_of(), handler()))
    found = sum(
        seconds
        for node, seconds in profile.cpu_by_node().items()
        if "after_all" in [profile.functions[each].name for each in profile.stack(node)]
    )
    assert found == pytest.approx(0.06, rel=0.1)


def test_what_ends_in_another_thread_meanwhile_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last request may be closed by the collector, while its turns are being changed."""
    before = sys.getswitchinterval()
    mine = Turns()
    mine.begin()
    asked = mine._ours

    def ended() -> bool:
        result = asked()
        monkeypatch.undo()
        mine.end()
        return result

    monkeypatch.setattr(mine, "_ours", ended)
    mine.quick(busy=2)
    assert sys.getswitchinterval() == before
