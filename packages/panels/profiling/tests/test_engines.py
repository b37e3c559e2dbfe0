"""The engines that are opt-in, real ones: each for one request at a time, and off afterwards."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from debug_toolbar_core.blocks import Table, walk
from debug_toolbar_core.exclusive import EXCLUSIVE


def fib(number: int) -> int:
    """Call itself often."""
    return number if number < 2 else fib(number - 1) + fib(number - 2)


async def work(number: int) -> None:
    """Compute on the loop, in a task, and in a thread."""
    fib(number)
    await asyncio.sleep(0.002)
    await asyncio.create_task(asyncio.sleep(0.002))
    await asyncio.to_thread(fib, 5)


def calls(profile: Any, name: str) -> int:
    """Return how often a function was called."""
    return sum(told.made for number, told in profile.calls.items() if profile.functions[number].name == name)


async def test_yappi_counts_the_calls_of_one_request(kit: SimpleNamespace) -> None:
    """Calls are exact, in threads too, and those of requests beside it are not among them."""
    await asyncio.to_thread(int)  # what is made at first use
    toolbar, plain = kit.toolbar_of(engine="yappi"), kit.toolbar_of()
    record, _ = await asyncio.gather(kit.serve(toolbar, work(10)), kit.serve(plain, work(12)))
    profile = kit.taken(record)
    assert profile.facts["engine"] == "yappi"
    assert calls(profile, "fib") == 177 + 15  # fib(10) makes 177 calls, fib(5) in the thread 15
    blocks = walk(toolbar.blocks(record, "profiling"))
    assert any("Calls" in [column.title for column in block.columns] for block in blocks if isinstance(block, Table))


@pytest.mark.parametrize("engine", ["yappi", "pyinstrument"])
async def test_two_at_once_take_turns(kit: SimpleNamespace, engine: Any) -> None:
    """The second request that asks is sampled by our own thread, and says why."""
    toolbar = kit.toolbar_of(engine=engine)
    first, second = await asyncio.gather(kit.serve(toolbar, work(5)), kit.serve(toolbar, work(5)))
    assert kit.taken(first).facts["engine"] == engine
    assert kit.taken(second).facts["engine"] == "sampling"
    assert any(f"{engine} was not started" in note for note in kit.taken(second).notes)
    third = kit.taken(await kit.serve(toolbar, work(5)))
    assert third.facts["engine"] == engine
    assert not third.notes


async def test_pyinstrument_samples_the_request_alone(kit: SimpleNamespace) -> None:
    """Its strict mode sees what this request runs and awaits, without the server around it."""
    mine, other = kit.burner("mine"), kit.burner("other")

    async def busy(burn: Any) -> None:
        for _ in range(5):
            burn(0.01)
            await asyncio.sleep(0.002)

    toolbar, plain = kit.toolbar_of(engine="pyinstrument"), kit.toolbar_of()
    record, _ = await asyncio.gather(kit.serve(toolbar, busy(mine)), kit.serve(plain, busy(other)))
    profile = kit.taken(record)
    names = {function.name for function in profile.functions}
    assert profile.facts["engine"] == "pyinstrument"
    assert {"mine", "[await]"} <= names
    assert not {"other", "run_forever", "driven"} & names
    waited = sum(sample.seconds for sample in profile.samples if sample.kind == 2)
    assert waited >= 0.008


@pytest.mark.parametrize("engine", ["yappi", "pyinstrument"])
async def test_a_request_that_fails_leaves_nothing_on(kit: SimpleNamespace, engine: Any) -> None:
    """An exception, or a cancellation, ends the engine like any other end."""
    toolbar = kit.toolbar_of(engine=engine)

    async def broken() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await kit.serve(toolbar, broken())
    task = asyncio.create_task(kit.serve(toolbar, asyncio.sleep(10)))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sys.getprofile() is None
    assert EXCLUSIVE.holder("profile") is None


@pytest.mark.parametrize("engine", ["yappi", "pyinstrument"])
async def test_an_engine_that_is_not_installed_is_said(
    kit: SimpleNamespace, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the library our own thread samples, and the panel says what is missing."""
    monkeypatch.setitem(sys.modules, engine, None)
    profile = kit.taken(await kit.serve(kit.toolbar_of(engine=engine), work(5)))
    assert profile.facts["engine"] == "sampling"
    assert f"{engine} was not started: it is not installed here." in profile.notes


async def test_an_engine_that_fails_is_said(kit: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine raises costs its own figures, and stands on the panel."""
    import yappi

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no figures")

    toolbar = kit.toolbar_of(engine="yappi")
    with monkeypatch.context() as patch:
        patch.setattr(yappi, "start", broken)
        profile = kit.taken(await kit.serve(toolbar, work(5)))
        assert "yappi was not started: RuntimeError: no figures." in profile.notes
    with monkeypatch.context() as patch:
        patch.setattr(yappi, "get_func_stats", broken)
        profile = kit.taken(await kit.serve(toolbar, work(5)))
        assert "yappi failed: RuntimeError: no figures." in profile.notes
    assert not yappi.is_running()


async def test_a_profile_of_this_toolbar_s_own_is_named(kit: SimpleNamespace) -> None:
    """While another panel's profiler holds the place, it is told by its name."""
    lease, _ = EXCLUSIVE.take("memray", "record", {"profile"})
    assert lease is not None
    try:
        profile = kit.taken(await kit.serve(kit.toolbar_of(engine="yappi"), work(5)))
    finally:
        lease.release()
    assert any("memray of this toolbar is at work" in note for note in profile.notes)
