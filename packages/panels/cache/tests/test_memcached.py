"""pymemcache and aiomcache against a real memcached."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiomcache
import pytest
from pymemcache import Client, HashClient, PooledClient, serde

from debug_toolbar_cache import CachePanel
from debug_toolbar_testing import capture
from debug_toolbar_tests.services import Service


@pytest.fixture
def client(memcached_server: Service) -> Iterator[Client]:
    """Return a client of an empty memcached."""
    client = Client((memcached_server.host, memcached_server.port), serde=serde.pickle_serde)
    client.flush_all()
    yield client
    client.close()


def told(record: Any) -> list[tuple[Any, ...]]:
    """Return name, keys and what was found of each operation."""
    return [
        (span.name, span.attributes.get("cache.key", span.attributes.get("cache.keys")), *found(span.attributes))
        for span in record.spans
    ]


def found(attributes: dict[str, Any]) -> tuple[Any, ...]:
    """Return what was found: whether, or how many of how many."""
    if "cache.reads" in attributes:
        return attributes["cache.hits"], attributes["cache.reads"]
    return (attributes["cache.hit"],) if "cache.hit" in attributes else ()


def test_every_method_is_told(client: Client) -> None:
    """Methods on one key and on many are told, by whichever of their names they are called."""
    with capture(CachePanel()) as seen:
        client.set("a", "1")
        client.get("a")
        client.get(b"b")
        client.gets("a")
        client.gets("b")
        client.set_many({"b": "22", "c": "333"})
        client.get_many(["a", "b", "x"])
        client.get_multi({"a": 1}.keys())
        client.delete_multi(["b", "c"])
        client.incr("n", 1)
        client["d"] = "1"
        client.delete_many(key for key in ("a", "zz"))  # an iterator is left to the library
    assert told(seen.record) == [
        ("set", "a"), ("get", "a", True), ("get", "b", False), ("gets", "a", True), ("gets", "b", False),
        ("set_many", ["b", "c"]), ("get_many", ["a", "b", "x"], 2, 3), ("get_many", ["a"], 1, 1),
        ("delete_many", ["b", "c"]), ("incr", "n"), ("set", "d"), ("delete_many", None),
    ]  # fmt: skip
    assert seen.record.spans[5].attributes["cache.bytes_written"] == 5
    assert seen.record.spans[0].attributes["db.system.name"] == "memcached"


def test_a_stored_none_is_a_hit(client: Client) -> None:
    """A None that is stored is told from a miss; the application gets the default that it asked for."""
    client.set("none", None)
    with capture(CachePanel()) as seen:
        assert client.get("none", "default") is None
        assert client.get("nowhere", "default") == "default"
        assert client.get("nowhere", default=None) is None
        assert (client.get("nowhere"), client.get("none"), client.get(key="none")) == (None, None, None)
    assert [span.attributes["cache.hit"] for span in seen.record.spans] == [True, False, False, False, True, True]


def test_clients_of_clients_are_counted_once(memcached_server: Service, client: Client) -> None:
    """A pool and a client of many servers ask the same one client: one span for each thing that is sent."""
    address = (memcached_server.host, memcached_server.port)
    client.set("a", "1")
    with capture(CachePanel()) as seen:
        for one in (PooledClient(address), HashClient([address]), HashClient([address], use_pooling=True)):
            one.get("a")
            one.set_many({"b": "1", "c": "2"})
            one.close()
    assert [name for name, *_ in told(seen.record)] == ["get", "set_many"] * 3
    assert [notice.label for notice in seen.notices] == ["fetched twice"]  # they are one server's


def test_a_memcached_that_is_gone_is_told() -> None:
    """The application gets its own error, or what it gets instead when errors are ignored."""
    with capture(CachePanel()) as seen:
        with pytest.raises(ConnectionRefusedError):
            Client(("127.0.0.1", 1)).get("a")
        assert PooledClient(("127.0.0.1", 1), ignore_exc=True).get("a", 5) == 5
    (notice,) = seen.notices
    assert notice.text == "memcached cannot be reached: 2 operations failed with `ConnectionRefusedError`"


async def test_aiomcache_is_told(memcached_server: Service) -> None:
    """The async client is told alike; what it refuses is the application's error."""
    client = aiomcache.Client(memcached_server.host, memcached_server.port)
    with capture(CachePanel()) as seen:
        await client.flush_all()
        await client.set(b"a", b"123")
        assert await client.get(b"a") == b"123"
        assert await client.get(b"b", b"default") == b"default"
        assert await client.gets(b"b") == (None, None)
        assert await client.multi_get(b"a", b"b") == (b"123", None)
        assert await client.delete(b"a")
        with pytest.raises(aiomcache.ValidationException):
            await client.get("a b")  # type: ignore[call-overload]  # on purpose
    assert told(seen.record) == [
        ("flush_all", None), ("set", "a"), ("get", "a", True), ("get", "b", False), ("gets", "b", False),
        ("multi_get", ["a", "b"], 1, 2), ("delete", "a"), ("get", "a b"),
    ]  # fmt: skip
    await client.close()


async def test_threads_are_told(client: Client) -> None:
    """A client that blocks is used in a thread that takes the request's context with it."""
    with capture(CachePanel()) as seen:
        await asyncio.to_thread(client.get, "a")
    assert told(seen.record) == [("get", "a", False)]
