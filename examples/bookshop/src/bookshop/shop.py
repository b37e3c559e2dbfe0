"""The open shop: its database, its line to the wholesaler, and its cache."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from aiocache import Cache
from aiocache.base import BaseCache
from saq import Queue
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bookshop import jobs
from bookshop.config import settings
from bookshop.models import Table
from bookshop.seed import fill
from bookshop.wholesaler import wholesaler


@dataclass(frozen=True)
class Shop:
    """What lives as long as the application does."""

    session: async_sessionmaker[AsyncSession]
    wholesaler: httpx.AsyncClient
    cache: BaseCache
    jobs: Queue | None = None


@asynccontextmanager
async def open_shop() -> AsyncIterator[Shop]:
    """Open a freshly stocked shop in a temporary folder; prices are kept in memory, or in the `BOOKSHOP_REDIS`."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="bookshop-"))
        engine = create_async_engine(f"sqlite+aiosqlite:///{Path(folder) / 'bookshop.db'}")
        stack.push_async_callback(engine.dispose)
        cache = Cache.from_url(os.environ.get("BOOKSHOP_REDIS", "memory://"))
        stack.push_async_callback(cache.close)
        # Another company's server; here it runs in this process, so that the example needs no network.
        transport = httpx.ASGITransport(app=wholesaler)
        key = {"x-api-key": settings.wholesaler.key.get_secret_value()}
        client = httpx.AsyncClient(
            transport=transport, base_url=settings.wholesaler.url, headers=key, timeout=settings.wholesaler.seconds
        )
        if (queue := jobs.queue()) is not None:
            stack.push_async_callback(queue.disconnect)
        yield Shop(await stocked(engine), await stack.enter_async_context(client), cache, queue)


async def stocked(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Make the tables, fill them, and return what opens sessions on them."""
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        await fill(session)
    return sessions
