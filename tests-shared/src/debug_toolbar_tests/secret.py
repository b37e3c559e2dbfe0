"""A record with a secret in every place, for the tests of what stores write."""

from __future__ import annotations

from collections.abc import Callable

from debug_toolbar_core import Record, Route
from debug_toolbar_core.exchange import Body, Plain, Request, Response

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
