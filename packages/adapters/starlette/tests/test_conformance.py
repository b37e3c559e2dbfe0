from collections.abc import Mapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from debug_toolbar_starlette import DebugToolbarMiddleware, StarletteDebugToolbarConfig
from debug_toolbar_testing import AdapterConformance
from debug_toolbar_testing.served import MakeApp


async def ok(request: Request) -> Response:
    """Answer with a page."""
    number = request.path_params["n"]
    return HTMLResponse(f"<!doctype html><html><body><p>{number}</p></body></html>")


async def json(request: Request) -> Response:
    """Answer with JSON."""
    return JSONResponse({"ok": True})


async def boom(request: Request) -> Response:
    """Fail."""
    raise RuntimeError("boom")


async def teapot(request: Request) -> Response:
    """Refuse."""
    raise HTTPException(418, "short and stout")


async def echo(socket: WebSocket) -> None:
    """Say it again."""
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make an application with the toolbar as settings say, or without it."""
    toolbar = Middleware(DebugToolbarMiddleware, config=StarletteDebugToolbarConfig(**settings or {}))
    return Starlette(
        routes=[
            Route("/ok/{n:int}", ok),
            Route("/json", json),
            Route("/boom", boom),
            Route("/teapot", teapot),
            Route("/post", json, methods=["POST"]),
            WebSocketRoute("/ws", echo),
        ],
        middleware=[] if settings is None else [toolbar],
    )


class TestConformance(AdapterConformance):
    """What every adapter must do, this one does."""

    @pytest.fixture
    def make_app(self) -> MakeApp:
        return make
