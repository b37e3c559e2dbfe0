from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from debug_toolbar_starlette import DebugToolbarMiddleware, StarletteDebugToolbarConfig
from debug_toolbar_testing import Client, tiny_app
from debug_toolbar_testing.served import Served


async def show(request: Request) -> Response:
    """Answer with the path parameters."""
    return PlainTextResponse(repr(request.path_params))


async def listed(request: Request, order: str) -> Response:
    """Answer with the order."""
    return PlainTextResponse(order)


async def echo(socket: WebSocket) -> None:
    """Say what comes again."""
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


class Books(HTTPEndpoint):
    """A class as an endpoint."""

    async def get(self, request: Request) -> Response:
        return PlainTextResponse("books")


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make an application with routes of every manner."""
    shared = [Route("/books/{id}", show, name="book")]
    inner = Starlette(routes=[Route("/", show), Mount("/deep", routes=shared)])
    toolbar = Middleware(DebugToolbarMiddleware, config=StarletteDebugToolbarConfig(**settings or {}))
    return Starlette(
        routes=[
            Route("/", show),
            Route("/class", Books),
            Route("/partial", partial(listed, order="new")),
            Mount("/v1", routes=shared),
            Mount("/v2", Router(shared)),
            Mount("/inner/{tenant}", inner),
            Mount("/files", StaticFiles(directory=Path(__file__).parent), name="files"),
            Mount("/plain", tiny_app),
            Host("{shop}.localhost", Router([Route("/hosted", show), WebSocketRoute("/live", echo)])),
        ],
        middleware=[toolbar],
    )


async def test_every_route_is_listed_under_its_full_path() -> None:
    """Mounts, routers, sub-applications and hosts are resolved; a mount without routes is one route."""
    served = Served(make)
    async with served.client.running():
        routes = [(route.path, route.details["kind"]) for route in served.probe.app.routes()]
    assert routes == [
        ("/", "http"),
        ("/class", "http"),
        ("/partial", "http"),
        ("/v1/books/{id}", "http"),
        ("/v2/books/{id}", "http"),
        ("/inner/{tenant}/", "http"),
        ("/inner/{tenant}/deep/books/{id}", "http"),
        ("/files", "mount"),
        ("/plain", "mount"),
        ("/hosted", "http"),
        ("/live", "websocket"),
    ]


@pytest.mark.parametrize(
    ("path", "template", "handler", "parameters"),
    [
        ("/", "/", "show", {}),
        ("/class", "/class", "Books", {}),
        ("/partial", "/partial", "listed", {}),
        ("/v1/books/7", "/v1/books/{id}", "show", {"id": "7"}),
        ("/v2/books/7", "/v2/books/{id}", "show", {"id": "7"}),
        ("/inner/acme/", "/inner/{tenant}/", "show", {"tenant": "acme"}),
        ("/inner/acme/deep/books/7", "/inner/{tenant}/deep/books/{id}", "show", {"tenant": "acme", "id": "7"}),
    ],
)
async def test_the_route_that_served_is_known(
    path: str, template: str, handler: str, parameters: dict[str, str]
) -> None:
    """A record has the template, the handler and the parameters of the route that served it, wherever mounted."""
    served = Served(make)
    async with served.client.running() as client:
        for _ in range(2):
            route = (await served.record(await client.get(path))).route
            assert route is not None
            assert (route.path, route.path_params) == (template, parameters)
            assert str(route.handler).endswith(f".{handler}")
            assert route.source is not None
            assert route.source.file == __file__


async def test_a_whole_application_may_be_mounted_elsewhere() -> None:
    """Behind a root path, the template is what the application itself declares."""
    served = Served(make)
    outer = Starlette(routes=[Mount("/shop", served.client.app)])
    await Client(outer).get("/shop/v2/books/7")
    route = (await served.newest()).route
    assert route is not None
    assert (route.path, route.path_params) == ("/v2/books/{id}", {"id": "7"})


async def test_a_host_has_its_routes() -> None:
    """A route of a host says which host, and is found when it serves."""
    served = Served(make)
    client = Client(served.client.app, host="acme.localhost:8000")
    async with client.running():
        await client.get("/hosted")
        record = await served.newest()
        assert record.route is not None
        assert (record.route.path, record.route.details["host"]) == ("/hosted", "{shop}.localhost")
        assert await client.converse("/live", "one") == ["one"]
    assert (await served.newest()).kind == "websocket"


async def test_a_route_that_came_later_is_found() -> None:
    """A route added while the application runs is listed and matched."""
    served = Served(make)
    async with served.client.running() as client:
        await client.get("/")
        served.client.app.routes.insert(0, Route("/later/{n}", show, methods=["GET"]))  # type: ignore[attr-defined]  # it is a Starlette
        route = (await served.record(await client.get("/later/1"))).route
    assert route is not None
    assert (route.path, route.methods) == ("/later/{n}", ("GET", "HEAD"))


async def test_what_no_route_serves_has_none() -> None:
    """A 404, and what a mount without routes serves, have no route of their own."""
    served = Served(make)
    async with served.client.running() as client:
        assert (await served.record(await client.get("/nope"))).route is None
        record = await served.record(await client.get("/plain/json"))
    assert record.route is None or record.route.path == "/plain"
