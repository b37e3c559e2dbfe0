"""The routes panel: all routes of the application once, and for each request the one that served it."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from debug_toolbar_core import Application, Panel, Record, Route
from debug_toolbar_core.blocks import Block
from debug_toolbar_routes.views import show_all, show_matched

MOST = 700
"""Routes kept; a panel may keep 5,000 values on a record, and a route is seven."""


@dataclass
class RoutesPanel(Panel):
    """The routing table, and the route of a request with its parameters and its handler."""

    name = "routes"
    title = "Routes"
    kinds = frozenset({"app", "http", "websocket"})
    collects = frozenset({"app"})
    group = "application"
    order = 20

    def collect(self, record: Record) -> Generator[None, None, Any]:
        app = record.app
        if app is None:
            return None
        routes = iter(app.routes())
        told = [facts(route) for route in islice(routes, MOST)]
        more = sum(1 for _ in routes)
        yield
        return {"routes": told, "more": more}

    def view(self, record: Record) -> Iterable[Block]:
        if record.kind == "app":
            return show_all(record.data.get(self.name))
        # Without an adapter nobody can say that no route matched.
        return show_matched(record) if record.framework != Application.framework or record.route is not None else ()


def facts(route: Route) -> list[Any]:
    """Return a route as path, methods, name, handler, kind, and `file:line:function`."""
    place = None if route.source is None else ":".join(str(part) for part in route.source)
    return [route.path, " ".join(route.methods), route.name, route.handler, route.details.get("kind"), place]
