from collections.abc import Awaitable, Callable, Sequence

import aiocache
import pytest
import redis
import redis.asyncio
from litestar.stores.memory import MemoryStore

from debug_toolbar_cache import CachePanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> CachePanel:
        return CachePanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-cache"

    @pytest.fixture
    def workload(self) -> Callable[[str], Awaitable[None]]:
        async def work(text: str) -> None:
            cache = aiocache.Cache(aiocache.Cache.MEMORY, namespace=text)
            for key in (text, text, f"{text}:1", f"{text}:2", f"{text}:3"):
                if await cache.get(key) is None:
                    await cache.set(key, None if key == text else text)
            await MemoryStore().get(text)

        return work

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        return [
            (redis.Redis, "execute_command"),
            (redis.asyncio.Redis, "execute_command"),
            (redis.asyncio.client.Pipeline, "execute"),
            (aiocache.base.BaseCache, "get"),
            (aiocache.SimpleMemoryCache, "get"),
            (MemoryStore, "get"),
        ]
