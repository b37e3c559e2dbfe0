from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from litestar import Controller, Litestar, Request, Router, WebSocket, asgi, delete, get, post, websocket_listener
from litestar.config.cors import CORSConfig
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, ScalarRenderPlugin, SwaggerRenderPlugin
from litestar.params import FromPath
from litestar.static_files import create_static_files_router
from litestar.types import Receive, Scope, Send

from debug_toolbar_litestar import DebugToolbarPlugin, LitestarDebugToolbarConfig
from debug_toolbar_testing import Client, tiny_app
from debug_toolbar_testing.served import Served


class Books(Controller):
    """Several handlers under one path."""

    path = "/books"
    tags = ["books"]  # noqa: RUF012  # how Litestar's controllers are written

    @get("/{id:int}", name="book", operation_id="showBook")
    async def show(self, id: FromPath[int]) -> int:
        """Show one."""
        return id

    @get("/")
    async def every(self) -> list[int]:
        """Show all."""
        return [1]

    @post("/", sync_to_thread=True)
    def add(self) -> int:
        """Add one."""
        return 2


@get(["/a", "/b/{x:str}"])
async def several(request: Request[Any, Any, Any]) -> str:
    """Be at two paths."""
    return "several"


@delete("/{id:int}")
async def remove(id: FromPath[int]) -> None:
    """Remove one."""


@websocket_listener("/live")
async def live(data: str, socket: WebSocket[Any, Any, Any]) -> str:
    """Say it again."""
    return data


@asgi("/plain", is_mount=True, copy_scope=True)
async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    """Be an application of somebody's."""
    await tiny_app(scope, receive, send)  # type: ignore[arg-type]  # Litestar's own scope types


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make an application with controllers, routers and mounts."""
    inner = Router("/v1", route_handlers=[Books, remove])
    files = create_static_files_router("/files", directories=[Path(__file__).parent])
    return Litestar(
        [Router("/api", route_handlers=[inner, live]), several, plain, files],
        path="/shop",
        plugins=[DebugToolbarPlugin(LitestarDebugToolbarConfig(**settings or {}))],
        logging_config=None,
        cors_config=CORSConfig(allow_origins=["https://shop.example"]),
    )


async def test_every_route_is_listed_under_its_full_path() -> None:
    """Controllers and routers are resolved, and what Litestar adds for OPTIONS is not listed."""
    served = Served(make)
    async with served.client.running():
        routes = [(route.path, route.methods) for route in served.probe.app.routes()]
    declared = {(path, methods) for path, methods in routes if "/schema" not in path}
    assert declared == {
        ("/shop/api/v1/books/{id}", ("GET",)),
        ("/shop/api/v1/books", ("GET",)),
        ("/shop/api/v1/books", ("POST",)),
        ("/shop/api/v1/{id}", ("DELETE",)),
        ("/shop/api/live", ()),
        ("/shop/a", ("GET",)),
        ("/shop/b/{x}", ("GET",)),
        ("/shop/plain", ()),
        ("/shop/files/{file_path}", ("GET",)),
        ("/shop/files/{file_path}", ("HEAD",)),
    }


async def test_a_route_has_its_details() -> None:
    """A route says its name, tags, operation id and kind; its handler is the function that was written."""
    served = Served(make)
    async with served.client.running():
        routes = {(route.path, *route.methods): route for route in served.probe.app.routes()}
    book, added = routes["/shop/api/v1/books/{id}", "GET"], routes["/shop/api/v1/books", "POST"]
    assert (book.name, book.details) == ("book", {"kind": "http", "operation_id": "showBook", "tags": ["books"]})
    assert str(added.handler).endswith("Books.add")
    assert added.source is not None
    assert added.source.file == __file__
    assert routes[("/shop/api/live",)].details["kind"] == "websocket"
    assert routes[("/shop/plain",)].details["kind"] == "mount"


@pytest.mark.parametrize(
    ("path", "template", "handler", "parameters"),
    [
        ("/shop/api/v1/books/7", "/shop/api/v1/books/{id}", "Books.show", {"id": 7}),
        ("/shop/api/v1/books", "/shop/api/v1/books", "Books.every", {}),
        ("/shop/a", "/shop/a", "several", {}),
        ("/shop/b/c", "/shop/b/{x}", "several", {"x": "c"}),
        ("/shop/plain/json", "/shop/plain", "plain", {}),
    ],
)
async def test_the_route_that_served_is_known(
    path: str, template: str, handler: str, parameters: dict[str, Any]
) -> None:
    """A record has the full template, the handler and the converted parameters of the route that served it."""
    served = Served(make)
    async with served.client.running() as client:
        for _ in range(2):
            route = (await served.record(await client.get(path))).route
            assert route is not None
            assert (route.path, route.path_params) == (template, parameters)
            assert str(route.handler).endswith(handler)
            assert route.source is not None
            assert route.source.file == __file__


async def test_a_websocket_listener_is_known() -> None:
    """A listener's connection has its route."""
    served = Served(make)
    async with served.client.running() as client:
        assert await client.converse("/shop/api/live", "one") == ["one"]
    record = await served.newest()
    assert record.route is not None
    assert (record.kind, record.route.path) == ("websocket", "/shop/api/live")


