"""What these tests share: a real server with paths of many manners, and the libraries whose clients ask it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from types import ModuleType
from typing import Any

import pytest

from debug_toolbar_tests.serving import served

Message = MutableMapping[str, Any]
OURS = [(b"x-debug-toolbar-id", b"0641f2c3a9b1e7d24f8a1"),
        (b"x-debug-toolbar-link", b"/_debug_toolbar/#/r/0641f2c3a9b1e7d24f8a1")]  # fmt: skip


PLAIN = [(b"content-type", b"text/plain"), (b"set-cookie", b"id=1234567; Path=/")]
ANSWERS: dict[str, tuple[int, list[tuple[bytes, bytes]]]] = {
    "redirect": (302, [(b"location", b"/echo/there?code=abc&state=1")]),
    "ours": (200, OURS),
}
PAUSES = {"chunks": (0.005, 0.0), "endless": (0.0, 20.0)}
"""Seconds after each chunk, and before the end."""


async def live(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Any]) -> None:
    """Start and stop with the server."""
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})


async def whole(receive: Callable[[], Awaitable[Message]]) -> bytes:
    """Return the body that was sent."""
    sent = b""
    while True:
        message = await receive()
        sent += message.get("body", b"")
        if not message.get("more_body"):
            return sent


def body(kind: str, sent: bytes, headers: list[tuple[bytes, bytes]]) -> list[bytes]:
    """Return the chunks of an answer."""
    if kind == "echo":
        return [b"%d" % len(sent)]
    if kind == "headers":
        return [b"\n".join(name + b": " + value for name, value in headers)]
    return [b"x" * 1_000] * 4 if kind == "chunks" else [b"hello"]


async def server(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Any]) -> None:
    """Answer each path in its own manner; `/echo` says how much it was sent, `/headers` what."""
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    kind, _, rest = scope["path"].strip("/").partition("/")
    sent = await whole(receive)
    if kind == "wait":
        await asyncio.sleep(float(rest))
    status, headers = ANSWERS.get(kind, (200, PLAIN))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    between, last = PAUSES.get(kind, (0.0, 0.0))
    for chunk in body(kind, sent, scope["headers"]):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await asyncio.sleep(between)
    await asyncio.sleep(last)
    await send({"type": "http.response.body"})


@pytest.fixture(scope="session")
def upstream() -> Iterator[str]:
    """Return where the server is."""
    with served(server) as url:
        yield url


@pytest.fixture(params=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> ModuleType:
    """Return httpx, and then httpx2."""
    return pytest.importorskip(request.param)
