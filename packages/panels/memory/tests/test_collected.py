"""A collection may end a measured request at any allocation, in any thread, in the middle of our own work."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import tracemalloc
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_memory import MemoryPanel
from debug_toolbar_memory.following import _LOOPS
from debug_toolbar_memory.garbage import WATCHES, Watch
from debug_toolbar_memory.history import HISTORY, Visit
from debug_toolbar_memory.meter import Account
from debug_toolbar_memory.tracing import TRACING

LONG = 60.0


@pytest.fixture
def at_each_allocation() -> Iterator[None]:
    """Collect at every allocation of a container, as far as the interpreter lets us."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()  # what was there before is not looked through each time
    gc.set_threshold(1, 1, 1)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def abandon() -> None:
    """Leave a measured job and a request behind that only the collector finds: in cycles, opened and never closed."""
    toolbar = Toolbar(Config(panels=[MemoryPanel(engine="tracemalloc")], always=["memory"], strict=True, budget=120.0))
    for kind in ("task", "http"):
        capture: Any = toolbar.open(kind)  # type: ignore[arg-type] # both are kinds
        capture.leave()
        capture.record.data["cycle"] = capture  # its record holds it, and it its record


def ends(work: Callable[[], object]) -> None:
    """Run something in a thread, which must come to its end."""
    errors: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - it is raised in the test's own thread
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONG)
    assert not thread.is_alive(), "it waits for itself"
    if errors:
        raise errors[0]


def comes_about(done: Callable[[], bool]) -> None:
    """Collect until something is so: another thread may be collecting just now, or the one that ends what we began."""
    end = time.monotonic() + LONG
    while not done():
        assert time.monotonic() < end, "what was dropped is still measured"
        gc.collect()
        time.sleep(0.01)


def visit() -> Visit:
    """Return a visit."""
    return Visit("660e", 0.0, 1, None, None, {})


def open_and_close() -> None:
    """Do what a measured request does with what there is once in a process."""
    watch, account = Watch("660e", 0.0), Account()
    WATCHES.open(watch)
    TRACING.open(1, "660e")
    TRACING.meter.enter(account)
    HISTORY.add("GET /", visit())
    TRACING.meter.leave(account)
    TRACING.held("<request 660e>", 1_000_000)
    TRACING.close()
    WATCHES.close(watch)
    WATCHES.close(watch)


def test_a_collection_in_the_middle_of_opening_and_closing(at_each_allocation: None) -> None:
    """Requests that are dropped while others come and go hold nobody up, and leave nothing on."""

    def work() -> None:
        for _ in range(10):
            abandon()
            open_and_close()

    ends(work)
    comes_about(lambda: not tracemalloc.is_tracing() and EXCLUSIVE.holder("allocators") is None)
    comes_about(lambda: WATCHES.called not in gc.callbacks and WATCHES.all == [])


def test_a_collection_while_a_loop_begins_to_be_followed(at_each_allocation: None) -> None:
    """A loop whose measured requests are dropped is followed as long as there is one, and then as it was."""

    async def followed() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(4):
            abandon()
            users = _LOOPS.open(loop)
            assert users is not None
            assert "create_task" in vars(loop)
            users.leave()
        gc.collect()
        assert "create_task" not in vars(loop)
        assert "run_in_executor" not in vars(loop)

    ends(lambda: asyncio.run(followed()))


def test_a_dropped_loop_is_let_go() -> None:
    """An event loop that was followed is not kept by us."""

    async def followed() -> None:
        abandon()

    def collected() -> list[Any]:
        return [loop for loop in gc.get_objects() if type(loop) is Loop]  # not isinstance(), which asks the object

    class Loop(asyncio.SelectorEventLoop):
        """A loop to be found by its type."""

    loop = Loop()
    loop.run_until_complete(followed())
    loop.close()
    del loop
    comes_about(lambda: collected() == [])


def test_a_request_that_is_dropped_with_its_loop(make_shop: Any) -> None:
    """A measured request whose task is dropped in the middle, with its whole application, leaves nothing on."""
    began = threading.Event()

    def application() -> Coroutine[Any, Any, Record]:
        shop = make_shop(engine="tracemalloc")

        @shop.path
        async def waits() -> None:
            began.set()
            await asyncio.get_running_loop().create_future()

        found: Coroutine[Any, Any, Record] = shop.get("/waits")
        return found

    def work() -> None:
        loop = asyncio.new_event_loop()
        task: Any = loop.create_task(application())
        while not began.is_set():
            loop.run_until_complete(asyncio.sleep(0.001))
        task._log_destroy_pending = False
        loop.close()
        del task, loop

    ends(work)
    comes_about(lambda: not tracemalloc.is_tracing())


def test_many_threads_come_and_go() -> None:
    """Threads that measure at once, each on a loop of its own, leave everything as it was."""

    async def request() -> None:
        toolbar = Toolbar(
            Config(panels=[MemoryPanel(engine="tracemalloc")], always=["memory"], strict=True, budget=120.0)
        )
        with toolbar.capture("task"):
            await asyncio.create_task(asyncio.sleep(0))

    def work() -> None:
        for _ in range(3):
            asyncio.run(request())

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert not any(thread.is_alive() for thread in threads)
    comes_about(lambda: not tracemalloc.is_tracing() and WATCHES.called not in gc.callbacks)
