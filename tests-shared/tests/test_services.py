"""Services: each server of the tests answers its own client, and is gone afterwards."""

from __future__ import annotations

import asyncpg
import pymysql
import pytest
from pymemcache import Client
from redis import Redis

from debug_toolbar_tests import services


def test_redis_answers_and_goes() -> None:
    """A client stores and reads; after the block nobody listens, and the port can be had again."""
    with services.redis() as server, Redis(port=server.port) as client:
        assert client.set("key", "value")
        assert client.get("key") == b"value"
    assert server.process.poll() is not None
    with services.redis(server.port) as again, Redis(port=again.port) as client:
        assert client.get("key") is None


def test_memcached_answers(memcached_server: services.Service) -> None:
    """A client stores and reads."""
    client = Client((memcached_server.host, memcached_server.port))
    client.set("key", "value", noreply=False)
    assert client.get("key") == b"value"
    client.close()


async def test_postgresql_answers(postgresql_server: services.Service) -> None:
    """A client connects by the URL and asks."""
    connection = await asyncpg.connect(postgresql_server.url)
    assert await connection.fetchval("SELECT current_database()") == "test"
    await connection.close()


def test_mariadb_answers(mariadb_server: services.Service) -> None:
    """A client connects as `test` and asks."""
    access = {"user": "test", "password": "test", "database": "test"}
    with (
        pymysql.connect(host=mariadb_server.host, port=mariadb_server.port, **access) as client,
        client.cursor() as ask,
    ):
        ask.execute("SELECT database()")
        assert ask.fetchall() == (("test",),)


def test_a_server_that_does_not_start_says_why() -> None:
    """Its own words are in the error."""
    with services.folder(None) as home:
        command = [services.program("redis-server"), "--port", "none"]
        starting = services.running(command, home / "log", lambda: False)
        with pytest.raises(RuntimeError, match="redis-server did not start"), starting:
            pass


def test_a_missing_program_is_an_error_and_no_skip() -> None:
    """The message says who installs it."""
    with pytest.raises(FileNotFoundError, match=r"\.ci/run"):
        services.program("no-such-server")
