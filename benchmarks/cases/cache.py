"""A cache operation: one key asked of a real server, async and not, and of a cache in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiocache
import pymemcache
import redis
import redis.asyncio

from cases.case import Call, Case
from debug_toolbar_tests import services


@asynccontextmanager
async def redis_async() -> AsyncIterator[Call]:
    """Get a key with redis-py's async client."""
    with services.redis() as server:
        client = redis.asyncio.Redis.from_url(server.url)
        await client.set("price:7", "1190")

        async def call() -> None:
            await client.get("price:7")

        yield call
        await client.aclose()


@asynccontextmanager
async def redis_sync() -> AsyncIterator[Call]:
    """Get a key with redis-py's sync client."""
    with services.redis() as server, redis.Redis.from_url(server.url) as client:
        client.set("price:7", "1190")

        async def call() -> None:
            client.get("price:7")

        yield call


@asynccontextmanager
async def aiocache_memory() -> AsyncIterator[Call]:
    """Get a key of an aiocache in memory."""
    cache = aiocache.Cache(aiocache.Cache.MEMORY)
    await cache.set("price:7", 1190)

    async def call() -> None:
        await cache.get("price:7")

    yield call


@asynccontextmanager
async def memcached() -> AsyncIterator[Call]:
    """Get a key with pymemcache."""
    with services.memcached() as server:
        client = pymemcache.Client((server.host, server.port))
        await asyncio.to_thread(client.set, "price:7", "1190")

        async def call() -> None:
            client.get("price:7")

        yield call
        client.close()


CASES = [
    Case("redis.asyncio get", "cache", 4, redis_async),
    Case("redis get", "cache", 4, redis_sync),
    Case("aiocache get, in memory", "cache", 4, aiocache_memory),
    Case("pymemcache get", "cache", 4, memcached),
]
