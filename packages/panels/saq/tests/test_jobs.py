"""Jobs: enqueued on real queues, run by a worker as records of their own, their state asked when somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from redis.exceptions import RedisError
from saq import Job, Queue, Worker

from debug_toolbar_core import Config, Record, Toolbar, span
from debug_toolbar_core.blocks import Badge, Block, Facts, Notice, Section, Table, Tree
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_saq import SAQPanel, watch
from debug_toolbar_testing import SampleApplication
from debug_toolbar_tests import services

# SAQ calls what redis-py 8 would rather not have called; its pin on redis<8 is that of its extra, which nobody needs.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")

NUMBERS = count()


@pytest.fixture
def toolbar() -> Iterator[Toolbar]:
    """A toolbar that runs."""
    toolbar = Toolbar(Config(panels=[SAQPanel()], strict=True))
    toolbar.start(SampleApplication())
    yield toolbar
    toolbar.stop()


@pytest_asyncio.fixture(params=["redis", "postgresql"])
async def queue(request: pytest.FixtureRequest) -> AsyncIterator[Queue]:
    """A queue on a real Redis, then on a real PostgreSQL."""
    server: services.Service = request.getfixturevalue(f"{request.param}_server")
    queue: Any = Queue.from_url(server.url, name=f"books-{next(NUMBERS)}")
    await queue.connect()
    yield queue
    async for job in queue.iter_jobs():
        await job.abort("the test is over")
    await queue.disconnect()


async def add(context: Any, *, a: int, b: int = 1) -> dict[str, int]:
    """Add two numbers."""
    with span("adding"):
        await asyncio.sleep(0)
    return {"sum": a + b}


async def fail(context: Any, **given: Any) -> None:
    """Fail always."""
    raise LookupError("no such book")


async def loiter(context: Any) -> None:
    """Take too long."""
    await asyncio.sleep(60)


async def work(queue: Queue, most: int, store: MemoryStore | None = None, **settings: Any) -> Toolbar:
    """Have a worker do `most` jobs, ten at once; return the toolbar that watched it."""
    watched = watch(settings, Config(panels=[SAQPanel()], store=store or MemoryStore()))
    worker: Any = Worker(queue, [add, fail, loiter], dequeue_timeout=0.2, **watched)
    for hook in worker.startup:
        await hook(worker.context)
    free = asyncio.Semaphore(10)

    async def process() -> None:
        async with free:
            while not await asyncio.create_task(worker.process()):
                pass

    await asyncio.gather(*(process() for _ in range(most)))
    for hook in worker.shutdown:
        await hook(worker.context)
    worker.pool.shutdown()
    owner: Any = watched["startup"][0]
    toolbar: Toolbar = owner.__self__.toolbar
    return toolbar


def blocks(toolbar: Toolbar, record: Record) -> list[Block]:
    """Return what the panel shows, sections opened."""
    found: list[Block] = []
    for block in toolbar.blocks(record, "saq"):
        found += [block, *block.blocks] if isinstance(block, Section) else [block]
    return found


def facts(found: list[Block]) -> dict[str, Any]:
    """Return the facts by label."""
    return {fact.label: fact.value for block in found if isinstance(block, Facts) for fact in block.items}


def table(found: list[Block]) -> list[dict[str, Any]]:
    """Return the jobs' rows by column."""
    (jobs,) = [block for block in found if isinstance(block, Table)]
    titles = [column.title for column in jobs.columns]
    return [dict(zip(titles, row.cells, strict=True)) for row in jobs.rows]


def labels(found: list[Block]) -> list[str | None]:
    """Return the labels of the notices."""
    return [block.label for block in found if isinstance(block, Notice)]


async def look(toolbar: Toolbar, record: Record) -> list[Block]:
    """Open the panel as a reader does."""
    shown, told = await toolbar.refresh(await toolbar.load(record.id), "saq")
    return [*told, *blocks(toolbar, shown)]


