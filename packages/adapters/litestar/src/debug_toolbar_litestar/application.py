"""What Litestar tells of an application: its routes, its settings, and the handler that served a scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from litestar import Litestar

from debug_toolbar_core import Application, Route, snapshot
from debug_toolbar_core.source import handler_of

_SETTINGS = ("debug", "path", "request_max_body_size", "multipart_form_part_limit", "pdb_on_exception")
_CONFIGS = ("allowed_hosts", "compression_config", "cors_config", "csrf_config", "openapi_config", "logging_config")


def describe(handler: Any, path: str) -> Route:
    """Describe a route handler under its full path."""
    function = getattr(handler.fn, "func", handler.fn)  # what `sync_to_thread` wrapped
    name, source = handler_of(function)
    methods = tuple(sorted(str(method) for method in getattr(handler, "http_methods", ())))
    operation = getattr(handler, "operation_id", None)
    details: dict[str, Any] = {"kind": _kind(handler)}
    if isinstance(operation, str):
        details["operation_id"] = operation
    layers = getattr(handler, "ownership_layers", ())
    if tags := {str(tag) for layer in layers for tag in getattr(layer, "tags", None) or ()}:
        details["tags"] = sorted(tags)
    return Route(path or "/", handler.name or handler.handler_name, name, methods, source, details=details)


def _kind(handler: Any) -> str:
    kind = type(handler).__name__.lower()
    if "websocket" in kind:
        return "websocket"
    return "mount" if "asgi" in kind else "http"


def _handlers(route: Any) -> Iterable[Any]:
    """Yield a route's declared handlers: Litestar adds one for OPTIONS to each path, that nobody wrote."""
    for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
        if getattr(handler.fn, "__module__", "") != "litestar.routes.http":
            yield handler


class LitestarApplication(Application):
    """A Litestar application as panels see it."""

    framework = "Litestar"
    version: str | None = version("litestar")

    def __init__(self, target: Litestar) -> None:
        super().__init__(target)
        self.app = target
        self.debug = target.debug
        self._described: dict[tuple[int, str], tuple[Any, Route]] = {}

    def routes(self) -> Iterable[Route]:
        """List every route under its full path, controllers and routers resolved."""
        return list(self._walk())

    def _walk(self) -> Iterator[Route]:
        for route in self.app.routes:
            for handler in _handlers(route):
                yield describe(handler, route.path_format)

    def settings(self) -> Mapping[str, Any]:
        """Return the application's own configuration; nested configurations by their plain values."""
        own = {name: getattr(self.app, name, None) for name in _SETTINGS}
        nested = {name: getattr(self.app, name, None) for name in _CONFIGS}
        return {**own, **{name: _plain(config) for name, config in nested.items() if config is not None}}

    def openapi(self) -> Mapping[str, Any] | None:
        """Return the application's OpenAPI schema, or None where it is switched off."""
        if self.app.openapi_config is None:
            return None
        schema: Mapping[str, Any] = self.app.openapi_schema.to_schema()
        return schema

    def documentation(self) -> Iterable[tuple[str, str]]:
        """List the pages that document the API, by the plugins that render them."""
        config = self.app.openapi_config
        if config is None:
            return []
        base = str(config.path or getattr(config.openapi_controller, "path", None) or "/schema").rstrip("/")
        found: dict[str, str] = {}
        for plugin in config.render_plugins:
            if plugin.paths:
                found.setdefault(_renders(plugin), f"{base}{min(plugin.paths)}")
        # Litestar keeps what it renders as a set: in the order of names it is the same each time.
        return sorted(found.items(), key=lambda page: (page[0] in ("json", "yaml"), page[0]))

    def matched(self, scope: Mapping[str, Any]) -> Route | None:
        """Return the route that served this scope with its path parameters, or None for a 404."""
        handler = scope.get("route_handler")
        if handler is None:
            return None
        template = str(scope.get("path_template") or self._mounted(handler))
        kept = self._described.get((id(handler), template))
        if kept is None or kept[0] is not handler:
            kept = (handler, describe(handler, template))
            self._described[id(handler), template] = kept
        route, parameters = kept[1], scope.get("path_params")
        if not parameters:
            return route
        taken = snapshot(dict(parameters))
        return Route(route.path, route.name, route.handler, route.methods, route.source, taken, route.details)

    def _mounted(self, handler: Any) -> str:
        """Find the full path of a mount: its scope tells only what comes after it."""
        found = (route.path_format for route in self.app.routes if getattr(route, "route_handler", None) is handler)
        return next(found, next(iter(sorted(handler.paths)), "/"))


def _renders(plugin: object) -> str:
    """Return what a plugin renders the schema with: `ScalarRenderPlugin` is `scalar`."""
    return type(plugin).__name__.removesuffix("Plugin").removesuffix("Render").lower()


def _plain(config: Any) -> Any:
    if not hasattr(config, "__dict__"):
        return snapshot(config)
    return snapshot({name: value for name, value in vars(config).items() if not name.startswith("_")})
