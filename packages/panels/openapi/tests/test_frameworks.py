"""The frameworks: FastAPI and Litestar tell their documents, Starlette has none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from litestar import Litestar, Response, get
from litestar.params import FromPath
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse as PlainJSON
from starlette.routing import Route

from debug_toolbar_fastapi import FastAPIDebugToolbarConfig, setup_debug_toolbar
from debug_toolbar_litestar import DebugToolbarPlugin, LitestarDebugToolbarConfig
from debug_toolbar_openapi import OpenAPIPanel
from debug_toolbar_starlette import DebugToolbarMiddleware, StarletteDebugToolbarConfig
from debug_toolbar_testing import Client

WRONG = {"id": "7"}


class Book(BaseModel):
    """What is promised."""

    id: int
    title: str | None = None


def fastapi(options: Mapping[str, Any]) -> Any:
    """An included router with one right and one wrong answer."""
    router = APIRouter(prefix="/api")

    @router.get("/books/{id}")
    async def show(id: int) -> Book:
        return Book(id=id)

    @router.get("/wrong/{id}", response_model=Book)
    async def wrong(id: int) -> JSONResponse:
        return JSONResponse(WRONG)

    app = FastAPI()
    app.include_router(router)
    setup_debug_toolbar(app, FastAPIDebugToolbarConfig(**options))
    return app


def litestar(options: Mapping[str, Any]) -> Any:
    """The same with Litestar."""

    @get("/api/books/{id:int}")
    async def show(id: FromPath[int]) -> Book:
        return Book(id=id)

    @get("/api/wrong/{id:int}")
    async def wrong(id: FromPath[int]) -> Response[Book]:
        answer: Any = WRONG
        return Response(answer)

    plugin = DebugToolbarPlugin(LitestarDebugToolbarConfig(**options))
    return Litestar([show, wrong], plugins=[plugin], logging_config=None)


@pytest.mark.parametrize("make", [fastapi, litestar])
async def test_a_frameworks_response_is_held_against_its_document(make: Any) -> None:
    """What the framework made itself conforms; what a handler passed on as it came does not."""
    client = Client(make({"enabled": True, "panels": [OpenAPIPanel()], "strict": True}))
    async with client.running():
        right, wrong = [await seen(client, f"/api/{name}/7") for name in ("books", "wrong")]
        assert right["panel"]["badge"]["text"] == "conforms"
        (notice,) = [block for block in wrong["blocks"] if block["type"] == "notice"]
        assert "`id` is the text `7`, not a whole number" in notice["text"]
        facts = [fact for block in right["blocks"] if block["type"] == "facts" for fact in block["items"]]
        links = [fact["value"] for fact in facts if fact["unit"] == "link"]
        assert links
        for link in links:
            assert (await client.get(link.partition("#")[0])).status == 200


async def seen(client: Client, path: str) -> Any:
    """Return what the panel shows of a request."""
    answer = await client.get(path)
    shown = await client.get(f"/_debug_toolbar/api/records/{answer.header('x-debug-toolbar-id')}/panels/openapi")
    return json.loads(shown.body)


async def test_starlette_has_no_document() -> None:
    """It says so, greyed."""

    async def show(request: Request) -> PlainJSON:
        return PlainJSON(WRONG)

    config = StarletteDebugToolbarConfig(enabled=True, panels=[OpenAPIPanel()], strict=True)
    middleware = [Middleware(DebugToolbarMiddleware, config=config)]
    client = Client(Starlette(routes=[Route("/books/{id:int}", show)], middleware=middleware))
    async with client.running():
        shown = await seen(client, "/books/7")
        assert shown["panel"]["empty"] is True
        assert [block["empty"] for block in shown["blocks"]] == ["This Starlette application has no OpenAPI document."]
