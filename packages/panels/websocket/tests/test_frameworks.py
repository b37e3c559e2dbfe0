"""Frameworks: a connection through routers, mounts, controllers and endpoint classes is the same record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from litestar import Controller, Litestar, Router
from litestar import WebSocket as LitestarWebSocket
from litestar.handlers import websocket as litestar_websocket
from litestar.handlers import websocket_listener
from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket as StarletteWebSocket

from debug_toolbar_core import span
from debug_toolbar_tests.server import around, only, play, websocket
from debug_toolbar_websocket import WebsocketPanel

EVENTS: list[dict[str, Any]] = [
    {"type": "websocket.connect"},
    {"type": "websocket.receive", "text": "one"},
    {"type": "websocket.disconnect", "code": 1000},
]


async def answer(socket: Any) -> None:
    """Accept, and answer one message."""
    await socket.accept()
    text = await socket.receive_text()
    with span("answering"):
        await socket.send_text(f"{text}, too")
    await socket.close()


def fastapi_router() -> Any:
    """Serve it from a router with a prefix, in another."""
    inner, outer, app = APIRouter(prefix="/rooms"), APIRouter(prefix="/api"), FastAPI()

    @inner.websocket("/{room}")
    async def room(socket: WebSocket, room: str) -> None:
        await answer(socket)

    outer.include_router(inner)
    app.include_router(outer)
    return app


def starlette_mount() -> Any:
    """Serve it from a mounted list of routes."""

    async def room(socket: StarletteWebSocket) -> None:
        await answer(socket)

    return Starlette(routes=[Mount("/api", routes=[WebSocketRoute("/rooms/{room}", room)])])


def starlette_endpoint() -> Any:
    """Serve it by an endpoint class."""

    class Room(WebSocketEndpoint):
        encoding = "text"

        async def on_receive(self, websocket: StarletteWebSocket, data: Any) -> None:
            with span("answering"):
                await websocket.send_text(f"{data}, too")

    return Starlette(routes=[WebSocketRoute("/api/rooms/{room}", Room)])


def litestar_controller() -> Any:
    """Serve it by a controller, in a router."""

    class Rooms(Controller):
        path = "/rooms"

        @litestar_websocket("/blue")
        async def room(self, socket: LitestarWebSocket[Any, Any, Any]) -> None:
            await answer(socket)

    return Litestar([Router("/api", route_handlers=[Rooms])])


def litestar_listener() -> Any:
    """Serve it by a listener, which receives and answers by itself."""

    @websocket_listener("/api/rooms/blue")
    async def room(data: str) -> str:
        with span("answering"):
            return f"{data}, too"

    return Litestar([room])


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Serve it without a framework."""
    await receive()
    await send({"type": "websocket.accept"})
    text = (await receive())["text"]
    with span("answering"):
        await send({"type": "websocket.send", "text": f"{text}, too"})
    await send({"type": "websocket.close"})


@pytest.mark.parametrize(
    "make",
    [fastapi_router, starlette_mount, starlette_endpoint, litestar_controller, litestar_listener, lambda: bare],
    ids=["FastAPI router", "Starlette mount", "Starlette endpoint", "Litestar controller", "Litestar listener", "bare"],
)
async def test_a_connection_is_recorded_whoever_routes_it(make: Callable[[], Any]) -> None:
    """Its messages both ways, what their handling did under them, and its end."""
    debug = around(make(), WebsocketPanel())
    served = await play(debug, websocket("/api/rooms/blue"), EVENTS)
    assert served.raised is None
    record = await only(debug)
    data = record.data["websocket"]
    assert [message[1:4] for message in data["messages"]] == [["in", 3, "one"], ["out", 8, "one, too"]]
    (answering,) = [made for made in record.spans if made.name == "answering"]
    assert answering.parent is not None
    assert answering.parent.attributes["websocket.message"] == 0
    assert data["states"][-1][0] == "closed"
    assert record.failures == {}
