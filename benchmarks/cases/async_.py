"""Requests that the async panel watches: what each await of theirs costs, and what the watchdog costs a busy loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from unittest.mock import patch

from cases.case import Asked, Call

AWAITS = 3_000
LOCATED = 900
SHORTEST = 1e-9
"""Seconds that are over when the loop looks again."""
TASKS = 10
TURNS = 300


@asynccontextmanager
async def short() -> AsyncIterator[Call]:
    """Give up the loop thousands of times: waits so short that nobody asks where they were."""

    async def call() -> None:
        for _ in range(AWAITS):
            await asyncio.sleep(0)

    yield call


@asynccontextmanager
async def located() -> AsyncIterator[Call]:
    """Wait in a library's coroutine hundreds of times; each wait counts as long, so that it is located."""

    async def service() -> None:
        for _ in range(LOCATED):
            await asyncio.sleep(SHORTEST)

    async def call() -> None:
        await service()

    with patch("debug_toolbar_async.traced.LOCATED", 0.0):
        yield call


async def busy() -> None:
    """Have the loop always something to do, none of it long."""

    async def turns() -> None:
        for _ in range(TURNS):
            sum(range(3_000))
            await asyncio.sleep(0)

    await asyncio.gather(*(turns() for _ in range(TASKS)))


@asynccontextmanager
async def saturated() -> AsyncIterator[Call]:
    """Saturate the loop with others' work while a request is watched: what the watchdog and the heartbeat take."""

    async def call() -> None:
        await asyncio.create_task(busy(), context=Context())

    yield call


CASES = [
    Asked("await in a watched request", "async", short, limit=1, parts=AWAITS, count=4),
    Asked("await that is located", "async", located, limit=6, parts=LOCATED, count=4),
    Asked("busy loop while a request is watched", "async", saturated, most=1.01, count=2),
]
