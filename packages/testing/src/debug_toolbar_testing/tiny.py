"""Tiny: the smallest ASGI application that is still one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


async def tiny_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer `/json` with JSON, `/boom` with an exception, all else with a page; echo on websockets."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await _echo(receive, send)
    elif scope["path"] == "/boom":
        raise RuntimeError("boom")
    elif scope["path"] == "/json":
        await _answer(send, b"application/json", b'{"ok": true}')
    else:
        await _answer(send, b"text/html; charset=utf-8", b"<!doctype html><title>Tiny</title><p>Tiny</p></body>")


async def _answer(send: Send, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


async def _echo(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "websocket.send", "text": message.get("text")})
