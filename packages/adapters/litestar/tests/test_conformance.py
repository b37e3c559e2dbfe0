from collections.abc import Mapping
from typing import Any

import pytest
from litestar import Litestar, MediaType, WebSocket, get, post, websocket
from litestar.exceptions import HTTPException, WebSocketDisconnect
from litestar.params import FromPath

from debug_toolbar_litestar import DebugToolbarPlugin, LitestarDebugToolbarConfig
from debug_toolbar_testing import AdapterConformance
from debug_toolbar_testing.served import MakeApp


@get("/ok/{n:int}", media_type=MediaType.HTML)
async def ok(n: FromPath[int]) -> str:
    """Answer with a page."""
    return f"<!doctype html><html><body><p>{n}</p></body></html>"


@get("/json")
async def json() -> dict[str, bool]:
    """Answer with JSON."""
    return {"ok": True}


@post("/post")
async def make_one() -> dict[str, bool]:
    """Answer with JSON."""
    return {"ok": True}


@get("/boom")
async def boom() -> None:
    """Fail."""
    raise RuntimeError("boom")


@get("/teapot")
async def teapot() -> None:
    """Refuse."""
    raise HTTPException(status_code=418, detail="short and stout")


@websocket("/ws")
async def echo(socket: WebSocket[Any, Any, Any]) -> None:
    """Say it again."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        return


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make an application with the toolbar as settings say, or without it."""
    toolbar = DebugToolbarPlugin(LitestarDebugToolbarConfig(**settings or {}))
    handlers = [ok, json, make_one, boom, teapot, echo]
    return Litestar(handlers, plugins=[] if settings is None else [toolbar], logging_config=None)


class TestConformance(AdapterConformance):
    """What every adapter must do, this one does."""

    @pytest.fixture
    def make_app(self) -> MakeApp:
        return make
