"""redis-py against a real server: commands, pipelines, scripts, messages, and what goes wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import redis
import redis.asyncio
from redis.exceptions import ConnectionError as Gone
from redis.exceptions import ResponseError, WatchError

from debug_toolbar_cache import CachePanel
from debug_toolbar_core import Toolbar
from debug_toolbar_testing import capture
from debug_toolbar_tests import services
from debug_toolbar_tests.services import Service


def told(record: Any) -> list[dict[str, Any]]:
    """Return the attributes of a record's operations, without the marks, which are never the same."""
    return [{k: v for k, v in span.attributes.items() if "mark" not in k} for span in record.spans]


def outcomes(record: Any) -> list[tuple[Any, ...]]:
    """Return name, keys, and what was found of each operation."""
    return [
        (
            span.name,
            span.attributes.get("cache.key", span.attributes.get("cache.keys")),
            span.attributes.get("cache.hit"),
        )
        for span in record.spans
    ]


async def test_a_command_is_told(client: redis.asyncio.Redis) -> None:
    """A get has OpenTelemetry's names, its key, hit or miss, its bytes and the caller; the value is not kept."""
    await client.set("price:7", "eleven ninety")
    with capture(CachePanel()) as seen:
        assert await client.get("price:7") == b"eleven ninety"
        assert await client.get("price:8") is None
        await client.set("price:8", "four")
    hit, miss, write = told(seen.record)
    assert hit == {
        "db.system.name": "redis", "db.operation.name": "GET", "cache.key": "price:7", "cache.hit": True,
        "cache.bytes_read": 13,
    }  # fmt: skip
    assert miss == {
        "db.system.name": "redis", "db.operation.name": "GET", "cache.key": "price:8", "cache.hit": False,
    }  # fmt: skip
    assert write["cache.bytes_written"] == 4
    source = seen.record.spans[0].source
    assert source is not None
    assert (source.file, source.function) == (__file__, "test_a_command_is_told")
    assert "eleven" not in str(told(seen.record))


def test_a_client_that_is_not_async_is_told(direct: redis.Redis) -> None:
    """A client that decodes its answers is told alike, with the bytes of what is not ASCII."""
    direct.mset({"a": "größe", "b": "2"})
    with capture(CachePanel()) as seen:
        assert direct.get("a") == "größe"
        assert direct.mget("a", "b", "c", "d", "e") == ["größe", "2", None, None, None]
    one, many = told(seen.record)
    assert (one["cache.hit"], one["cache.bytes_read"]) == (True, 7)
    assert (many["cache.hits"], many["cache.reads"], many["cache.bytes_read"]) == (2, 5, 8)
    assert many["cache.keys"] == ["a", "b", "c", "d", "e"]
    assert "cache.hit" not in many
    assert seen.badge is not None
    assert (seen.badge.text, seen.badge.detail) == ("2", "50 % hit")


async def test_hashes_have_fields(client: redis.asyncio.Redis) -> None:
    """A field of a hash is a key of its own; a whole hash that is not there is a miss."""
    await client.hset("user:1", "name", "Ada")
    with capture(CachePanel()) as seen:
        await client.hget("user:1", "name")
        await client.hget("user:1", "born")
        await client.hmget("user:1", ["name", "born"])
        await client.hgetall("user:1")
        await client.hgetall("user:2")
        await client.smembers("nobody")
    assert outcomes(seen.record) == [
        ("HGET", "user:1 name", True), ("HGET", "user:1 born", False), ("HMGET", "user:1 name born", None),
        ("HGETALL", "user:1", True), ("HGETALL", "user:2", False), ("SMEMBERS", "nobody", False),
    ]  # fmt: skip


