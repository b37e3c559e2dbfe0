"""The keeper: records go to the store, and nobody waits for it, whatever the store does."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from debug_toolbar_core import Config, ConfigurationError, Record, Toolbar, current
from debug_toolbar_core.keeper import Keeper


class Slow:
    """A store that does I/O in `save`."""

    def __init__(self, wait: float = 0.0, fault: BaseException | None = None) -> None:
        self.kept: list[str] = []
        self.wait, self.fault = wait, fault
        self.seen: list[Any] = []

    async def save(self, record: Record) -> None:
        await asyncio.sleep(self.wait)
        self.seen.append(current())
        if self.fault is not None:
            raise self.fault
        self.kept.append(record.id)

    async def load(self, id: str) -> Record | None: ...

    async def recent(self, limit: int = 50, before: str | None = None) -> list[Any]:
        return []

    async def clear(self) -> None: ...


class Failing(Slow):
    async def save(self, record: Record) -> None:
        raise self.fault or OSError("disk full")


async def settle() -> None:
    """Let the tasks that save come to their end."""
    for _ in range(3):
        await asyncio.sleep(0.01)


async def test_a_waiting_store_keeps_everything_without_being_waited_for() -> None:
    """A store that suspends goes on in tasks of its own; every record arrives, and nothing records its work."""
    store = Slow()
    tools = Toolbar(Config(panels=[], store=store))
    with tools.capture("http") as outer:
        made = []
        for _ in range(5):
            with tools.capture("task") as record:
                pass
            made.append(record.id)
        await settle()
    await settle()
    assert sorted(store.kept) == sorted([*made, outer.id])
    assert store.seen == [None] * 6
    assert tools.keeper.lost == 0


@pytest.mark.parametrize("fault", [OSError("disk full"), SystemExit("x"), asyncio.CancelledError(), None])
async def test_a_failing_store_loses_its_records_only(
    fault: BaseException | None, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that raises costs a line in the log, once, and the count of what was lost."""
    keeper = Keeper(Failing(fault=fault), 0.1)
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        for _ in range(3):
            keeper.keep(Record("http"))
    assert keeper.lost == 3
    assert len(caplog.records) == 1


@pytest.mark.parametrize("fault", [None, OSError("disk full"), SystemExit("x")])
def test_a_store_that_never_waits(fault: BaseException | None) -> None:
    """A store with a `keep` is given records without a coroutine; what it raises loses the record only."""

    class Keeping(Slow):
        def keep(self, record: Record) -> None:
            if self.fault is not None:
                raise self.fault
            self.kept.append(record.id)

    store = Keeping(fault=fault)
    keeper = Keeper(store, 0.1)
    keeper.keep(Record("http"))
    assert (len(store.kept), keeper.lost) == ((1, 0) if fault is None else (0, 1))
    with pytest.raises(KeyboardInterrupt):
        Keeper(Keeping(fault=KeyboardInterrupt()), 1.0).keep(Record("http"))


async def test_a_store_that_fails_or_hangs_while_it_waits(caplog: pytest.LogCaptureFixture) -> None:
    """A store that raises after waiting, or waits longer than it may, loses the record, and is told once."""
    for store in (Slow(fault=OSError("gone")), Slow(wait=10)):
        caplog.clear()
        keeper = Keeper(store, 0.01)
        with caplog.at_level(logging.ERROR, "debug_toolbar"):
            for _ in range(3):
                keeper.keep(Record("http"))
            await settle()
            await settle()
        assert keeper.lost == 3
        assert len(caplog.records) == 1
        assert "logged once" in caplog.text


async def test_a_store_that_is_too_far_behind_is_not_given_more() -> None:
    """At most a hundred records wait for a store; the rest is lost and counted."""
    keeper = Keeper(Slow(wait=0.05), 1.0)
    for _ in range(150):
        keeper.keep(Record("http"))
    assert keeper.lost == 50
    await asyncio.sleep(0.1)
    assert len(keeper.store.kept) == 100  # type: ignore[attr-defined]  # a Slow


def test_a_waiting_store_without_a_loop_loses_its_records(caplog: pytest.LogCaptureFixture) -> None:
    """Where no event loop runs, a store that waits cannot be served; that is said."""

    class Pausing(Slow):
        async def save(self, record: Record) -> None:
            await Once()

    keeper = Keeper(Pausing(), 1.0)
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        keeper.keep(Record("task"))
    assert keeper.lost == 1
    assert "no event loop" in caplog.text


class Once:
    """Waits once, and raises when it is given up."""

    def __await__(self) -> Any:
        try:
            yield
        except GeneratorExit:
            raise OSError("in the cleanup") from None


def test_an_interrupt_passes() -> None:
    """Ctrl-C during a save stops the process as it should."""
    with pytest.raises(KeyboardInterrupt):
        Keeper(Failing(fault=KeyboardInterrupt()), 1.0).keep(Record("http"))


def test_unknown_stores_are_told_at_startup() -> None:
    """A store that is not installed is a configuration error that says what is, and what to install."""
    with pytest.raises(ConfigurationError, match="pip install debug-toolbar-nowhere"):
        Toolbar(Config(panels=[], store="nowhere://x"))
