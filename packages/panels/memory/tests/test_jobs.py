"""A job is measured where a worker runs it; a websocket is not, and the panel says why."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from saq import Queue, Worker

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.blocks import Badge, Notice, Table
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_memory import MemoryPanel
from debug_toolbar_saq import SAQPanel, watch
from debug_toolbar_tests import services

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")

MB = 1_000_000
KEPT: list[Any] = []


@pytest.fixture(autouse=True)
def let_go() -> Any:
    """Let go of what the jobs kept."""
    yield
    KEPT.clear()


async def stock(context: Any) -> None:
    """Keep 5 MB itself, 4 MB in a child task and 3 MB in a thread."""
    KEPT.append(bytearray(5 * MB))
    await asyncio.create_task(child())
    await asyncio.to_thread(lambda: KEPT.append(bytearray(3 * MB)))


async def child() -> None:
    """Keep 4 MB."""
    await asyncio.sleep(0)
    KEPT.append(bytearray(4 * MB))


async def other(context: Any) -> None:
    """Keep 7 MB, beside the others."""
    for _ in range(7):
        KEPT.append(bytearray(MB))
        await asyncio.sleep(0)


@pytest.mark.parametrize("engine", ["auto", "memray"])
async def test_jobs_are_measured(engine: Any, redis_server: services.Service) -> None:
    """Each of a worker's jobs has its own bytes, those of its child tasks and threads included."""
    queue: Any = Queue.from_url(redis_server.url, name=f"memory-{engine}")
    await queue.connect()
    panels = [SAQPanel(), MemoryPanel(engine=engine, seconds=60.0)]
    store = MemoryStore()
    watched = watch({}, Config(panels=panels, always=["memory"], store=store, strict=True, budget=120.0))
    worker: Any = Worker(queue, [stock, other], dequeue_timeout=0.2, **watched)
    for hook in worker.startup:
        await hook(worker.context)
    for function in ("stock", "other"):
        await queue.enqueue(function)
    await asyncio.gather(*(process(worker) for _ in range(2)))
    for hook in worker.shutdown:
        await hook(worker.context)
    worker.pool.shutdown()
    await queue.disconnect()
    toolbar: Toolbar = watched["startup"][0].__self__.toolbar
    records = [await toolbar.load(summary.id) for summary in await store.recent(2)]
    found = {record.tags["name"]: record.data["memory"] for record in records}
    assert found["stock"]["kept"] == pytest.approx(12 * MB, rel=0.05)
    assert found["other"]["kept"] == pytest.approx(7 * MB, rel=0.05)
    assert (found["stock"]["route"], found["stock"]["engine"]) == ("job stock", "tracemalloc")


async def process(worker: Any) -> None:
    """Have a worker do one job."""
    while not await asyncio.create_task(worker.process()):
        pass


async def test_what_is_not_followed_is_not_said_to_be_measured() -> None:
    """Work that is recorded in the middle of a running task is nobody's, and the panel says so."""
    toolbar = Toolbar(Config(panels=[MemoryPanel()], always=["memory"], strict=True, budget=120.0))
    with toolbar.capture("task", name="inline") as record:
        KEPT.append(bytearray(MB))
    assert not record.data["memory"]["driven"]
    shown = [
        row.cells[0] for table in toolbar.blocks(record, "memory") if isinstance(table, Table) for row in table.rows
    ]
    assert "The request's own coroutine was not seen running" in shown


def test_a_websocket_says_why_it_is_not_measured() -> None:
    """A websocket's record has a table that says so, and neither a badge nor a warning."""
    blocks = list(MemoryPanel().view(Record("websocket")))
    assert not [block for block in blocks if isinstance(block, (Badge, Notice))]
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert "websocket" in str(table.rows[0].cells[0])
    assert list(MemoryPanel().view(Record("http"))) == []
