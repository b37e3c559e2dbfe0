"""The three shops, each started as a server would start it, without the toolbar."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

import httpx
import pytest


@pytest.fixture(params=["fastapi", "litestar", "starlette"])
def framework(request: pytest.FixtureRequest) -> str:
    """The name of one framework after the other."""
    return str(request.param)


@pytest.fixture
def app(framework: str) -> Any:
    """One shop after the other."""
    return import_module(f"bookshop.{framework}_app").create_app(toolbar=False)


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, as it were, in an open shop; an unhandled error reaches it as a 500."""
    state: dict[str, Any] = {}
    received: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    sent: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    running = asyncio.create_task(app({"type": "lifespan", "state": state}, received.get, sent.put))
    await received.put({"type": "lifespan.startup"})
    assert await sent.get() == {"type": "lifespan.startup.complete"}
    transport = httpx.ASGITransport(app=served, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        yield client
    await received.put({"type": "lifespan.shutdown"})
    assert await sent.get() == {"type": "lifespan.shutdown.complete"}
    await running


class Lines(logging.Handler):
    """A handler that keeps what was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


@pytest.fixture
def logged(client: httpx.AsyncClient) -> Iterator[list[logging.LogRecord]]:
    """What the shop has logged; after `client`, because Litestar sets logging up when it starts."""
    logger, lines = logging.getLogger("bookshop"), Lines()
    level = logger.level
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    yield lines.records
    logger.removeHandler(lines)
    logger.setLevel(level)
