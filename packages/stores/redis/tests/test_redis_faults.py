"""Faults of a Redis: away, slow, full or refusing; the application goes on, readers are told, and it comes back."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from debug_toolbar_core import Config, ConfigurationError, Toolbar, shared, writer
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.keeper import make_store
from debug_toolbar_core.retention import Retention
from debug_toolbar_redis import RedisStore, database
from debug_toolbar_testing.shared_stores import ids, sample, until
from debug_toolbar_tests import services


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less and try again soon, so that no test waits for seconds."""
    monkeypatch.setattr(writer, "_PATIENCE", 0.05)
    monkeypatch.setattr(writer, "_PATIENCE_MOST", 0.2)
    monkeypatch.setattr(shared, "_READ_AGAIN", 0.2)
    monkeypatch.setattr(database, "_PATIENCE", 0.3)


@pytest.fixture
def redis() -> Iterator[services.Service]:
    """A Redis of the test's own, which may be stopped."""
    with services.redis() as running:
        yield running


async def saved(store: RedisStore, numbers: range) -> list[str]:
    """Save records; return their ids, newest first, and see that saving waits for nothing."""
    records = [sample(number) for number in numbers]
    before = time.perf_counter()
    for record in records:
        await store.save(record)
    assert time.perf_counter() - before < 0.05
    return [record.id for record in reversed(records)]


async def labels(store: RedisStore) -> set[str | None]:
    """Return what kinds of notices there are."""
    return {notice.label for notice in store.notices()}


async def readable(store: RedisStore, expected: list[str]) -> None:
    """See that readers get these records, and no one waits long."""
    before = time.perf_counter()
    assert await ids(store) == expected
    assert await store.load(expected[0]) is not None
    assert time.perf_counter() - before < 3


async def test_away_at_the_start() -> None:
    """With no server records are kept in memory and read there; when it comes they are in it."""
    port = services.free_port()
    store = RedisStore(f"redis://:hunter2@127.0.0.1:{port}/0")
    kept = await saved(store, range(3))
    await until(lambda: labels(store), {"store away"})
    await readable(store, kept)
    assert f"127.0.0.1:{port}" in store.notices()[0].text
    assert "hunter2" not in repr(store.notices())
    with services.redis(port) as server:
        with Redis(port=port) as client:
            client.config_set("requirepass", "hunter2")
        await until(lambda: labels(store), set())
        assert await ids(RedisStore(server.url.replace("//", "//:hunter2@"))) == kept
        store.finish()


async def test_killed_and_back(redis: services.Service, caplog: pytest.LogCaptureFixture) -> None:
    """A server that is killed and comes back empty: what this process saved meanwhile is in it, and no fault stays."""
    store = RedisStore(redis.url)
    assert await saved(store, range(3)) == await ids(store)
    with caplog.at_level(logging.WARNING, "debug_toolbar"):
        redis.process.kill()
        redis.process.wait()
        meanwhile = await saved(store, range(3))
        await until(lambda: labels(store), {"store away"})
        await readable(store, meanwhile)
        with services.redis(redis.port):
            await until(lambda: labels(store), set())
            assert await ids(RedisStore(redis.url)) == meanwhile
            await until(lambda: count_of(store), 3)
        store.finish()
    assert len([line for line in caplog.messages if "is not written" in line]) <= 2
    assert len([line for line in caplog.messages if "is written again" in line]) == 1


async def count_of(store: RedisStore) -> int:
    """Return how many records there are."""
    return len(await store.recent())


async def test_slow_and_well_again(redis: services.Service) -> None:
    """A server that answers nothing for a while delays nobody; then it has what it had and what came meanwhile."""
    store = RedisStore(redis.url)
    before = await saved(store, range(3))
    assert await ids(store) == before
    os.kill(redis.process.pid, signal.SIGSTOP)
    try:
        meanwhile = await saved(store, range(3))
        await until(lambda: labels(store), {"store away"})
        await readable(store, meanwhile)
    finally:
        os.kill(redis.process.pid, signal.SIGCONT)
    await until(lambda: labels(store), set())
    await until(lambda: ids(store), [*meanwhile, *before])
    store.finish()


async def test_a_subscriber_outlives_the_server(redis: services.Service) -> None:
    """The live stream goes on when the server is back."""
    one, two = RedisStore(redis.url), RedisStore(redis.url)
    stream = one.subscribe()
    heard = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    redis.process.kill()
    redis.process.wait()
    with services.redis(redis.port):
        (record,) = await saved(two, range(1))
        async with asyncio.timeout(20):
            assert await heard == record
        await stream.aclose()  # type: ignore[attr-defined]  # it is a generator
        one.finish()
        two.finish()


async def test_a_full_server(redis: services.Service) -> None:
    """One that takes nothing more is a notice; with room again all is stored."""
    store = RedisStore(redis.url)
    with Redis(port=redis.port) as client:
        client.config_set("maxmemory", "1")
        kept = await saved(store, range(3))
        await until(lambda: labels(store), {"store away"})
        assert "memory" in store.notices()[0].text
        assert await ids(store) == kept
        client.config_set("maxmemory", "0")
        await until(lambda: labels(store), set())
    assert await ids(RedisStore(redis.url)) == kept
    store.finish()


