"""A request whose memory is measured, by each back end: what it takes nobody promised, only that it is bounded."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cases.case import Asked, Call


@asynccontextmanager
async def allocating() -> AsyncIterator[Call]:
    """Make some hundred thousand objects, and keep a tenth of them to the end."""
    text = json.dumps([{"id": number, "title": f"Book {number}"} for number in range(2_000)])

    async def call() -> None:
        kept = []
        for _ in range(10):
            kept.append(json.loads(text)[:200])

    yield call


CASES = [
    Asked(f"request measured by {engine}", "memory", allocating, count=1, options={"engine": engine})
    for engine in ("tracemalloc", "memray")
]