async def test_a_pipeline_is_one_operation(client: redis.asyncio.Redis, direct: redis.Redis) -> None:
    """A pipeline is one span with its commands, each with what it found; a transaction is told apart."""
    await client.set("a", "1")
    with capture(CachePanel()) as seen:
        async with client.pipeline(transaction=False) as pipe:
            assert await pipe.get("a").get("b").set("c", "xy").mget("a", "c").execute() == [
                b"1", None, True, [b"1", b"xy"],
            ]  # fmt: skip
        assert direct.pipeline().incr("n").execute() == [1]
        assert direct.pipeline().execute() == []
    batch, transaction = seen.record.spans
    assert (batch.name, transaction.name) == ("PIPELINE", "MULTI")
    attributes = batch.attributes
    assert attributes["db.operation.batch.size"] == 4
    assert (attributes["cache.hits"], attributes["cache.reads"]) == (3, 4)
    found = [
        (one["name"], one.get("cache.hit"), one.get("cache.bytes_written")) for one in attributes["cache.commands"]
    ]
    assert found == [("GET", True, None), ("GET", False, None), ("SET", None, 2), ("MGET", True, None)]
    assert batch.source is not None
    assert "PIPELINE" in seen.text
    assert "3 of 4" in seen.text


async def test_commands_that_are_sent_at_once_are_told(client: redis.asyncio.Redis, direct: redis.Redis) -> None:
    """Between WATCH and MULTI commands go by themselves; a lost race is no error."""
    with capture(CachePanel()) as seen:
        async with client.pipeline() as pipe:
            await pipe.watch("stock")
            assert await pipe.get("stock") is None
            pipe.multi()
            pipe.set("stock", 3)
            direct.set("stock", 4)
            with pytest.raises(WatchError):
                await pipe.execute()
    assert [span.name for span in seen.record.spans] == ["WATCH", "GET", "SET", "MULTI"]
    assert seen.record.spans[3].attributes["error.type"] == "WatchError"
    assert seen.notices == []


def test_a_pipeline_that_is_not_async_watches(direct: redis.Redis) -> None:
    """`Redis.transaction` is told with its commands."""
    with capture(CachePanel()) as seen:
        assert direct.transaction(lambda pipe: pipe.multi() or pipe.set("a", 1), "a") == [True]
    assert [span.name for span in seen.record.spans] == ["WATCH", "MULTI"]


async def test_an_error_in_a_pipeline_keeps_its_values_to_itself(client: redis.asyncio.Redis) -> None:
    """redis-py writes the command into the message, value and all; the record says which one it was."""
    await client.set("word", "text")
    with capture(CachePanel()) as seen:
        pipe = client.pipeline()
        pipe.lpush("word", "what nobody is to read")
        with pytest.raises(ResponseError, match="nobody is to read"):
            await pipe.execute()
        pipe.lpush("word", "neither that")
        (failed,) = await pipe.execute(raise_on_error=False)
    assert isinstance(failed, ResponseError)
    assert "Command # 1 of pipeline" in seen.record.spans[0].attributes["error.message"]
    assert seen.record.spans[1].attributes["cache.commands"][0]["error"] == "ResponseError"
    assert "nobody" not in str(told(seen.record))
    assert "neither" not in str(told(seen.record))
    assert [notice.label for notice in seen.notices] == ["cache error"]


async def test_scripts_are_told_with_their_keys(client: redis.asyncio.Redis) -> None:
    """A script is an EVALSHA with its keys; that the server does not know it yet is no error; its text is not kept."""
    script = client.register_script("return redis.call('GET', KEYS[1]) -- secretly")
    with capture(CachePanel()) as seen:
        await script(keys=["a", "b"], args=["value"])
        pipe = client.pipeline()
        await script(keys=["a"], client=pipe)
        await pipe.execute()
    names = [
        (span.name, span.attributes.get("cache.key", span.attributes.get("cache.keys"))) for span in seen.record.spans
    ]
    assert names == [
        ("EVALSHA", ["a", "b"]), ("SCRIPT LOAD", None), ("EVALSHA", ["a", "b"]), ("MULTI", None),
        ("SCRIPT EXISTS", None),
    ]  # fmt: skip
    assert seen.record.spans[4].parent is seen.record.spans[3]
    assert "secretly" not in str(told(seen.record))
    assert seen.notices == []


