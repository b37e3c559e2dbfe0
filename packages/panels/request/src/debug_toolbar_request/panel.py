"""The request panel: what came in, and who was asked to answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from debug_toolbar_core import Panel, Record, Route
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Row, Section, Table
from debug_toolbar_core.exchange import Request
from debug_toolbar_core.record import Kind
from debug_toolbar_request.content import content
from debug_toolbar_request.pairs import pairs_table

_METHOD_MOST = 20


class RequestPanel(Panel):
    """Shows the request as it came: method, URL, client, route, query, cookies and body."""

    name: ClassVar[str] = "request"
    title: ClassVar[str] = "Request"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"http", "websocket"})
    group: ClassVar[str] = "request"
    order: ClassVar[int] = 20

    def view(self, record: Record) -> Iterable[Block]:
        request = record.request
        if request is None:
            return
        yield Badge("WS" if record.kind == "websocket" else str(request.method)[:_METHOD_MOST])
        yield Facts([item for item in _line(request, record.kind) if item.value not in (None, "")])
        if record.route is not None:
            yield Section("Route", list(_route(record.route)))
        if request.query:
            yield pairs_table("Query", request.query)
        if request.cookies:
            yield pairs_table("Cookies", request.cookies)
        if request.body is not None and request.body.size:
            yield Section("Body", list(content(request.body)))


def _line(request: Request, kind: Kind) -> list[Fact]:
    return [
        Fact("Method", None if kind == "websocket" else request.method),
        Fact("URL", request.url or request.path, "code"),
        Fact("Mounted at", request.root_path, "code", "The part of the path that leads to this application."),
        Fact("Scheme", request.scheme),
        Fact("HTTP version", request.http_version),
        Fact("Client", request.client, None, "As the server saw it: behind a proxy, the proxy."),
        Fact("Subprotocols offered", ", ".join(map(str, request.subprotocols))),
    ]


def _route(route: Route) -> Iterator[Block]:
    facts = [
        Fact("Path", route.path, "code"),
        Fact("Name", route.name),
        Fact("Methods", ", ".join(map(str, route.methods))),
        Fact("Handler", route.handler, "code"),
        Fact("Source", route.source, "source"),
    ]
    yield Facts([item for item in facts if item.value not in (None, "")])
    if route.path_params:
        rows = [Row((name, value)) for name, value in route.path_params.items()]
        yield Table([Column("Name", "code"), Column("Value", "json")], rows, "Path parameters")
