"""What FastAPI tells of an application: routes of included routers under the paths they really have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import fastapi

from debug_toolbar_core import Route
from debug_toolbar_starlette import routing
from debug_toolbar_starlette.application import StarletteApplication


def describe(route: Any, path: str, **details: Any) -> Route:
    """Describe a route under its full path, with what only FastAPI knows of it."""
    found = {
        "operation_id": getattr(route, "operation_id", None) or getattr(route, "unique_id", None),
        "tags": [str(getattr(tag, "value", tag)) for tag in getattr(route, "tags", None) or ()],
        "in_schema": getattr(route, "include_in_schema", None),
    }
    told = {name: value for name, value in found.items() if value not in (None, [])}
    return routing.describe(route, path, **told, **details)


class FastAPIApplication(StarletteApplication):
    """A FastAPI application as panels see it."""

    framework = "FastAPI"
    version: str | None = fastapi.__version__

    def __init__(self, target: fastapi.FastAPI) -> None:
        super().__init__(target)
        self.fastapi = target
        self._routes = routing.Routes(lambda: routing.walk(target.routes, describe=describe))

    def routes(self) -> Iterable[Route]:
        """List every route under its full path."""
        return [route for _, route in self._routes.all()]

    def settings(self) -> Mapping[str, Any]:
        """Return the application's own configuration."""
        app = self.fastapi
        own = {"title": app.title, "version": app.version, "openapi_url": app.openapi_url, "docs_url": app.docs_url}
        return {**super().settings(), **own, "root_path": app.root_path}

    def openapi(self) -> Mapping[str, Any] | None:
        """Return the application's OpenAPI schema, or None where it is switched off."""
        app = self.fastapi
        if not app.openapi_url:
            return None
        kept = app.openapi_schema
        schema = app.openapi()
        if kept is None:  # made for us: routes that are added later are still to be in the application's own
            app.openapi_schema = None
        return schema

    def documentation(self) -> Iterable[tuple[str, str]]:
        """List the pages that document the API."""
        app = self.fastapi
        pages = {"swagger": app.docs_url, "redoc": app.redoc_url, "openapi.json": app.openapi_url}
        return [(name, path) for name, path in pages.items() if path and app.openapi_url]

    def matched(self, scope: Mapping[str, Any]) -> Route | None:
        """Return the route that served this scope, under the path its router was included with."""
        context = (scope.get("fastapi") or {}).get("effective_route_context")
        return self._routes.matched(scope, getattr(context, "original_route", None))