async def test_messages_are_told(client: redis.asyncio.Redis, direct: redis.Redis) -> None:
    """Subscribing, publishing and each message that arrives are spans; a timeout without one is none."""
    heard: list[Any] = []
    with capture(CachePanel()) as seen:
        async with client.pubsub() as pubsub:
            await pubsub.subscribe("news")
            await pubsub.psubscribe(**{"n*": heard.append})
            assert (await pubsub.get_message(timeout=1))["type"] == "subscribe"
            await client.publish("news", "hello")
            async for message in pubsub.listen():
                if message["type"] == "message":
                    break
            while not heard:
                await pubsub.get_message(timeout=1)
            assert await pubsub.get_message(timeout=0.01) is None
    assert [(span.name, span.attributes.get("cache.key")) for span in seen.record.spans] == [
        ("SUBSCRIBE", "news"), ("PSUBSCRIBE", "n*"), ("PUBLISH", "news"), ("message", "news"), ("message", "news"),
    ]  # fmt: skip
    assert seen.record.spans[3].attributes["cache.bytes_read"] == 5
    with capture(CachePanel()) as seen, direct.pubsub() as listening:
        listening.subscribe("news")
        direct.publish("news", "again")
        while (message := listening.get_message(timeout=1)) is None or message["type"] != "message":
            pass
    assert [span.name for span in seen.record.spans] == ["SUBSCRIBE", "PUBLISH", "message"]


async def test_an_answer_of_another_type_is_told(client: redis.asyncio.Redis) -> None:
    """A command on a key that holds something else is an error; an answer that is no list is not counted."""
    client.set_response_callback("MGET", lambda answer: "seven")
    with capture(CachePanel()) as seen:
        await client.lpush("shelf", "a")
        with pytest.raises(ResponseError):
            await client.get("shelf")
        assert await client.mget("a", "b") == "seven"
    (notice,) = seen.notices
    assert (notice.level, notice.label) == ("error", "cache error")
    assert notice.hint == "WRONGTYPE Operation against a key holding the wrong kind of value"
    assert "cache.reads" not in seen.record.spans[2].attributes


async def test_a_redis_that_goes_away_is_told() -> None:
    """The application gets redis-py's own error; the panel says that the cache can't be reached, and for how long."""
    with capture(CachePanel()) as seen:
        with services.redis() as server:
            client = redis.asyncio.Redis.from_url(server.url, retry=None)
            await client.set("a", "1")
            assert await client.get("a") == b"1"
        for _ in range(2):
            with pytest.raises(Gone):
                await client.get("a")
        with services.redis(server.port):
            assert await client.get("a") is None
        await client.aclose()
    assert [span.attributes.get("error.type") for span in seen.record.spans] == [
        None, None, "ConnectionError", "ConnectionError", None,
    ]  # fmt: skip
    (notice, *_) = seen.notices
    assert (notice.level, notice.label) == ("error", "cache gone")
    assert notice.text == "Redis cannot be reached: 2 operations failed with `ConnectionError`"
    assert "missing in this request" in (notice.hint or "")
    assert seen.badge is not None
    assert seen.badge.level == "error"


async def test_a_redis_that_does_not_answer_in_time_is_told() -> None:
    """A timeout is told as one, with what waiting took; a cancelled command is no error."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with capture(CachePanel()) as seen:
        slow = redis.asyncio.Redis(port=port, socket_timeout=0.05, retry=None)
        with pytest.raises(redis.exceptions.TimeoutError):
            await slow.get("a")
        patient = redis.asyncio.Redis(port=port)
        waiting = asyncio.create_task(patient.get("b"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await slow.aclose()
        await patient.aclose()
    server.close()
    (notice,) = seen.notices
    assert (notice.level, notice.label) == ("error", "cache timeout")
    assert "cancelled" in seen.text


def test_signatures_stay(toolbar: Toolbar) -> None:
    """What is observed has its name, its documentation and its kind."""
    assert asyncio.iscoroutinefunction(redis.asyncio.Redis.execute_command)
    assert not asyncio.iscoroutinefunction(redis.Redis.execute_command)
    assert redis.asyncio.Redis.execute_command.__doc__ == "Execute a command and return a parsed response"
    assert redis.Redis.execute_command.__qualname__ == "Redis.execute_command"


async def test_outside_of_a_request_nothing_is_told(toolbar: Toolbar, redis_server: Service) -> None:
    """A client works as ever where there is no record, and once it is closed its late operations are counted."""
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await client.set("a", "1")
        with toolbar.capture("http") as record:
            late = asyncio.create_task(client.get("a"))
        assert await late == b"1"
    assert record.spans == []
    assert (await toolbar.load(record.id)).dropped == {"late": 1}
