"""Keys and values of any kind: bounded, redacted, and never run."""

from __future__ import annotations

import asyncio
import enum
import json
from collections.abc import AsyncIterator
from typing import Any

import aiocache
import pytest
import redis
import redis.asyncio

from debug_toolbar_cache import CachePanel
from debug_toolbar_cache import redis as observed
from debug_toolbar_cache.key import text_of
from debug_toolbar_cache.size import size_of
from debug_toolbar_core import Application, Config, Toolbar
from debug_toolbar_testing import Captured, capture
from debug_toolbar_testing.samples import HOSTILE

TOKEN = "9f2c4b7a9f2c4b7a9f2c4b7a9f2c4b7a9f2c4b7a9f2c4b7a9f2c4b7a9f2c4b7a"


class Rude(str):
    """A text whose methods raise."""

    def boom(self, *args: object) -> Any:
        raise RuntimeError("nobody is to run this")

    __repr__ = __str__ = __getitem__ = startswith = replace = boom  # type: ignore[assignment]  # on purpose


class Blocked:
    """An object that may not be looked at."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("nobody is to look at this")

    def __repr__(self) -> str:
        raise RuntimeError("nobody is to print this")


class Keys(enum.Enum):
    """Keys that are members of an enumeration, as aiocache takes them."""

    CART = "cart"
    OTHER = (1, 2)


@pytest.fixture
async def memory() -> AsyncIterator[Any]:
    """Return a cache in this process."""
    cache = aiocache.Cache(aiocache.Cache.MEMORY)
    yield cache
    await cache.clear()


def keys(seen: Captured) -> list[Any]:
    """Return the keys of the operations, as stored."""
    return [span.attributes.get("cache.key") for span in seen.record.spans]


async def test_keys_of_any_kind_are_texts(client: redis.asyncio.Redis) -> None:
    """Binary keys are escaped, numbers written out, long ones cut; none of it is run."""
    given: list[Any] = [b"\x00\xffk", "grün", 7, 1.5, memoryview(b"view"), "x" * 10_000]
    with capture(CachePanel()) as seen:
        for key in given:
            await client.get(key)
        await client.get(b"y" * 10_000)
    assert keys(seen)[:5] == ["\x00\\xffk", "grün", "7", "1.5", "view"]
    assert text_of(bytearray(b"array")) == "array"
    assert [key[198:] for key in keys(seen)[5:]] == ["xx… (9800 more)", "yy… (9800 more)"]


async def test_a_refused_key_is_the_applications_error(client: redis.asyncio.Redis) -> None:
    """What redis-py refuses it refuses with its own error, and an object is its type."""
    refused: Any = object()
    with capture(CachePanel()) as seen, pytest.raises(redis.DataError):
        await client.get(refused)
    assert keys(seen) == ["<builtins.object>"]
    assert seen.record.failures == {}


async def test_no_code_of_a_key_or_a_value_is_run(memory: Any) -> None:
    """Objects whose methods raise go in and come out; the panel shows what they are, never what they say."""
    rude, value = Rude("cart"), Blocked()
    with capture(CachePanel()) as seen:
        await memory.set(rude, value)
        assert await memory.get(rude) is value
        assert await memory.get("no", default=value) is value
        await memory.set(Keys.CART, [value])
        await memory.set(Keys.OTHER, {1: value})
        await memory.multi_get([rude, 5])
    assert seen.record.failures == {}
    assert keys(seen)[:4] == ["cart", "cart", "no", "cart"]
    assert [span.attributes.get("cache.hit") for span in seen.record.spans[1:3]] == [True, False]


async def test_huge_values_are_counted_and_not_kept(client: redis.asyncio.Redis) -> None:
    """A value of many megabytes is a number in the record, and a batch of many keys is fifty of them and a count."""
    with capture(CachePanel()) as seen:
        await client.set("big", b"x" * 5_000_000)
        await client.get("big")
        await client.mget([f"k{number}" for number in range(5_000)])
        pipe = client.pipeline(transaction=False)
        for number in range(2_000):
            pipe.get(f"k{number}")
        await pipe.execute()
    big, again, many, batch = [span.attributes for span in seen.record.spans]
    assert (big["cache.bytes_written"], again["cache.bytes_read"]) == (5_000_000, 5_000_000)
    assert (len(many["cache.keys"]), many["cache.key_count"], many["cache.reads"]) == (50, 5_000, 5_000)
    assert (len(batch["cache.commands"]), batch["db.operation.batch.size"]) == (100, 2_000)
    assert len(json.dumps([span.attributes for span in seen.record.spans])) < 20_000


async def test_secrets_in_keys_are_redacted(client: redis.asyncio.Redis) -> None:
    """Session identifiers and tokens do not reach the record; that a key was fetched twice is found all the same."""
    with capture(CachePanel()) as seen:
        for key in (f"session:{TOKEN}", TOKEN, f"LITESTAR:{TOKEN}", "password:hunter2hunter2", f"token={TOKEN}"):
            await client.get(key)
        for token in ("a", "b", "b"):
            await client.get(f"session:{TOKEN}{token}")
    stored = json.dumps([[span.name, span.attributes] for span in seen.record.spans]) + seen.text
    assert TOKEN[:9] not in stored
    assert "hunter2" not in stored
    assert [notice.label for notice in seen.notices if notice.label == "fetched twice"] == ["fetched twice"]
    (notice,) = [notice for notice in seen.notices if notice.label == "fetched twice"]
    assert "is fetched twice" in notice.text


async def test_what_is_no_key_is_not_kept(client: redis.asyncio.Redis) -> None:
    """Arguments of commands without keys are not recorded, nor is a command's name that is none."""
    told = [("AUTH", "hunter2"), ("config set", "requirepass2", "hunter2"), ("hunter2!",), ("GET hunter2", "a", "b")]
    with capture(CachePanel()) as seen:
        for words in told:
            with pytest.raises(redis.RedisError):
                await client.execute_command(*words)
        await client.execute_command(b"ping")
    assert [span.name for span in seen.record.spans] == ["AUTH", "CONFIG SET", "?", "GET", "PING"]
    assert "hunter2" not in json.dumps([{**span.attributes, "error.message": ""} for span in seen.record.spans])


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_keys_steer_nothing(memory: Any, text: str) -> None:
    """Keys that are markup, terminal codes or lone surrogates are shown as what they are."""
    with capture(CachePanel()) as seen:
        for key in (text, text, f"{text}1", f"{text}2", f"{text}3"):
            await memory.get(key)
            await memory.set(key, text)
    assert "\x1b" not in seen.text
    assert "\u202e" not in seen.text


