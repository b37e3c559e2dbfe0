from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, WebSocket
from fastapi.responses import HTMLResponse

from debug_toolbar_fastapi import FastAPIDebugToolbarConfig, setup_debug_toolbar
from debug_toolbar_testing import AdapterConformance
from debug_toolbar_testing.served import MakeApp


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make an application with the toolbar as settings say, or without it."""
    app = FastAPI()

    @app.get("/ok/{n}", response_class=HTMLResponse)
    async def ok(n: int) -> str:
        return f"<!doctype html><html><body><p>{n}</p></body></html>"

    @app.post("/post")
    @app.get("/json")
    async def json() -> dict[str, bool]:
        return {"ok": True}

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError("boom")

    @app.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(418, "short and stout")

    @app.websocket("/ws")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text)

    if settings is not None:
        setup_debug_toolbar(app, FastAPIDebugToolbarConfig(**settings))
    return app


class TestConformance(AdapterConformance):
    """What every adapter must do, this one does."""

    @pytest.fixture
    def make_app(self) -> MakeApp:
        return make
