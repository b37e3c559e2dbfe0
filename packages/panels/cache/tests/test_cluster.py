"""The clients of a cluster, of one node, and the shapes that other versions of redis-py give their classes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import redis
import redis.asyncio
from redis.asyncio.cluster import RedisCluster as AsyncCluster
from redis.cluster import RedisCluster

from debug_toolbar_cache import CachePanel
from debug_toolbar_cache.redis import client as observe_client
from debug_toolbar_cache.redis import cluster as observe_cluster
from debug_toolbar_testing import capture
from debug_toolbar_tests.services import folder, free_port, listening, program, running


@pytest.fixture(scope="module")
def cluster() -> Iterator[int]:
    """Run a Redis that is a cluster by itself; its port."""
    port = free_port()
    with folder(None) as home:
        command = [
            program("redis-server"),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(home),
        ]
        with running([*command, "--cluster-enabled", "yes"], home / "log", listening(port)):
            with redis.Redis(port=port, decode_responses=True) as node:
                node.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
                until = time.monotonic() + 20
                while node.execute_command("CLUSTER INFO")["cluster_state"] != "ok" and time.monotonic() < until:
                    time.sleep(0.02)
            yield port


def test_a_cluster_is_told(cluster: int) -> None:
    """Commands, pipelines and transactions of a cluster are told like those of one server."""
    with RedisCluster(host="127.0.0.1", port=cluster) as client, capture(CachePanel()) as seen:
        client.set("a", "1")
        assert client.get("a") == b"1"
        assert client.pipeline().get("a").get("b").execute() == [b"1", None]
        with client.pipeline(transaction=True) as pipe:
            pipe.watch("{x}a")
            pipe.get("{x}a")
            pipe.multi()
            pipe.set("{x}a", 1)
            pipe.execute()
    names = [span.name for span in seen.record.spans]
    assert names == ["SET", "GET", "PIPELINE", "WATCH", "GET", "MULTI"]
    assert [span.attributes.get("cache.hit") for span in seen.record.spans[:2]] == [None, True]
    batch = seen.record.spans[2].attributes
    assert (batch["cache.hits"], batch["cache.reads"]) == (1, 2)


async def test_an_async_cluster_is_told(cluster: int) -> None:
    """The async client of a cluster is told alike."""
    async with AsyncCluster(host="127.0.0.1", port=cluster) as client:
        await client.set("a", "1")
        with capture(CachePanel()) as seen:
            assert await client.get("a") == b"1"
            assert await client.mget_nonatomic("a", "zz") == [b"1", None]
            assert await client.pipeline().set("b", "2").get("b").execute() == [True, b"2"]
    names = [span.name for span in seen.record.spans]
    assert names[0] == "GET"
    assert names[-1] == "PIPELINE"
    assert seen.record.spans[0].attributes["cache.key"] == "a"


class Command:
    """A command that waits in the pipeline of a cluster."""

    def __init__(self, *args: Any) -> None:
        self.args = args


def test_older_pipelines_of_a_cluster_are_told() -> None:
    """Up to redis-py 5 and in valkey-py, a cluster's pipeline keeps its commands itself."""

    class ClusterPipeline:
        def __init__(self) -> None:
            self.command_stack = [Command("GET", "a"), Command("SET", "b", "xyz")]

        def execute(self) -> list[Any]:
            self.command_stack = []
            return [b"1", True]

    class Cluster:
        def execute_command(self, *args: Any) -> Any:
            return b"7"

    class ClusterPubSub:
        def execute_command(self, *args: Any) -> None: ...

    module = SimpleNamespace(RedisCluster=Cluster, ClusterPipeline=ClusterPipeline, ClusterPubSub=ClusterPubSub)
    hook = observe_cluster("redis", "RedisCluster", asynchronous=False)(module)
    next(hook)
    with capture(CachePanel()) as seen:
        assert ClusterPipeline().execute() == [b"1", True]
        assert Cluster().execute_command(b"get", "a") == b"7"
        ClusterPubSub().execute_command("SSUBSCRIBE", "news")
    hook.close()
    assert [(span.name, span.attributes.get("cache.hit")) for span in seen.record.spans] == [
        ("PIPELINE", True), ("GET", True), ("SSUBSCRIBE", None),
    ]  # fmt: skip


def test_a_version_of_another_shape_is_not_patched_by_half() -> None:
    """Where a method is missing nothing of the module stays patched, and the hook says what it did not find."""

    class Redis:
        def execute_command(self, *args: Any) -> None: ...

    original = Redis.execute_command
    module = SimpleNamespace(Redis=Redis, Pipeline=type("Pipeline", (), {}), PubSub=type("PubSub", (), {}))
    with pytest.raises(AttributeError, match="immediate_execute_command"):
        next(observe_client("redis", "Redis")(module))
    assert Redis.execute_command is original


def test_nothing_is_imported_for_the_application() -> None:
    """With the panel running, none of the libraries is imported unless the application does it."""
    code = (
        "import sys\n"
        "from debug_toolbar_core import Application, Config, Toolbar\n"
        "toolbar = Toolbar(Config(panels=['cache'], strict=True)); toolbar.start(Application())\n"
        "names = {'redis', 'valkey', 'aiocache', 'pymemcache', 'aiomcache', 'litestar'} & set(sys.modules)\n"
        "assert not names, names\n"
        "import redis.asyncio\n"
        "print(redis.asyncio.Redis.execute_command.__wrapped__.__qualname__)\n"
        "toolbar.stop()\n"
        "assert not hasattr(redis.asyncio.Redis.execute_command, '__wrapped__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "Redis.execute_command\n", done.stderr
