"""A worker in a process of its own: its executions are in the history that the application reads, linked both ways."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from saq import Queue

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_saq import SAQPanel
from debug_toolbar_testing import SampleApplication
from debug_toolbar_tests import services

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")

JOBS = """
import asyncio, logging, os
from saq import Queue
from debug_toolbar_core import span
from debug_toolbar_saq import watch

async def add(context, *, a, b):
    with span("adding"):
        logging.getLogger("jobs").warning("adding %d", a)
    return a + b

async def hang(context):
    await asyncio.sleep(60)

settings = watch({"queue": Queue.from_url(os.environ["QUEUE"], name="shop"), "functions": [add, hang]})
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


@pytest.fixture
def worker(tmp_path: Path, store: str, redis_server: services.Service) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as one starts it: the `saq` command with the module's settings."""
    (tmp_path / "jobs.py").write_text(JOBS)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "QUEUE": redis_server.url, "DEBUG_TOOLBAR_STORE": store}
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


async def enqueued(toolbar: Toolbar, queue: Queue, function: str, **arguments: Any) -> Record:
    """Enqueue a job in a record, once the worker is there: SAQ's sweep at its start takes what is just dequeued."""

    async def ready() -> Any:
        return (await queue.info())["workers"]

    await until(ready)
    await asyncio.sleep(0.2)
    with toolbar.capture("http") as record:
        await queue.enqueue(function, **arguments)
    return record


async def test_an_execution_elsewhere_is_in_the_same_history(
    toolbar: Toolbar, worker: subprocess.Popen[bytes], redis_server: services.Service
) -> None:
    """The worker's record names its request, and the request's panel names it; its logs and spans are there."""
    queue = Queue.from_url(redis_server.url, name="shop")
    await queue.connect()
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
    await queue.disconnect()


async def test_a_worker_that_dies(
    toolbar: Toolbar, worker: subprocess.Popen[bytes], redis_server: services.Service
) -> None:
    """A worker killed in a job leaves no record of it; the request's panel says that it is still active."""
    queue = Queue.from_url(redis_server.url, name="shop")
    await queue.connect()
    request = await enqueued(toolbar, queue, "hang")

    async def active() -> Any:
        shown, _ = await toolbar.refresh(await toolbar.load(request.id), "saq")
        return [job for job in shown.data["saq"]["jobs"].values() if job["status"] == "active"]

    (job,) = await until(active)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert await active() == [job]
    assert (await toolbar.recent(query="kind:task"))[0] == []
    async for each in queue.iter_jobs():
        await each.abort("the test is over")
    await queue.disconnect()
