"""A job enqueued to a Redis that is a fake connection: what is measured is the enqueuing process's share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from saq import Job
from saq.queue.base import Queue

from cases.case import Call, Case


@asynccontextmanager
async def enqueued() -> AsyncIterator[Call]:
    """Enqueue to a queue that forgets: the servers' time is not ours, and hides it."""
    refused: dict[str, Any] = dict.fromkeys(Queue.__abstractmethods__, None)

    async def enqueue(self: Any, job: Job) -> Job:
        return job

    queue: Any = type("Forgetting", (Queue,), {**refused, "_enqueue": enqueue})("bench", None, None)

    async def call() -> None:
        await queue.enqueue("send_receipt", cart=7)

    yield call


CASES = [Case("SAQ enqueue, without its server", "saq", 20, enqueued)]
