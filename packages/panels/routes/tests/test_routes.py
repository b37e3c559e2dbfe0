"""What the routes panel tells of an application and of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from debug_toolbar_core import Application, Config, Record, Route, Source, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Facts, Notice, Table, Tree
from debug_toolbar_core.exchange import Plain, Request, Response
from debug_toolbar_core.record import Kind
from debug_toolbar_routes import RoutesPanel

SHOW = Route(
    "/books/{id}", "show", "shop.views.BookController.show", ("GET", "HEAD"),
    Source("/app/views.py", 48, "BookController.show"), {"id": "7"}, {"kind": "http", "operation_id": "show_book"},
)  # fmt: skip


class Shop(Application):
    """An application with some routes."""

    framework = "Shop"

    def __init__(self, routes: Iterable[Route]) -> None:
        super().__init__()
        self.all = routes

    def routes(self) -> Iterable[Route]:
        return self.all

    def matched(self, scope: Mapping[str, Any]) -> Route | None:
        return None


def toolbar(*routes: Route) -> Toolbar:
    """Return a toolbar with the routes panel, of an application with these routes."""
    toolbar = Toolbar(Config(panels=[RoutesPanel()], strict=True))
    toolbar.start(Shop(routes))
    return toolbar


async def shown(
    route: Route | None, status: int, kind: Kind = "http", path: str = "/books/7", headers: Iterable[str] = ()
) -> tuple[Badge | None, list[Block]]:
    """Return what is shown of a request after it was stored."""
    bar = toolbar()
    with bar.capture(kind) as record:
        pairs = [("Allow", value) for value in headers]
        record.wire = Plain(Request("GET", path=path), Response(status, headers=pairs))
        record.route = route
    view = bar.shown(await bar.load(record.id))[0]
    return view.badge, view.blocks


async def test_the_application_shows_all_its_routes() -> None:
    """The application's record has a table of every route, with its handler's place."""
    bar = toolbar(SHOW, Route("/static"))
    view = bar.shown(await bar.load("app"))[0]
    assert view.badge == Badge("2")
    (table,) = view.blocks
    assert isinstance(table, Table)
    assert table.title == "2 routes"
    assert [row.cells for row in table.rows] == [
        ("/books/{id}", "GET HEAD", "show", "shop.views.BookController.show", "http", SHOW.source),
        ("/static", "", None, None, None, None),
    ]


async def test_very_many_routes_are_counted() -> None:
    """Past the limit the rest is counted, and what is kept survives the record's own limits."""
    bar = toolbar(*(Route(f"/r{number}", methods=("GET",)) for number in range(750)))
    loaded = await bar.load("app")
    (table,) = bar.blocks(loaded, "routes")
    assert isinstance(table, Table)
    assert table.title == "750 routes, the first 700 of them here"
    assert table.rows[-1].cells[0] == "/r699"
    assert loaded.dropped == {}


def test_an_application_without_data_shows_nothing() -> None:
    """A record of an application that is not there has nothing to show."""
    bar = toolbar()
    assert bar.blocks(Record("app"), "routes") == []
    with bar.capture("app") as record:
        pass
    assert bar.shown(record)[0].badge == Badge("0")


async def test_a_request_shows_its_route() -> None:
    """The matched route is shown with its handler, its parameters and what the framework knows of it."""
    badge, (facts, params, details) = await shown(SHOW, 200)
    assert badge == Badge("show")
    assert isinstance(facts, Facts)
    assert {item.label: item.value for item in facts.items} == {
        "path": "/books/{id}",
        "methods": "GET HEAD",
        "name": "show",
        "handler": "shop.views.BookController.show",
        "source": SHOW.source,
    }
    assert params == Tree({"id": "7"}, "path parameters")
    assert details == Tree({"kind": "http", "operation_id": "show_book"}, "details")


def test_a_request_pays_nothing_for_the_routing_table() -> None:
    """A request collects nothing: its route is a fact of its record."""
    bar = toolbar(SHOW)
    with bar.capture("http") as record:
        pass
    assert record.data == {}
    assert bar.shown(record)[0].blocks == []


async def test_a_route_without_a_handler_is_named_by_its_path() -> None:
    """A mount or a static folder is known by its path."""
    badge, (facts,) = await shown(Route("/static"), 200)
    assert badge == Badge("/static")
    assert isinstance(facts, Facts)
    assert [item.label for item in facts.items] == ["path"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/book", "Is it `/book/`? The routes of the application are in the application's own record."),
        ("/book/", "Is it `/book`? The routes of the application are in the application's own record."),
        ("/", "The routes of the application are in the application's own record."),
    ],
)
async def test_no_route_is_explained(path: str, hint: str) -> None:
    """A 404 without a route says what was asked for, and what may have been meant."""
    badge, blocks = await shown(None, 404, path=path)
    assert badge == Badge("no route")
    assert blocks == [Notice("info", f"No route matched `GET {path}`.", hint, label="no route")]


async def test_a_404_of_the_handler_is_told_apart() -> None:
    """When a route matched, the 404 was its handler's."""
    _, blocks = await shown(SHOW, 404)
    assert isinstance(blocks[-1], Notice)
    assert blocks[-1].text == "The route matched; it was its handler that answered 404."


async def test_a_method_that_is_not_allowed_says_which_are() -> None:
    """A 405 names the methods that the answer allows, or the route, or nobody."""
    notices = [
        next(block for block in blocks if isinstance(block, Notice))
        for _, blocks in (
            await shown(None, 405, headers=["POST, PUT"]),
            await shown(SHOW, 405),
            await shown(None, 405),
        )
    ]
    assert {notice.text for notice in notices} == {"A route has this path, but none takes `GET /books/7`."}
    assert [notice.hint for notice in notices] == ["Allowed: POST, PUT.", "Allowed: GET, HEAD.", None]


async def test_a_websocket_that_found_no_route() -> None:
    """A connection that was refused without a route is explained as one."""
    badge, blocks = await shown(None, 403, "websocket", "/live")
    assert badge == Badge("no route")
    assert isinstance(blocks[0], Notice)
    assert blocks[0].text == "No route matched `WebSocket /live`."


def test_a_request_that_nobody_described() -> None:
    """A record without a request or a response is shown as far as it goes."""
    bar = toolbar()
    with bar.capture("http") as record:
        record.wire = Plain(None, Response(404))
    (notice,) = bar.blocks(record, "routes")
    assert isinstance(notice, Notice)
    assert notice.text == "No route matched the request."


async def test_without_an_adapter_nothing_is_claimed() -> None:
    """Of an application whose routes nobody knows, a 404 is not explained."""
    bar = Toolbar(Config(panels=[RoutesPanel()], strict=True))
    bar.start(Application())
    with bar.capture("http") as record:
        record.wire = Plain(Request(), Response(404))
    assert bar.blocks(await bar.load(record.id), "routes") == []
