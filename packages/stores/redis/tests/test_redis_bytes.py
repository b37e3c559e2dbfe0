"""R46 at the server: of a record with a secret in every place none is in what Redis holds, or writes to its disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

from redis import Redis

from debug_toolbar_core import Record, Route
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.retention import Retention
from debug_toolbar_redis import RedisStore
from debug_toolbar_testing.shared_stores import ids, sample
from debug_toolbar_tests import services

CLEAR = "a-title-that-is-no-secret"


def secret_record(secret: Callable[[], str]) -> Record:
    """Return a record with another secret in each of its places, as a request leaves it."""
    record = Record("http")
    form, answer = f"user=bob&password={secret()}".encode(), f'{{"access_token": "{secret()}"}}'.encode()
    request = Request(
        path=f"/reset/{secret()}", query_string=f"page=2&token={secret()}", query=[("token", secret())],
        url=f"https://bob:{secret()}@localhost/?access_token={secret()}", cookies=[("session", secret())],
        headers=[("authorization", f"Bearer {secret()}"), ("x-api-key", secret()), ("cookie", f"session={secret()}")],
        subprotocols=["bearer", secret()],
        body=Body(len(form), len(form), "application/x-www-form-urlencoded", content=form),
    )  # fmt: skip
    response = Response(200, "OK", [("set-cookie", f"session={secret()}; Path=/")])
    response.body = Body(len(answer), len(answer), "application/json", content=answer)
    record.wire = Plain(request, response)
    record.route = Route("/reset/{token}", "reset", "shop.reset", path_params={"token": secret()})
    text = f"SELECT title FROM book WHERE password = '{secret()}'"
    record.add("sqlalchemy", "SELECT book", 0.0, 0.1, {"db.query.text": text, "parameters": {"password": secret()}})
    record.add("cache", f"GET {secret()}", 0.0, 0.1, {"cache.key": secret(), "cache.value": {"password": secret()}})
    record.add("logging", CLEAR, 0.0, 0.0, {"body": f"login with password={secret()}", "extra": {"api_key": secret()}})
    record.add("http-client", "GET", 0.0, 0.1, {"url.full": f"https://api.example/?api_key={secret()}"})
    record.data["websocket"] = {"messages": [[0.1, "in", 80, f'{{"password": "{secret()}"}}', None, None]]}
    record.data["strawberry"] = {"operations": [{"variables": {"password": secret()}}]}
    record.data["templates"] = {"context": {"csrf_token": secret(), "settings": {"SECRET_KEY": secret()}}}
    record.data["saq"] = {"arguments": {"password": secret()}, "job": {"error": f"ValueError: token={secret()}"}}
    record.data["exceptions"] = {"locals": {"password": secret()}}
    record.tags["api_key"] = secret()
    record.fault("cache", ValueError(f"password={secret()}"))
    record.fail(ValueError(f"no user with password={secret()}"))
    record.close(0.2)
    return record


def stored(client: Any) -> bytes:
    """Return the bytes of a server's snapshot, which has all it holds, as it would write it to its disk."""
    client.config_set("rdbcompression", "no")
    client.save()
    place = client.config_get("dir") | client.config_get("dbfilename")
    return Path(place["dir"], place["dbfilename"]).read_bytes()


async def test_no_secret_is_in_the_server() -> None:
    """Neither when records come, nor when they are replaced, forgotten or cleared."""
    made: list[str] = []

    def secret() -> str:
        made.append(f"ghp_{token_hex(18)}")
        return made[-1]

    with services.redis() as server, Redis.from_url(server.url, decode_responses=True) as client:
        store = RedisStore(server.url, Retention(records=20))
        records = [secret_record(secret) for _ in range(30)]
        for record in records:
            await store.save(record)
        assert len(await ids(store)) == 20
        found = [stored(client)]
        records[-1].data["saq"]["again"] = {"password": secret()}
        await store.save(records[-1])
        await ids(store)
        found.append(stored(client))
        assert all(CLEAR.encode() in each for each in found)
        await store.clear()
        await store.save(sample(1))
        await ids(store)
        found.append(stored(client))
        store.finish()
    assert len(made) > 600
    assert [each for each in made if any(each.encode() in content for content in found)] == []