async def test_a_wrong_password_and_keys_of_another(redis: services.Service) -> None:
    """What the server refuses is said in its words, and never with the password."""
    with Redis(port=redis.port) as client:
        client.set("{taken:1}:documents", "a text")
        taken = RedisStore(redis.url, prefix="taken")
        await saved(taken, range(1))
        await until(lambda: labels(taken), {"store away"})
        assert "WRONGTYPE" in taken.notices()[0].text
        taken.finish()
        client.config_set("requirepass", "right")
    store = RedisStore(redis.url.replace("//", "//:hunter2@"))
    await saved(store, range(1))
    await until(lambda: labels(store), {"store away"})
    assert "hunter2" not in repr(store.notices())
    store.finish()


@contextmanager
def babbling() -> Iterator[int]:
    """Serve what is no Redis; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(range(256)))

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


async def test_what_is_no_redis() -> None:
    """A server that answers nonsense is as one that is away."""
    with babbling() as port:
        store = RedisStore(f"redis://127.0.0.1:{port}")
        kept = await saved(store, range(2))
        await until(lambda: labels(store), {"store away"})
        await readable(store, kept)
        store.finish()


async def test_keys_have_a_prefix_and_an_end(redis_server: services.Service) -> None:
    """Nothing is written but under the prefix, every key ends by itself, and bytes are capped."""
    store = RedisStore(redis_server.url, Retention(records=1_000, bytes=200_000, age=600), prefix="capped")
    app = sample(0)
    app.kind = "app"
    await store.save(app)
    for number in range(100):
        await store.save(sample(number, "x" * 10_000))
    assert 10 < await count_of(store) < 20
    with Redis(port=redis_server.port) as client:
        keys = client.keys("*capped*")
        assert sorted(keys) == sorted(key.encode() for key in store.backend.keys)  # type: ignore[attr-defined]
        assert all(0 < client.ttl(key) <= 600 for key in keys)
        assert sum(map(len, client.hvals(keys_of(store, "documents")))) < 200_000
        assert int(client.hget(keys_of(store, "total"), "bytes") or 0) < 200_000
        client.delete(keys_of(store, "documents"))  # as a server that is short of memory does
    record = sample(1)
    await store.save(record)
    assert await ids(store) == [record.id]
    await store.clear()
    assert await store.load(app.id) is not None


def keys_of(store: RedisStore, name: str) -> str:
    """Return a key of the store's."""
    return f"{{capped:1}}:{name}"


async def test_applications_are_few(redis_server: services.Service) -> None:
    """Of applications' own records, one for each start of each worker, the newest are kept."""
    store = RedisStore(redis_server.url, prefix="applications")
    made = []
    for number in range(70):
        app = sample(number)
        app.kind = "app"
        made.append(app.id)
        await store.save(app)
        store.writer.flush(1)
    assert [await store.load(id) is not None for id in (made[0], made[-64], made[-1])] == [False, True, True]


def test_urls(redis_server: services.Service) -> None:
    """The store's options are taken out of the URL, the rest is redis-py's; `rediss` is the same with TLS."""
    store = make_store(f"{redis_server.url}?records=7&bytes=1MB&age=1h&socket_timeout=1", Encoder())
    assert isinstance(store, RedisStore)
    assert store.retention == Retention(7, 1_000_000, 3600.0)
    assert store.backend.name == f"Redis 127.0.0.1:{redis_server.port}/0"
    secure = make_store("rediss://:secret@redis.example:6380/2", Encoder())
    assert isinstance(secure, RedisStore)
    assert secure.backend.name == "Redis redis.example:6380/2"
    assert RedisStore("unix:///run/redis.sock").backend.name == "Redis /run/redis.sock"


@pytest.mark.parametrize("option", ["records=0", "age=never", "colour=red", "db=one"])
def test_a_wrong_option_is_told_at_start(option: str) -> None:
    """A value or an option that is not accepted is a ConfigurationError, without the password."""
    with pytest.raises(ConfigurationError) as caught:
        Toolbar(Config(panels=[], store=f"redis://:hunter2@localhost?{option}"))
    assert "hunter2" not in str(caught.value)


_FORKING = """
import os, sys, time
from debug_toolbar_core import Config, Toolbar
toolbar = Toolbar(Config(panels=[], store=sys.argv[1]))
def save(name):
    with toolbar.capture("task", name=name) as record: pass
save("before")
time.sleep(0.2)
save("waiting")
child = os.fork()
save("child" if not child else "parent")
if child:
    os.waitpid(child, 0)
else:
    toolbar.stop()
    os._exit(0)
"""


def test_a_fork_in_between(redis_server: services.Service) -> None:
    """Parent and child each save their own, with threads and connections of their own; an exit writes what waits."""
    url = f"{redis_server.url}?prefix=forked"
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKING, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    names = [line.path for line in asyncio.run(RedisStore.from_url(url).recent())]
    assert sorted(names) == ["before", "child", "parent", "waiting"]
