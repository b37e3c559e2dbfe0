"""A worker in a process of its own: its executions are in the history that the application reads, linked both ways."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from saq import Queue
from saq.job import Status
from saq.utils import now

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.blocks import Facts, Notice, Table
from debug_toolbar_saq import SAQPanel, watch
from debug_toolbar_testing import SampleApplication
from debug_toolbar_tests import services

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")

Worker = subprocess.Popen[bytes]

JOBS = """
import asyncio, logging, os
from saq import Queue
from saq.job import Status
from saq.utils import now
from debug_toolbar_core import span
from debug_toolbar_saq import watch

async def add(context, *, a, b):
    with span("adding"):
        logging.getLogger("jobs").warning("adding %d", a)
    return a + b

async def hang(context):
    await asyncio.sleep(60)

settings = watch({
    "queue": Queue.from_url(os.environ["QUEUE"], name=os.environ["QUEUE_NAME"]),
    "functions": [add, hang],
    "timers": {"schedule": 1, "worker_info": 10, "sweep": 60, "abort": 0.1},
})
"""


@pytest.fixture
def store(tmp_path: Path) -> str:
    """The store that both processes use."""
    return f"sqlite:///{tmp_path / 'toolbar.db'}"


@pytest.fixture
def toolbar(store: str) -> Iterator[Toolbar]:
    """The application's toolbar."""
    toolbar = Toolbar(Config(panels=[SAQPanel()], store=store))
    toolbar.start(SampleApplication())
    yield toolbar
    toolbar.stop()


@pytest_asyncio.fixture
async def queue(redis_server: services.Service) -> AsyncIterator[Any]:
    """A queue of the test's own; nothing is left in it."""
    queue: Any = Queue.from_url(redis_server.url, name=f"shop-{uuid4().hex}")
    await queue.connect()
    yield queue
    async for job in queue.iter_jobs():
        await job.abort("the test is over")
    await queue.disconnect()


@pytest.fixture
def worker(tmp_path: Path, store: str, redis_server: services.Service, queue: Any) -> Iterator[Worker]:
    """A worker as one starts it: the `saq` command with the module's settings."""
    (tmp_path / "jobs.py").write_text(JOBS)
    where = {"QUEUE": redis_server.url, "QUEUE_NAME": queue.name, "DEBUG_TOOLBAR_STORE": store}
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), **where}
    command = [sys.executable, "-m", "saq", "jobs.settings"]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        yield process
        process.kill()


async def until(found: Any, seconds: float = 20) -> Any:
    """Return what `found()` gives as soon as it is something."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not (result := await found()):
        assert loop.time() < end, "It did not happen in time."
        await asyncio.sleep(0.05)
    return result


async def enqueued(toolbar: Toolbar, queue: Any, function: str, **arguments: Any) -> Record:
    """Enqueue a job in a record, once the worker is there: SAQ's sweep at its start takes what is just dequeued."""

    async def swept() -> Any:
        return await queue.redis.exists(queue.namespace("sweep"))

    await until(swept)
    with toolbar.capture("http") as record:
        await queue.enqueue(function, **arguments)
    return record


async def test_an_execution_elsewhere_is_in_the_same_history(toolbar: Toolbar, worker: Worker, queue: Any) -> None:
    """The worker's record names its request, and the request's panel names it; its logs and spans are there."""
    request = await enqueued(toolbar, queue, "add", a=1, b=2)

    async def executed() -> Any:
        found, _ = await toolbar.recent(query="kind:task")
        return [summary for summary in found if not summary["open"]]

    (summary,) = await until(executed)
    assert (summary["path"], summary["parent"]) == ("add", request.id)
    task = await toolbar.load(summary["id"])
    assert {span.name for span in task.spans} >= {"adding", "adding 1"}
    assert task.data["saq"]["job"]["result"] == 3
    shown, told = await toolbar.refresh(await toolbar.load(request.id), "saq")
    (job,) = shown.data["saq"]["jobs"].values()
    assert (told, job["status"], job["records"]) == ([], "complete", [task.id])