async def test_what_no_route_serves_has_none() -> None:
    """A 404 is recorded, from outside of all handlers, and has no route."""
    served = Served(make)
    async with served.client.running() as client:
        record = await served.record(await client.get("/elsewhere"))
    assert record.route is None
    assert record.response is not None
    assert record.response.status == 404


async def test_a_preflight_is_recorded() -> None:
    """What Litestar answers itself, before any handler, is recorded."""
    served = Served(make)
    headers = [(b"origin", b"https://shop.example"), (b"access-control-request-method", b"POST")]
    async with served.client.running() as client:
        await client.request("OPTIONS", "/shop/api/v1/books", headers)
    record = await served.newest()
    assert record.request is not None
    assert record.request.method == "OPTIONS"


async def test_the_settings_and_the_schema_are_told() -> None:
    """Panels are told the framework, plain values of its configuration, and its schema, or None."""
    served = Served(make)
    async with served.client.running():
        app = served.probe.app
    settings = app.settings()
    assert app.framework == "Litestar"
    assert (settings["path"], settings["debug"]) == ("/shop", False)
    assert settings["cors_config"]["allow_origins"] == ["https://shop.example"]
    schema = app.openapi()
    assert schema is not None
    assert "/shop/api/v1/books/{id}" in schema["paths"]


@pytest.mark.parametrize("path", [None, "/api-docs/"])
async def test_the_pages_of_documentation_are_told(path: str | None) -> None:
    """What renders the schema, by what it renders it with, under the configured path."""

    def documented(settings: Mapping[str, Any] | None) -> Any:
        plugin = DebugToolbarPlugin(LitestarDebugToolbarConfig(**settings or {}))
        pages = [SwaggerRenderPlugin(), ScalarRenderPlugin(), JsonRenderPlugin()]
        config = OpenAPIConfig("Shop", "1", render_plugins=pages, path=path)
        return Litestar([several], plugins=[plugin], openapi_config=config, logging_config=None)

    served = Served(documented)
    async with served.client.running():
        base = (path or "/schema").rstrip("/")
        pages = list(served.probe.app.documentation())
        assert pages == [("scalar", f"{base}/scalar"), ("swagger", f"{base}/swagger"), ("json", f"{base}/openapi.json")]


async def test_without_a_schema_there_is_none() -> None:
    """An application without OpenAPI has no schema, and its routes all the same."""

    def bare(settings: Mapping[str, Any] | None) -> Any:
        plugin = DebugToolbarPlugin(LitestarDebugToolbarConfig(**settings or {}))
        return Litestar([several], plugins=[plugin], openapi_config=None, logging_config=None)

    served = Served(bare)
    async with served.client.running():
        assert served.probe.app.openapi() is None
        assert list(served.probe.app.documentation()) == []
        assert {route.path for route in served.probe.app.routes()} == {"/a", "/b/{x}"}


async def test_a_whole_application_may_be_mounted_elsewhere() -> None:
    """Mounted in another Litestar application, it records its requests as its own."""
    served = Served(make)
    inner: Any = served.client.app

    @asgi("/outer", is_mount=True, copy_scope=True)
    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope, receive, send)

    client = Client(Litestar([outer], logging_config=None))  # type: ignore[arg-type]  # Litestar's own scope types
    await client.get("/outer/shop/a")
    await client.get("/outer/shop/a")
    assert len(await served.store.recent()) == 2