async def test_an_enqueued_job_is_shown_and_followed(toolbar: Toolbar, queue: Queue) -> None:
    """Function, arguments, queue, key, time and caller; then what became of it, with the record of its execution."""
    with toolbar.capture("http") as record:
        job = await queue.enqueue("add", a=2, b=3)
    assert job is not None
    (made,) = record.spans
    assert made.name == "enqueue add"
    assert made.source is not None
    assert made.source.function == "test_an_enqueued_job_is_shown_and_followed"
    stored = blocks(toolbar, await toolbar.load(record.id))
    assert [(row["Function"], row["Queue"], row["Status"]) for row in table(stored)] == [
        ("add", queue.name, "enqueued")
    ]
    assert [row["Status"] for row in table(await look(toolbar, record))] == ["queued"]

    store = MemoryStore()
    worker = await work(queue, 1, store)
    found = await look(toolbar, record)
    (row,) = table(found)
    (execution,) = await store.recent()
    assert (row["Status"], row["Attempts"], row["Execution"]) == ("complete", 1, execution.id)
    assert row["Waited"] >= 0
    details = next(block for block in found if isinstance(block, Table)).rows[0].details
    assert Tree({"a": 2, "b": 3}, "Arguments") in details
    assert Tree({"sum": 5}, "Result") in details

    task = await worker.load(execution.id)
    assert (task.kind, task.parent, execution.path) == ("task", record.id, "add")
    assert [made.name for made in task.spans] == ["adding"]
    shown = blocks(worker, task)
    told = facts(shown)
    assert (told["function"], told["status"], told["enqueued by"]) == ("add", "complete", record.id)
    assert Tree({"a": 2, "b": 3}, "Arguments") in shown
    assert Tree({"sum": 5}, "Result") in shown


async def test_every_way_to_enqueue(toolbar: Toolbar, queue: Queue) -> None:
    """A job object, a scheduled one, `apply` and `map`; a key that is there already is a duplicate."""
    with toolbar.capture("http") as record:
        await queue.enqueue(Job("add", kwargs={"a": 1}))
        await queue.enqueue("add", a=1, scheduled=4_000_000_000, key="later")
        assert await queue.enqueue("add", a=1, scheduled=4_000_000_000, key="later") is None
        answers = await asyncio.gather(
            queue.apply("add", a=1, b=2), queue.map("add", [{"a": 1}, {"a": 2}]), work(queue, 4)
        )
    assert answers[:2] == [{"sum": 3}, [{"sum": 2}, {"sum": 3}]]
    found = await look(toolbar, record)
    statuses = [row["Status"] for row in table(found)]
    assert statuses == ["complete", "scheduled", "duplicate", "complete", "complete", "complete"]
    assert "duplicate job" in labels(found)
    later = await queue.job("later")
    assert later is not None
    await later.abort("not needed")


async def test_a_job_that_fails_is_retried_and_told(toolbar: Toolbar, queue: Queue) -> None:
    """Each attempt is a record with its exception; the request's panel names the failure when somebody looks."""
    with toolbar.capture("http") as record:
        await queue.enqueue("fail", retries=2, password="hunter2")
    store = MemoryStore()
    worker = await work(queue, 2, store)
    found = await look(toolbar, record)
    (row,) = table(found)
    assert (row["Status"], row["Attempts"]) == ("failed", 2)
    assert labels(found) == ["job failed"]
    assert "LookupError: no such book" in str(found)
    assert "hunter2" not in str(found)
    second, first = [await worker.load(summary.id) for summary in await store.recent()]
    assert [task.error.type for task in (first, second) if task.error] == ["LookupError", "LookupError"]
    assert [task.data["saq"]["job"]["status"] for task in (first, second)] == ["queued", "failed"]
    assert labels(blocks(worker, first)) == labels(blocks(worker, second)) == ["job failed"]
    assert {first.parent, second.parent} == {record.id}
    assert "hunter2" not in str(second.data)


async def test_a_job_that_takes_too_long(toolbar: Toolbar, queue: Queue) -> None:
    """A time-out ends the execution as SAQ ends it, and its record says so."""
    with toolbar.capture("http") as record:
        await queue.enqueue("loiter", timeout=1)
    store = MemoryStore()
    await work(queue, 1, store)
    assert [row["Status"] for row in table(await look(toolbar, record))] == ["failed"]
    (summary,) = await store.recent()
    assert summary.error == "TimeoutError"