async def status(toolbar: Toolbar, record: Record) -> tuple[str, list[str | None]]:
    """Return what the panel calls the state of a record's job, and the labels of its notices, as a reader sees them."""
    shown, told = await toolbar.refresh(await toolbar.load(record.id), "saq")
    found = [*told, *toolbar.blocks(shown, "saq")]
    labels = [block.label for block in found if isinstance(block, Notice)]
    if record.kind == "task":
        (state,) = [fact.value for block in found if isinstance(block, Facts) for fact in block.items
                    if fact.label == "status"]  # fmt: skip
        return state, labels
    (table,) = [block for block in found if isinstance(block, Table)]
    return str(table.rows[0].cells[3]), labels


async def execution(toolbar: Toolbar, open: bool) -> Record:
    """Return the record of the one execution, once it is there, and still going on or over."""

    async def one() -> Any:
        found, _ = await toolbar.recent(query="kind:task")
        return [summary for summary in found if summary["open"] is open]

    (summary,) = await until(one)
    return await toolbar.load(summary["id"])


async def reached(toolbar: Toolbar, record: Record, state: str, label: str | None = None) -> None:
    """Wait until the panel says this of a record's job."""

    async def said() -> bool:
        return await status(toolbar, record) == (state, [] if label is None else [label])

    await until(said)


async def test_a_job_that_is_aborted(toolbar: Toolbar, worker: Worker, queue: Any) -> None:
    """While it runs it is active on both sides; aborted, it is so on both sides, with who aborted it and why."""
    request = await enqueued(toolbar, queue, "hang", timeout=600)
    running = await execution(toolbar, open=True)
    assert (running.parent, running.data["saq"]["job"]["status"]) == (request.id, "active")
    await reached(toolbar, request, "active")
    await reached(toolbar, running, "active")
    (job,) = [each async for each in queue.iter_jobs()]
    await job.abort("nobody wants it any more")
    await reached(toolbar, request, "aborted", "job failed")
    task = await execution(toolbar, open=False)
    assert task.id == running.id
    assert await status(toolbar, task) == ("aborted", ["job failed"])
    assert task.data["saq"]["job"]["error"] == "nobody wants it any more"


async def test_a_job_that_times_out(toolbar: Toolbar, worker: Worker, queue: Any) -> None:
    """The worker ends it: failed on both sides, with the time-out's exception."""
    request = await enqueued(toolbar, queue, "hang", timeout=1)
    task = await execution(toolbar, open=False)
    assert await status(toolbar, task) == ("failed", ["job failed"])
    assert task.error is not None
    assert task.error.type == "TimeoutError"
    await reached(toolbar, request, "failed", "job failed")


async def test_a_worker_that_dies(toolbar: Toolbar, worker: Worker, queue: Any) -> None:
    """Killed in a job it leaves a record that goes on: the job is active, then stuck, and aborted once it is swept."""
    request = await enqueued(toolbar, queue, "hang", timeout=600, heartbeat=1)
    task = await execution(toolbar, open=True)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert (await status(toolbar, request))[0] in ("active", "stuck")
    for record in (request, task):
        await reached(toolbar, record, "stuck", "job stuck")
    await queue.redis.delete(queue.namespace("sweep"))  # the worker's, which keeps others from sweeping for a minute
    assert len(await queue.sweep(abort=0.05)) == 1
    for record in (request, task):
        await reached(toolbar, record, "aborted", "job failed")


async def test_a_job_that_is_tried_again_by_another_worker(toolbar: Toolbar, store: str, queue: Any) -> None:
    """The record of the execution that died says so; the job's own state is that of the new try."""
    with toolbar.capture("http") as request:
        await queue.enqueue("hang", timeout=1, retries=2)
    watched = watch({}, Config(panels=[SAQPanel()], store=store))
    for attempt in (1, 2):
        await taken(queue, watched, attempt)
    first, second = reversed((await toolbar.recent(query="kind:task"))[0])
    assert (await status(toolbar, await toolbar.load(first["id"])))[0] == "retried"
    assert (await status(toolbar, await toolbar.load(second["id"])))[0] == "active"
    await reached(toolbar, request, "active")


async def taken(queue: Any, watched: dict[str, Any], attempt: int) -> None:
    """Take the job as a worker does that then dies: all that it did up to then, and nothing after."""
    job = await queue.dequeue(timeout=5)
    job.started, job.attempts = now(), attempt
    await job.update(status=Status.ACTIVE)
    await watched["before_process"][0]({"job": job})
    watched["startup"][0].__self__.running.get().leave()
    if attempt == 1:
        await queue.retry(job, error="swept")
    owner = watched["startup"][0].__self__.toolbar
    assert owner.store.writer.flush(10)
