"""aiocache: its methods, decorators and plugins, in memory and on real servers."""

from __future__ import annotations

from typing import Any

import aiocache
import pytest
from aiocache.plugins import HitMissRatioPlugin

from debug_toolbar_cache import CachePanel
from debug_toolbar_testing import capture
from debug_toolbar_tests.services import Service


def memory(**options: Any) -> Any:
    """Return a cache in this process."""
    return aiocache.Cache(aiocache.Cache.MEMORY, **options)


async def test_every_method_is_told() -> None:
    """Each method is a span with its keys and what it found; those of one cache are told by one name."""
    cache = memory()
    with capture(CachePanel()) as seen:
        await cache.set("a", "12345")
        assert await cache.get("a") == "12345"
        assert await cache.get("b") is None
        assert await cache.multi_get(["a", "b", "c"]) == ["12345", None, None]
        await cache.multi_set([("b", 1), ("c", 2)])
        assert await cache.exists("b")
        await cache.increment("b", 2)
        await cache.expire("b", 10)
        await cache.delete("b")
        await cache.raw("keys")
        await cache.clear()
        with pytest.raises(ValueError, match="already exists"):
            await cache.add("a", 1) and await cache.add("a", 2)
    found = [(span.name, span.attributes.get("cache.hit")) for span in seen.record.spans]
    assert found[:5] == [("set", None), ("get", True), ("get", False), ("multi_get", None), ("multi_set", None)]
    assert [name for name, _ in found[5:]] == ["exists", "increment", "expire", "delete", "raw", "clear", "add", "add"]
    assert seen.record.spans[0].attributes["cache.bytes_written"] == 5
    assert seen.record.spans[4].attributes["cache.keys"] == ["b", "c"]
    assert seen.notices == []  # that a key is there already is an answer
    assert "aiocache memory" in seen.text


async def test_a_decorated_function_is_told() -> None:
    """What `@cached` asks and stores is told, with the line of the user's that called the function."""

    @aiocache.cached(key="answer")
    async def answer() -> int:
        return 42

    with capture(CachePanel()) as seen:
        assert (await answer(), await answer()) == (42, 42)
    assert [(span.name, span.attributes.get("cache.hit")) for span in seen.record.spans] == [
        ("get", False), ("set", None), ("get", True),
    ]  # fmt: skip
    assert {span.source.file for span in seen.record.spans if span.source} == {__file__}


async def test_a_stored_value_that_equals_the_default_is_a_hit() -> None:
    """`get(key, default=0)` is a hit where 0 is stored and a miss where nothing is; the application gets 0."""
    cache = memory()
    await cache.set("zero", 0)
    with capture(CachePanel()) as seen:
        assert await cache.get("zero", 0) == 0
        assert await cache.get("nothing", default=0) == 0
        assert await cache.get("nothing", 7) == 7
    assert [span.attributes["cache.hit"] for span in seen.record.spans] == [True, False, False]


async def test_plugins_see_what_they_saw() -> None:
    """A plugin is given the application's own default; with it the panel takes that for a miss."""
    cache = memory(plugins=[HitMissRatioPlugin()])
    await cache.set("a", 1)
    with capture(CachePanel()) as seen:
        await cache.get("a")
        await cache.get("b")
        assert await cache.get("b", default=9) == 9
    assert (cache.hit_miss_ratio["total"], cache.hit_miss_ratio["hits"]) == (3, 2)  # its own: a default is a hit to it
    assert [span.attributes["cache.hit"] for span in seen.record.spans] == [True, False, False]


async def test_a_none_that_is_stored_is_a_notice() -> None:
    """aiocache takes a stored None for a miss, so the value is made again each time: the panel says so."""
    cache = memory(namespace="shop")
    with capture(CachePanel()) as seen:
        await cache.set("reader", None)
        assert await cache.get("reader", default="none") == "none"
    (notice,) = seen.notices
    assert (notice.level, notice.label) == ("warning", "None cached")
    assert "`reader`" in notice.text
    assert seen.record.spans[0].attributes["cache.namespace"] == "shop"


async def test_namespaces_keep_keys_apart() -> None:
    """A key that is fetched from two namespaces, or from two caches, is not fetched twice."""
    cache, other = memory(), memory()
    for one in (cache, other):
        await one.set("a", 1)
    await cache.set("a", 1, namespace="x")
    with capture(CachePanel()) as seen:
        await cache.get("a")
        await cache.get("a", namespace="x")
        await other.get("a")
    assert seen.notices == []


async def test_its_back_ends_are_told_below_it(redis_server: Service, memcached_server: Service) -> None:
    """What aiocache asks of Redis or memcached is a child of its own operation, and counted once in the hit rates."""
    redis = aiocache.Cache(aiocache.Cache.REDIS, endpoint=redis_server.host, port=redis_server.port, namespace="t")
    memcached = aiocache.Cache(aiocache.Cache.MEMCACHED, endpoint=memcached_server.host, port=memcached_server.port)
    with capture(CachePanel()) as seen:
        for cache in (redis, memcached):
            await cache.set("back", 1)
            assert await cache.get("back") == 1
            assert await cache.get("nowhere") is None
    spans = seen.record.spans
    assert [span.name for span in spans] == ["set", "SET", "get", "GET", "get", "GET", "set", "set", *["get"] * 4]
    assert [span.parent is not None for span in spans] == [False, True] * 6
    assert spans[3].attributes["cache.key"] == "t:back"
    assert seen.badge is not None
    assert (seen.badge.text, seen.badge.detail) == ("6", "50 % hit")
    assert "aiocache Redis" in seen.text
    await redis.client.aclose()
    await memcached.close()


async def test_a_switched_off_cache_is_as_without_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """With AIOCACHE_DISABLE the application gets what it got: nothing, whatever default it asked for."""
    monkeypatch.setenv("AIOCACHE_DISABLE", "1")
    with capture(CachePanel()):
        assert await memory().get("a", default=5) is None
