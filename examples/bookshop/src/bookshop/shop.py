"""The open shop: its database, its line to the wholesaler and, if there is one, its cache."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bookshop.models import Table
from bookshop.seed import fill
from bookshop.wholesaler import wholesaler


@dataclass(frozen=True)
class Shop:
    """What lives as long as the application does."""

    session: async_sessionmaker[AsyncSession]
    wholesaler: httpx.AsyncClient
    cache: Redis | None


@asynccontextmanager
async def open_shop() -> AsyncIterator[Shop]:
    """Open a freshly stocked shop in a temporary folder; `BOOKSHOP_REDIS` names a Redis to keep prices in."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="bookshop-"))
        engine = create_async_engine(f"sqlite+aiosqlite:///{Path(folder) / 'bookshop.db'}")
        stack.push_async_callback(engine.dispose)
        cache = Redis.from_url(url) if (url := os.environ.get("BOOKSHOP_REDIS")) else None
        if cache:
            stack.push_async_callback(cache.aclose)
        # Another company's server; here it runs in this process, so that the example needs no network.
        transport = httpx.ASGITransport(app=wholesaler)
        client = httpx.AsyncClient(transport=transport, base_url="http://wholesaler.example")
        yield Shop(await stocked(engine), await stack.enter_async_context(client), cache)


async def stocked(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Make the tables, fill them, and return what opens sessions on them."""
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        await fill(session)
    return sessions
