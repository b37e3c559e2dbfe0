"""Litestar's stores, and what it keeps in them itself."""

from __future__ import annotations

from pathlib import Path

import redis.asyncio
import valkey.asyncio
from litestar import Litestar, get
from litestar.stores.base import Store
from litestar.stores.file import FileStore
from litestar.stores.memory import MemoryStore
from litestar.stores.redis import RedisStore
from litestar.stores.valkey import ValkeyStore

from debug_toolbar_cache import CachePanel
from debug_toolbar_core import Record
from debug_toolbar_testing import Client, capture
from debug_toolbar_tests.services import Service


async def use(store: Store) -> Record:
    """Use a store in a request."""
    with capture(CachePanel()) as seen:
        assert await store.get("a") is None
        await store.set("a", "value", expires_in=60)
        assert await store.get("a", renew_for=30) == b"value"
        assert await store.exists("a")
        assert await store.expires_in("a")
        await store.delete("a")
        await store.delete_all()
    return seen.record


def told(record: Record) -> list[tuple[str, object]]:
    """Return the operations that are not those of a back end, with what they found."""
    return [(span.name, span.attributes.get("cache.hit")) for span in record.spans if span.parent is None]


EXPECTED = [
    ("get", False), ("set", None), ("get", True), ("exists", None), ("expires_in", None), ("delete", None),
    ("delete_all", None),
]  # fmt: skip


async def test_a_store_in_memory_is_told() -> None:
    """Each operation of a store is a span with key, bytes, hit or miss."""
    record = await use(MemoryStore())
    assert told(record) == EXPECTED
    assert record.spans[1].attributes["cache.bytes_written"] == 5
    assert record.spans[2].attributes["cache.bytes_read"] == 5
    assert "db.system.name" not in record.spans[0].attributes


async def test_a_store_of_files_is_told(tmp_path: Path) -> None:
    """What a store of files does to renew a value is told below its own operation."""
    record = await use(FileStore(tmp_path / "store"))
    assert told(record) == EXPECTED
    assert [span.name for span in record.spans if span.parent is not None] == ["set"]


async def test_a_store_on_redis_is_told(client: redis.asyncio.Redis) -> None:
    """A store on Redis has its commands below its operations; they are not counted again."""
    record = await use(RedisStore(client))
    assert told(record) == EXPECTED
    assert {span.name for span in record.spans if span.parent is not None} >= {"GET", "SET", "EVALSHA", "TTL", "DEL"}
    assert record.spans[0].attributes["db.system.name"] == "redis"


async def test_a_store_on_valkey_is_told(redis_server: Service) -> None:
    """Valkey's client is observed as Redis's is, with its own name; only its scripts need a Valkey."""
    client = valkey.asyncio.Valkey(host=redis_server.host, port=redis_server.port)
    store = ValkeyStore(client)
    with capture(CachePanel()) as seen:
        await store.set("a", "value")
        assert await store.get("a") == b"value"
        assert await client.pipeline().get("b").execute() == [None]
    assert [(span.name, span.attributes.get("cache.hit")) for span in seen.record.spans] == [
        ("set", None), ("SET", None), ("get", True), ("GET", True), ("MULTI", False),
    ]  # fmt: skip
    assert {span.attributes.get("db.system.name") for span in seen.record.spans} == {"valkey"}
    await client.aclose()


async def test_the_cache_of_responses_is_told() -> None:
    """A cached response is a get of the store, by the path; the second one is a hit."""

    @get("/books", cache=60)
    async def books() -> list[str]:
        return ["Dune"]

    app = Client(Litestar([books]))
    hits = []
    for _ in range(2):
        with capture(CachePanel()) as seen:
            assert (await app.get("/books")).text == '["Dune"]'
        hits.append([(span.name, span.attributes.get("cache.hit")) for span in seen.record.spans])
    assert hits == [[("get", False), ("set", None)], [("get", True)]]
    assert seen.record.spans[0].attributes["cache.key"] == "GET/books"
