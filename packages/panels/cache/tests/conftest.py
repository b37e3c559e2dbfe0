"""What these tests share: a running toolbar with the cache panel, and clients of real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import redis
import redis.asyncio

from debug_toolbar_cache import CachePanel
from debug_toolbar_core import Application, Config, Toolbar
from debug_toolbar_tests.services import Service


@pytest.fixture
def toolbar() -> Iterator[Toolbar]:
    """Return a running toolbar with the cache panel."""
    toolbar = Toolbar(Config(panels=[CachePanel()], strict=True))
    toolbar.start(Application())
    yield toolbar
    toolbar.stop()


@pytest.fixture
async def client(redis_server: Service) -> AsyncIterator[redis.asyncio.Redis]:
    """Return an async client of an empty Redis."""
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await client.flushall()
        yield client


@pytest.fixture
def direct(redis_server: Service) -> Iterator[redis.Redis]:
    """Return a client of an empty Redis that is not async, and decodes what it gets."""
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.flushall()
        yield client
