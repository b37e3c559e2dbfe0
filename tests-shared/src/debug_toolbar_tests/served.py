"""An application for real servers, as it is; `wrapped` has it with the toolbar around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from debug_toolbar_tests.server import Receive, Scope, Send

PAGE = b"<!doctype html><html><body><p>Hello</p></body></html>"
seen: list[str] = []


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer each path in its own manner."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "websocket":
        await _echo_socket(receive, send)
    else:
        await _ROUTES.get(scope["path"], _page)(receive, send)


async def _live(receive: Receive, send: Send) -> None:
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})


async def _echo_socket(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


async def _page(receive: Receive, send: Send) -> None:
    await _start(send, b"text/html; charset=utf-8", (b"content-length", b"%d" % len(PAGE)), (b"etag", b'"1"'))
    await send({"type": "http.response.body", "body": PAGE})


async def _echo(receive: Receive, send: Send) -> None:
    await _start(send, b"application/json", (b"set-cookie", b"a=1"), (b"x-latin", b"caf\xe9"), (b"set-cookie", b"b=2"))
    while True:
        message = await receive()
        await send({**message, "type": "http.response.body"})
        if not message.get("more_body"):
            return


async def _stream(receive: Receive, send: Send) -> None:
    await _start(send, b"text/event-stream")
    for number in range(20):
        await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})
        await anyio.sleep(0.001)
    await send({"type": "http.response.body"})


async def _crash(receive: Receive, send: Send) -> None:
    raise ValueError("the application's own")


async def _left(receive: Receive, send: Send) -> None:
    await receive()
    await _start(send, b"text/plain")
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    with anyio.move_on_after(3):
        seen.append((await receive())["type"])
    await send({"type": "http.response.body", "body": b"to nobody"})


async def _seen(receive: Receive, send: Send) -> None:
    await _start(send, b"text/plain")
    await send({"type": "http.response.body", "body": " ".join(seen).encode()})


async def _start(send: Send, kind: bytes, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind), *headers]})


_ROUTES = {"/echo": _echo, "/stream": _stream, "/crash": _crash, "/left": _left, "/seen": _seen}
