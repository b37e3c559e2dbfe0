"""Workloads: small ASGI applications, and what runs one of them a number of times."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]
Run = Callable[[App, int], Awaitable[None]]

JSON_BODY = b'{"id": 7, "title": "Dune"}'
JSON_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(JSON_BODY))]
PAGE = b"<!doctype html><html><head><title>Books</title></head><body>" + b"<p>A book, and its price.</p>\n" * 178
PAGE += b"</body></html>"
PAGE_HEADERS = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(PAGE))]
CHUNK = b"x" * 10_000
CHUNKS = 100
MESSAGES = 1_000
CONCURRENT = 100
HEADERS = [
    (b"host", b"localhost:8000"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"),
    (b"accept", b"text/html,application/json;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"cookie", b"session=9f2c"),
]


def scope(kind: str = "http") -> dict[str, Any]:
    """Return a fresh scope as uvicorn makes it, for a viewer on this machine."""
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http" if kind == "http" else "ws",
        "path": "/books",
        "raw_path": b"/books",
        "query_string": b"sort=new",
        "root_path": "",
        "headers": list(HEADERS),
        "client": ("127.0.0.1", 51234),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


async def json_app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with a tiny JSON document."""
    await send({"type": "http.response.start", "status": 200, "headers": JSON_HEADERS})
    await send({"type": "http.response.body", "body": JSON_BODY})


async def page_app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with a page of 5 kB."""
    await send({"type": "http.response.start", "status": 200, "headers": PAGE_HEADERS})
    await send({"type": "http.response.body", "body": PAGE})


async def stream_app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with 1 MB in 100 chunks."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    for _ in range(CHUNKS):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def waiting_app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with JSON after giving way to the other requests twice."""
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": JSON_HEADERS})
    await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": JSON_BODY})


async def echo_app(scope: Any, receive: Any, send: Any) -> None:
    """Echo websocket messages until the client goes."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def nothing(message: Any) -> None:
    """Take a message, as a server that is never busy."""


async def empty() -> dict[str, Any]:
    """Give the message of a request without a body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def one_by_one(app: App, count: int) -> None:
    """Make requests one after the other."""
    for _ in range(count):
        await app(scope(), empty, nothing)


async def together(app: App, count: int) -> None:
    """Make requests a hundred at a time."""
    for _ in range(count // CONCURRENT):
        await asyncio.gather(*(app(scope(), empty, nothing) for _ in range(CONCURRENT)))


async def talk(app: App, count: int) -> None:
    """Open one connection for every thousand messages, each echoed."""
    for _ in range(count // MESSAGES):
        text = {"type": "websocket.receive", "text": "tick"}
        messages = iter(
            [{"type": "websocket.connect"}, *[text] * MESSAGES, {"type": "websocket.disconnect", "code": 1000}]
        )

        async def receive(messages: Any = messages) -> Any:
            return next(messages)

        await app(scope("websocket"), receive, nothing)


@dataclass(frozen=True)
class Workload:
    """One line of the table: `count` units in a round, `limit` the microseconds a unit may cost more.

    `more` are panels beside the standard ones.
    """

    name: str
    app: App
    run: Run
    count: int
    limit: float
    more: tuple[str, ...] = ()


WORKLOADS = [
    Workload("tiny JSON request", json_app, one_by_one, 400, 20),
    Workload("5 kB HTML, tag injected", page_app, one_by_one, 300, 25),
    Workload("1 MB stream in 100 chunks", stream_app, one_by_one, 60, 60),
    Workload("100 concurrent requests", waiting_app, together, 400, 20),
    Workload("websocket message", echo_app, talk, 4_000, 2),
    Workload("websocket pair (in and out), shown", echo_app, talk, 4_000, 4, ("websocket",)),  # one in and one out
]
