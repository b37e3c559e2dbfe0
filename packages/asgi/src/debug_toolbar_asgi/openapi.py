"""OpenAPI: the API's description, made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .routes import Route, Schema, record

_TEXT: Final[Schema] = {"type": "string"}
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
_NUMBER: Final[Schema] = {"type": "number"}
_MAYBE_NUMBER: Final[Schema] = {"type": ["number", "null"]}
_BOOL: Final[Schema] = {"type": "boolean"}
_ANY: Final[Schema] = {"type": "object"}
_LIST: Final[Schema] = {"type": "array", "items": {}}
_LEVEL: Final[Schema] = {"enum": ["info", "warning", "error", None]}

_SCHEMAS: Final[Mapping[str, Schema]] = {
    "Error": record(error=record(code=_TEXT, message=_TEXT, hint=_TEXT)),
    "Block": {"type": "object", "properties": {"type": _TEXT}, "required": ["type"]},
    "Record": record(
        format={"type": "integer"}, id=_TEXT, kind={"enum": ["http", "websocket", "task", "app"]},
        parent=_MAYBE_TEXT, started_at=_NUMBER, duration=_MAYBE_NUMBER, open=_BOOL, spans=_LIST, data=_ANY,
    ),
    "Summary": record(
        id=_TEXT, kind=_TEXT, method=_TEXT, path=_TEXT, status={"type": ["integer", "null"]},
        started_at=_NUMBER, duration=_MAYBE_NUMBER, counts=_ANY, badges=_LIST, levels=_ANY, notices=_LIST,
    ),
    "PanelEntry": record(
        name=_TEXT, title=_TEXT, group=_TEXT, badge={"type": ["object", "null"]}, level=_LEVEL, empty=_BOOL,
        failure={"type": ["object", "null"]}, needs=_MAYBE_TEXT, actions=_LIST,
    ),
    "PanelInfo": record(
        name=_TEXT, title=_TEXT, group=_TEXT, kinds=_LIST, on_demand=_BOOL, needs=_MAYBE_TEXT, error=_MAYBE_TEXT
    ),
}  # fmt: skip
_OTHER_TYPES: Final = {"/api/live": "text/event-stream", "/static/{name}": "application/octet-stream"}
_HEADER: Final[Schema] = {
    "name": "X-Debug-Toolbar",
    "in": "header",
    "required": True,
    "schema": {"const": "1"},
    "description": "Says that no other website asks.",
}


def describe(routes: Iterable[Route], base: str, version: str) -> dict[str, Any]:
    """Return the description as an OpenAPI 3.1 document; `base` is where the paths begin."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Debug Toolbar", "version": version},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.handler.__name__}_{route.method.lower()}",
        "summary": route.about,
        "parameters": [*_in_path(route), *_in_query(route), *([_HEADER] if route.kind == "change" else [])],
        "responses": {**_success(route), "default": _content("A fault.", {"$ref": "#/components/schemas/Error"})},
    }
    if route.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": route.body}}}
    return operation


def _in_path(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in names]


def _in_query(route: Route) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": _TEXT, "description": about} for name, about in route.query.items()]


def _success(route: Route) -> dict[str, Any]:
    if route.kind == "login":
        return {"303": {"description": "To the dashboard, with the cookie."}}
    if route.gives is not None:
        return {"200": _content(route.about, route.gives)}
    return {"200": _content(route.about, _TEXT, _OTHER_TYPES.get(route.path, "text/html"))}


def _content(about: str, schema: Schema, kind: str = "application/json") -> dict[str, Any]:
    return {"description": about, "content": {kind: {"schema": schema}}}
