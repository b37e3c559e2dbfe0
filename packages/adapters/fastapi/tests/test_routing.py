from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from debug_toolbar_fastapi import FastAPIDebugToolbarConfig, setup_debug_toolbar
from debug_toolbar_starlette import StarletteApplication
from debug_toolbar_testing import Client
from debug_toolbar_testing.served import Served


async def plain(request: Request) -> Response:
    """Answer as Starlette does."""
    return PlainTextResponse("plain")


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make an application with routers in routers, sub-applications and Starlette's routes."""
    books = APIRouter(prefix="/books", tags=["books"])

    @books.get("/{id}")
    async def show(id: int) -> dict[str, int]:
        return {"id": id}

    @books.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text)

    api = APIRouter(prefix="/api")
    api.include_router(books, prefix="/v1")
    api.include_router(books, prefix="/v2", tags=["new"])
    sub = FastAPI(openapi_url=None)
    sub.include_router(books)
    app = FastAPI(title="Shop", routes=[Route("/old", plain)])
    app.include_router(api)
    app.mount("/sub", sub)
    app.mount("/star", Starlette(routes=[Mount("/in", routes=[Route("/{x}", plain)])]))
    app.mount("/files", StaticFiles(directory=Path(__file__).parent))

    @app.get("/health", include_in_schema=False)
    def health() -> str:
        return "well"

    setup_debug_toolbar(app, FastAPIDebugToolbarConfig(**settings or {}))
    return app


async def test_every_route_is_listed_under_its_full_path() -> None:
    """Included routers, sub-applications and mounts are resolved."""
    served = Served(make)
    async with served.client.running():
        routes = {route.path: route for route in served.probe.app.routes()}
    declared = [path for path in routes if path not in ("/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc")]
    assert sorted(declared) == [
        "/api/v1/books/live",
        "/api/v1/books/{id}",
        "/api/v2/books/live",
        "/api/v2/books/{id}",
        "/files",
        "/health",
        "/old",
        "/star/in/{x}",
        "/sub/books/live",
        "/sub/books/{id}",
    ]
    assert routes["/api/v2/books/{id}"].details["tags"] == ["new", "books"]
    assert routes["/api/v2/books/{id}"].details["operation_id"] == "show_api_v2_books__id__get"
    assert routes["/api/v1/books/live"].details["kind"] == "websocket"
    assert routes["/health"].details["in_schema"] is False
    assert routes["/files"].details["kind"] == "mount"


@pytest.mark.parametrize(
    ("path", "template", "handler"),
    [
        ("/api/v1/books/7", "/api/v1/books/{id}", "show"),
        ("/api/v2/books/7", "/api/v2/books/{id}", "show"),
        ("/sub/books/7", "/sub/books/{id}", "show"),
        ("/star/in/7", "/star/in/{x}", "plain"),
        ("/old", "/old", "plain"),
        ("/health", "/health", "health"),
    ],
)
async def test_the_route_that_served_is_known(path: str, template: str, handler: str) -> None:
    """A record has the template under which the router was included, the handler and its place."""
    served = Served(make)
    async with served.client.running() as client:
        for _ in range(2):
            route = (await served.record(await client.get(path))).route
            assert route is not None
            assert route.path == template
            assert str(route.handler).endswith(handler)
            assert [str(value) for value in route.path_params.values()] in ([], ["7"])
            assert route.source is not None
            assert route.source.file == __file__


async def test_a_websocket_of_an_included_router_is_known() -> None:
    """A websocket's record has the path its router was included with."""
    served = Served(make)
    async with served.client.running() as client:
        for path in ("/api/v2/books/live", "/sub/books/live"):
            assert await client.converse(path, "one") == ["one"]
            route = (await served.newest()).route
            assert route is not None
            assert route.path == path


