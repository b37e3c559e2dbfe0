"""Views: the routing table, and what became of one request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from debug_toolbar_core import Record, Route, Source
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Notice, Row, Table, Tree

_COLUMNS = (
    Column("Path", "code"), Column("Methods", "code"), Column("Name", "code"), Column("Handler", "code"),
    Column("Kind"), Column("Source", "source"),
)  # fmt: skip


def show_all(data: dict[str, Any] | None) -> Iterable[Block]:
    """Yield the routing table."""
    if data is None:
        return
    count = len(data["routes"]) + data["more"]
    yield Badge(f"{count:,}")
    title = f"{count:,} route{'' if count == 1 else 's'}"
    if data["more"]:
        title += f", the first {len(data['routes']):,} of them here"
    empty = "No routes are known: the toolbar has no adapter for this framework, or the application has none."
    yield Table(_COLUMNS, [_row(facts) for facts in data["routes"]], title, empty)


def _row(facts: list[Any]) -> Row:
    *cells, place = facts
    return Row((*cells, None if place is None else _source(place)))


def _source(place: str) -> Source:
    file, line, function = place.rsplit(":", 2)
    return Source(file, int(line), function)


def show_matched(record: Record) -> Iterable[Block]:
    """Yield the route of a request, or why there was none."""
    status = record.response.status if record.response is not None else None
    if record.route is not None:
        yield Badge(short(record.route))
        if status == 405:
            yield _not_allowed(record)
        yield Facts(list(_facts(record.route)))
        yield from _details(record.route)
        if status == 404:
            text = "The route matched; it was its handler that answered 404."
            yield Notice("info", text, source=record.route.source, label="404 by handler")
    elif status == 405:
        yield Badge("405")
        yield _not_allowed(record)
    elif status == 404 or (record.kind == "websocket" and status == 403):
        yield Badge("no route")
        yield _no_route(record)


def short(route: Route) -> str:
    """Return the short name of a route's handler, or its path when it has none.

    Example: `shop.views.BookController.show` is `show`.
    """
    return (route.handler or "").rpartition(".")[2] or route.path


def _facts(route: Route) -> Iterable[Fact]:
    yield Fact("path", route.path, "code")
    if route.methods:
        yield Fact("methods", " ".join(route.methods), "code")
    if route.name:
        yield Fact("name", route.name, "code", "What URLs are made from by name.")
    if route.handler:
        yield Fact("handler", route.handler, "code")
    if route.source is not None:
        yield Fact("source", route.source, "source")


def _details(route: Route) -> Iterable[Block]:
    if route.path_params:
        yield Tree(dict(route.path_params), "path parameters")
    if route.details:
        yield Tree(dict(route.details), "details")


def _asked(record: Record) -> str:
    request = record.request
    if request is None:
        return "the request"
    return f"`{'WebSocket' if record.kind == 'websocket' else request.method} {request.path}`"


def _no_route(record: Record) -> Notice:
    path = record.request.path if record.request is not None else ""
    hint = "The routes of the application are in the application's own record."
    if len(path) > 1:
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        hint = f"Is it `{other}`? {hint}"
    return Notice("info", f"No route matched {_asked(record)}.", hint, label="no route")


def _not_allowed(record: Record) -> Notice:
    headers = record.response.headers if record.response is not None else ()
    allowed = next((value for name, value in headers if name.lower() == "allow"), "")
    if not allowed and record.route is not None:
        allowed = ", ".join(record.route.methods)
    hint = f"Allowed: {allowed}." if allowed else None
    text = f"A route has this path, but none takes {_asked(record)}."
    return Notice("info", text, hint, label="method not allowed")