async def test_many_of_one_function_are_told_of_the_batch_call(toolbar: Toolbar, queue: Queue) -> None:
    """Enqueued in a loop: a notice that names `map`; `map` itself, and a few, are none."""
    with toolbar.capture("http") as record:
        for number in range(6):
            await queue.enqueue("add", a=number)
    found = await look(toolbar, record)
    assert labels(found) == ["enqueued in a loop"]
    assert 'queue.map("add"' in str(found)
    await work(queue, 6)


async def test_a_queue_that_is_away(toolbar: Toolbar) -> None:
    """The error reaches the application as without us; the panel says that it was not enqueued, and who is away."""
    with services.redis() as server:
        queue: Any = Queue.from_url(server.url, name="gone")
        with toolbar.capture("http") as before:
            await queue.enqueue("add", a=1)
    with toolbar.capture("http") as record, pytest.raises(Exception, match=r"(?i)connect") as bare:
        await queue.enqueue("add", a=1)
    assert record.spans[0].attributes["error.type"] == type(bare.value).__qualname__
    assert labels(await look(toolbar, record)) == ["not enqueued"]
    assert labels(await look(toolbar, before)) == ["queue away"]
    with suppress(RedisError):
        await queue.disconnect()


async def test_a_queue_of_another_process(toolbar: Toolbar, queue: Queue) -> None:
    """A record from elsewhere names a queue that this process does not know: it says so."""
    with toolbar.capture("http") as record:
        attributes = {"saq.key": "k", "messaging.destination.name": "elsewhere", "saq.function": "add"}
        record.add("saq", "enqueue add", 0.0, 0.1, attributes)
    assert labels(await look(toolbar, record)) == ["queue away"]


async def test_requests_do_not_mix(toolbar: Toolbar, queue: Queue) -> None:
    """A hundred requests that enqueue at once each have their own job, and each execution its own request."""

    async def request(number: int) -> Record:
        with toolbar.capture("http") as record:
            await queue.enqueue("add", a=number)
        return record

    found = await asyncio.gather(*(request(number) for number in range(100)))
    store = MemoryStore()
    worker = await work(queue, 100, store)
    for number, record in enumerate(found):
        assert [made.attributes["saq.arguments"] for made in record.spans] == [{"a": number}]
    tasks = [await worker.load(summary.id) for summary in await store.recent(200)]
    causes = {record.id: number for number, record in enumerate(found)}
    assert len(tasks) == 100
    for task in tasks:
        assert task.data["saq"]["arguments"] == {"a": causes[str(task.parent)]}
        assert [made.name for made in task.spans] == ["adding"]


async def test_a_worker_keeps_its_own_hooks(queue: Queue) -> None:
    """Hooks that the settings had run as before, inside the record; without the toolbar they are all there is."""
    seen: list[str] = []

    async def before(context: Any) -> None:
        seen.append(f"before {context['job'].function}")

    def after(context: Any) -> None:
        seen.append("after")

    await queue.enqueue("add", a=1)
    await work(queue, 1, before_process=before, after_process=[after])
    assert seen == ["before add", "after"]
    assert watch({"before_process": before}, Config(enabled=False)) == {"before_process": before}


async def test_a_fault_of_ours_in_the_worker_is_not_the_jobs(queue: Queue) -> None:
    """Whatever our hooks run into, the job is done."""

    class Broken(MemoryStore):
        """Cannot keep anything."""

        def keep(self, record: Record) -> None:
            raise OSError("the disk is full")

    job = await queue.enqueue("add", a=1)
    assert job is not None
    await work(queue, 1, Broken())
    await job.refresh()
    assert job.result == {"sum": 2}


@pytest.mark.parametrize(
    "data", [None, [], {"jobs": 3, "away": []}, {"job": {}}, {"job": {"status": 3}, "jobs": {"k": []}}]
)
async def test_odd_data_is_shown_as_far_as_it_goes(toolbar: Toolbar, data: Any) -> None:
    """A record from elsewhere may hold anything under our name."""
    with toolbar.capture("http") as record:
        record.add("saq", "enqueue x", 0.0, None, {"saq.key": "k"})
        record.data["saq"] = data
    loaded = await toolbar.load(record.id)
    blocks(toolbar, loaded)
    (shown,) = toolbar.shown(loaded)
    assert isinstance(shown.badge, Badge)