async def test_a_whole_application_may_be_mounted_elsewhere() -> None:
    """Mounted in another application, the template is what the application itself declares."""
    served = Served(make)
    outer = Starlette(routes=[Mount("/shop", served.client.app)])
    await Client(outer).get("/shop/api/v2/books/7")
    route = (await served.newest()).route
    assert route is not None
    assert route.path == "/api/v2/books/{id}"


async def test_what_no_route_serves_has_none() -> None:
    """A 404 has no route."""
    served = Served(make)
    async with served.client.running() as client:
        assert (await served.record(await client.get("/nope"))).route is None


async def test_a_validation_error_is_recorded_with_its_route() -> None:
    """A request that FastAPI refuses is told as handled, with the route it was for."""
    served = Served(make)
    async with served.client.running() as client:
        record = await served.record(await client.get("/api/v1/books/seven"))
    assert record.response is not None
    assert record.response.status == 422
    assert record.error is not None
    assert (record.error.type, record.error.handled) == ("RequestValidationError", True)
    assert record.route is not None
    assert record.route.path == "/api/v1/books/{id}"


async def test_the_settings_and_the_schema_are_told() -> None:
    """Panels are told the framework, the application's settings, and its schema, or None where it has none."""
    served = Served(make)
    async with served.client.running():
        app = served.probe.app
    assert app.framework == "FastAPI"
    assert (app.settings()["title"], app.settings()["openapi_url"]) == ("Shop", "/openapi.json")
    schema = app.openapi()
    assert schema is not None
    assert list(schema["paths"]) == ["/api/v1/books/{id}", "/api/v2/books/{id}"]
    without = setup_debug_toolbar(FastAPI(openapi_url=None), FastAPIDebugToolbarConfig(enabled=True, panels=[]))
    assert without.application.openapi() is None


async def test_a_route_that_came_later_is_found() -> None:
    """A route added while the application runs is matched."""
    served = Served(make)
    app: Any = served.client.app
    async with served.client.running() as client:
        await client.get("/health")
        app.router.routes.append(APIRoute("/later/{x}", lambda x: x, methods=["GET"]))
        app.router.routes.append(Route("/older/{x}", plain))
        for path in ("/later/{x}", "/older/{x}"):
            route = (await served.record(await client.get(path.format(x=1)))).route
            assert route is not None
            assert route.path == path


async def test_a_starlette_application_that_mounts_one_tells_its_routes() -> None:
    """Starlette's adapter tells the routes of a FastAPI application mounted in it, included ones too."""
    inner: Any = make(None)
    app = StarletteApplication(Starlette(routes=[Mount("/shop", inner)]))
    listed = {route.path: route.details["kind"] for route in app.routes()}
    assert listed["/shop/api/v2/books/{id}"] == "http"
    assert listed["/shop/api/v2/books/live"] == "websocket"
    assert listed["/shop/sub/books/{id}"] == "http"


async def test_asking_for_the_schema_leaves_nothing_behind() -> None:
    """A route that is added after we looked is in the application's own schema, and one it made itself is kept."""
    served = Served(make)
    async with served.client.running():
        told = served.probe.app
        app = told.fastapi
        assert told.openapi() is not None
        assert app.openapi_schema is None
        app.add_api_route("/late", lambda: 1)
        own = app.openapi()
        assert "/late" in own["paths"]
        assert told.openapi() is own
        assert app.openapi_schema is own


async def test_the_pages_of_documentation_are_told() -> None:
    """Swagger UI, ReDoc and the document under their paths; those that are switched off are not."""
    shop = FastAPI(redoc_url=None)
    told = setup_debug_toolbar(shop, FastAPIDebugToolbarConfig(enabled=True, panels=[])).application
    assert list(told.documentation()) == [("swagger", "/docs"), ("openapi.json", "/openapi.json")]
    without = setup_debug_toolbar(FastAPI(openapi_url=None), FastAPIDebugToolbarConfig(enabled=True, panels=[]))
    assert list(without.application.documentation()) == []
