"""Garbage collected inside the stores: an abandoned request saves its record there, and nobody waits for himself."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType, ModuleType
from typing import Any

import pytest

from debug_toolbar_core import Config, Record, Toolbar, backlog, bell, following, memory, shared, writer
from debug_toolbar_core.backend import Row
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_core.retention import Retention
from debug_toolbar_core.shared import SharedStore

STORES = (backlog, bell, following, memory, shared, writer)
MANY = Retention(1_000_000, 1 << 40)


class Never:
    """What is awaited and never comes."""

    def __await__(self) -> Iterator[None]:
        yield


class Collecting:
    """Abandons a request and collects garbage at each line of some modules, in threads that `trace` is set in.

    Once at each: what is abandoned makes work for the same lines, which would never end.
    """

    def __init__(self, toolbar: Toolbar, modules: Sequence[ModuleType]) -> None:
        self.toolbar = toolbar
        self.files = {module.__file__ for module in modules}
        self.made: list[str] = []
        self.seen: set[tuple[str, int]] = set()

    def trace(self, frame: FrameType, event: str, argument: object) -> Any:
        """Trace the lines of these modules."""
        return self.line if frame.f_code.co_filename in self.files else None

    def line(self, frame: FrameType, event: str, argument: object) -> Any:
        """Abandon and collect: what the abandoned request does last is done here, in the midst of what is traced."""
        place = frame.f_code.co_filename, frame.f_lineno
        if event == "line" and place not in self.seen:
            self.seen.add(place)
            self.abandon()
            gc.collect()
        return self.line

    def abandon(self) -> None:
        """Leave a request unfinished, held by nothing but itself."""

        async def request() -> None:
            with self.toolbar.capture("http") as record:
                self.made.append(record.id)
                await Never()

        coroutine = request()
        contextvars.copy_context().run(coroutine.send, None)
        circle: list[object] = [coroutine]
        circle.append(circle)


@pytest.fixture
def quick_collections() -> Iterator[None]:
    """Have the collector look at what is made from now on only."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def within(seconds: float, work: Callable[[], None], trace: Any) -> None:
    """Do the work in a thread that is traced, and see that it comes to its end."""
    failed: list[BaseException] = []

    def run() -> None:
        sys.settrace(trace)
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told where the thread was begun
            failed.append(error)
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it waits for itself"
    assert failed == []


def closed() -> Record:
    """Return a record that is over."""
    record = Record("http")
    record.close(0.1)
    return record


@pytest.mark.usefixtures("quick_collections")
def test_the_memory_store_while_garbage_is_collected() -> None:
    """Every step of it may save another record: none is lost, and its weight is right in the end."""
    store = MemoryStore(1_000_000, 1 << 40)
    collecting = Collecting(Toolbar(Config(panels=[], store=store)), STORES)
    kept = [closed() for _ in range(3)]

    async def work() -> None:
        for record in [*kept, kept[0]]:
            store.keep(record)
        assert await store.load(kept[0].id) is not None
        await store.recent()
        await store.clear()
        store.keep(kept[0])

    within(30, lambda: asyncio.run(work()), collecting.trace)
    gc.collect()
    assert len(collecting.made) > 20
    found = {line.id for line in asyncio.run(store.recent(1_000_000))}
    assert kept[0].id in found
    assert found.isdisjoint(record.id for record in kept[1:])
    assert collecting.made[-1] in found
    assert store._weight == sum(weight for _, weight, _ in store._records.values())


class Shelf:
    """A backend in a dictionary."""

    name = "Shelf"

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def write(self, rows: Sequence[Row]) -> None:
        self.rows |= {row.id: row for row in rows}

    def documents(self, ids: Sequence[str]) -> dict[str, bytes]:
        return {id: self.rows[id].document for id in ids if id in self.rows}

    def page(self, limit: int, before: str | None) -> list[tuple[str, int]]:
        return [(id, 1) for id in sorted(self.rows, reverse=True)][:limit]

    def rest(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def traced_threads() -> Iterator[Callable[[Any], None]]:
    """Trace threads that begin from now on, the writer's among them."""
    before = threading.gettrace()
    yield threading.settrace
    threading.settrace(before)  # type: ignore[arg-type]  # None is what it is where nobody traces


@pytest.mark.usefixtures("quick_collections")
def test_a_shared_store_while_garbage_is_collected(
    monkeypatch: pytest.MonkeyPatch, traced_threads: Callable[[Any], None]
) -> None:
    """Every step of saving, writing and reading may save another record: all are written in the end."""
    monkeypatch.setattr(writer, "IDLE", 0.01)
    shelf: Any = Shelf()
    store = SharedStore(shelf, MANY)
    collecting = Collecting(Toolbar(Config(panels=[], store=store)), STORES)
    kept = [closed() for _ in range(3)]

    async def work() -> None:
        for record in [*kept, kept[0]]:
            store.keep(record)
        assert await store.load(kept[0].id) is not None
        assert len(await store.recent()) >= 3

    traced_threads(collecting.trace)
    within(30, lambda: asyncio.run(work()), collecting.trace)
    traced_threads(None)
    gc.collect()
    store.finish(30)
    assert len(collecting.made) > 80
    assert shelf.rows.keys() == {*collecting.made, *(record.id for record in kept)}
    assert store.backlog.lost == 0
    assert store.backlog._weight == 0


def test_a_bell_is_heard_once() -> None:
    """However often it was rung before, and by whom; who waits in vain is told."""
    bell_ = bell.Bell()
    assert not bell_.heard()
    bell_.ring()
    bell_.ring()
    assert bell_.heard()
    assert not bell_.heard(0.001)
    threading.Timer(0.01, bell_.ring).start()
    assert bell_.heard(10)