async def test_a_fault_of_ours_is_not_the_applications(
    memory: Any, direct: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the panel itself fails, before or after the call, the application has its result; the record says it."""

    def broken(*args: object) -> Any:
        raise LookupError("ours")

    monkeypatch.setattr(observed, "any_command", broken)
    monkeypatch.setattr("debug_toolbar_cache.pipeline._queued", broken)
    toolbar = Toolbar(Config(panels=[CachePanel()]))
    toolbar.start(Application())
    with toolbar.capture("http") as record:
        assert direct.set("a", 1)
        assert direct.pipeline().get("a").execute() == ["1"]
        with pytest.raises(redis.ResponseError):
            direct.lpush("a", 1)
    toolbar.stop()
    assert record.failures["cache"].message == "LookupError: ours"
    assert record.spans == []


async def test_a_subclass_that_breaks_a_property_is_its_own_error(memory: Any) -> None:
    """An attribute that we read and that raises costs the operation in the record, not the call."""

    class Broken(aiocache.SimpleMemoryCache):
        @property
        def namespace(self) -> Any:
            if asyncio.current_task() is None:
                raise RuntimeError
            return self.__dict__.get("space")

        @namespace.setter
        def namespace(self, value: Any) -> None:
            self.__dict__["space"] = value

        @property
        def plugins(self) -> Any:
            raise RuntimeError("not for you")

        @plugins.setter
        def plugins(self, value: Any) -> None: ...

    toolbar = Toolbar(Config(panels=[CachePanel()]))
    toolbar.start(Application())
    with toolbar.capture("http") as record, pytest.raises(RuntimeError, match="not for you"):
        await Broken().get("a", default=1)
    toolbar.stop()
    assert record.failures["cache"].message == "RuntimeError: not for you"


async def test_a_fault_inside_a_back_end_is_not_the_applications(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where telling an operation fails in which others run, these run as they would, and it has its result."""

    class Own(aiocache.base.BaseCache):
        NAME = "own"

        async def _get(self, key: str, encoding: object, _conn: object = None) -> str | None:
            if key == "gone":
                raise ConnectionError("gone")
            return key

    def broken(*args: object) -> Any:
        raise LookupError("ours")

    toolbar = Toolbar(Config(panels=[CachePanel()]))
    toolbar.start(Application())
    with toolbar.capture("http") as record:
        assert await Own().get("a") == "a"
        with pytest.raises(ConnectionError):
            await Own().get("gone")
        monkeypatch.setattr("debug_toolbar_cache.aiocache.one", broken)
        assert await Own().get("b") == "b"
        monkeypatch.setattr("debug_toolbar_cache.aiocache.keyed", broken)
        assert await Own().get("c") == "c"
        with pytest.raises(ConnectionError):
            await Own().get("gone")
    with toolbar.capture("http") as early:
        monkeypatch.undo()
        waiting = asyncio.create_task(Own().get("d"))
        await asyncio.sleep(0)
    assert await waiting == "d"
    toolbar.stop()
    assert [span.attributes.get("error.type") for span in record.spans] == [None, "ConnectionError", None]
    assert record.failures["cache"].message == "LookupError: ours"
    assert len(early.spans) == 1


def test_sizes_are_told_where_that_costs_nothing() -> None:
    """Texts, bytes, small numbers and flat groups of them have a size; other objects have none."""
    values = [b"ab", "ab", "ä", bytearray(3), memoryview(b"abcd"), 1190, ["a", b"bc"], {"k": "abc"}, ("ä" * 20_000)]
    assert [size_of(value) for value in values] == [2, 2, 2, 3, 4, 4, 3, 3, 20_000]
    nothing = [
        10**40,
        object(),
        [[b"nested"]],
        ["x"] * 5_000,
        dict.fromkeys(range(5_000), 1),
    ]
    assert [size_of(value) for value in nothing] == [None] * 5


def test_words_are_not_taken_for_secrets() -> None:
    """Long keys of words, and UUIDs, stay whole; digests and random texts keep eight characters."""
    words = "bookshop.prices_of_all_the_books_in_the_catalogue_of_today(1,)[]"
    assert text_of(words) == words
    assert text_of("user:6f1c3c1e-62e5-4f6e-9d3a-2f1b8f0c9a7e") == "user:6f1c3c1e-62e5-4f6e-9d3a-2f1b8f0c9a7e"
    assert text_of(TOKEN) == "9f2c4b7a…"
    assert text_of("q:Zx81_kkP0-aaTT99qqWWeerrttYYuuIIoo11") == "q:Zx81_kkP…"
