"""Routing: every route of a Starlette application with its full path, and which of them served a scope."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from starlette.routing import BaseRoute, Host, Mount, WebSocketRoute, compile_path

from debug_toolbar_core import Route, snapshot
from debug_toolbar_core.source import handler_of

Pair = tuple[BaseRoute, Route]
"""A route of the framework's, and its description."""
Describe = Callable[..., Route]


def describe(route: Any, path: str, **details: Any) -> Route:
    """Describe a route under its full path."""
    handler, source = handler_of(route.endpoint) if getattr(route, "endpoint", None) else (None, None)
    kind = "websocket" if isinstance(route, WebSocketRoute) else "http"
    return Route(
        path or "/",
        getattr(route, "name", None),
        handler,
        tuple(sorted(getattr(route, "methods", None) or ())),
        source,
        details={"kind": kind, **details},
    )


def walk(
    routes: Iterable[Any], prefix: str = "", host: str | None = None, describe: Describe = describe
) -> Iterator[Pair]:
    """Yield each route with its description, mounts and hosts resolved; a mount without routes is one route."""
    for route in routes:
        details = {"host": host} if host else {}
        if isinstance(route, Host):
            yield from walk(route.routes, prefix, route.host, describe)
        elif isinstance(route, Mount) and route.routes:
            yield from walk(route.routes, prefix + route.path, host, describe)
        elif isinstance(route, Mount):
            handler, source = handler_of(route.app)
            details["kind"] = "mount"
            yield route, Route(prefix + route.path or "/", route.name, handler, (), source, details=details)
        elif contexts := getattr(route, "effective_route_contexts", None):  # FastAPI's router in a router
            yield from _included(contexts(), prefix, details, describe)
        else:
            yield route, describe(route, prefix + str(getattr(route, "path", "")), **details)


def _included(contexts: Iterable[Any], prefix: str, details: dict[str, str], describe: Describe) -> Iterator[Pair]:
    for context in contexts:
        told = context if context.path else context.starlette_route
        if isinstance(told, (Mount, Host)):
            yield from walk([told], prefix, details.get("host"), describe)
        else:
            yield context.original_route, describe(told, prefix + str(told.path), **details)


class Routes:
    """Finds the description of the route in a scope; made once, and again when the scope has an unknown one."""

    def __init__(self, walked: Callable[[], Iterable[Pair]]) -> None:
        self.all = walked
        self._known: dict[int, list[_Place]] = {}

    def matched(self, scope: Mapping[str, Any], route: object = None) -> Route | None:
        """Return the route that served a scope with its path parameters, or None for a 404.

        It is known by itself, or where the framework does not tell it, by its endpoint.
        """
        served = route or scope.get("route") or scope.get("endpoint")
        if served is None:
            return None
        places = self._known.get(id(served)) or self._learn(served)
        if places:
            described = _chosen(places, str(scope.get("path", "")))
        elif isinstance(served, BaseRoute):
            described = describe(served, str(getattr(served, "path", "")))
        else:
            return None
        return with_parameters(described, scope)

    def _learn(self, served: object) -> list[_Place] | None:
        known: dict[int, list[_Place]] = {}
        for route, described in self.all():
            for key in (route, getattr(route, "endpoint", None), getattr(route, "app", None)):
                if key is not None:
                    known.setdefault(id(key), []).append(_Place(key, described))
        for places in known.values():
            places.sort(key=lambda place: -len(place.route.path))
        self._known = known
        return known.get(id(served))


class _Place:
    """One path under which something is served; `key` is held so that its id stays its own."""

    def __init__(self, key: object, route: Route) -> None:
        self.key = key
        self.route = route

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a path ends with: it begins with whatever the whole application is mounted under."""
        return re.compile(compile_path(self.route.path)[0].pattern.removeprefix("^"))


def _chosen(places: list[_Place], path: str) -> Route:
    """Choose among the places of one route: the longest template that the path ends with."""
    if len(places) > 1:
        for place in places:
            if place.pattern.search(path):
                return place.route
    return places[0].route


def with_parameters(route: Route, scope: Mapping[str, Any]) -> Route:
    """Return a route with the values its path parameters had in a scope."""
    parameters = scope.get("path_params")
    if not parameters:
        return route
    taken = snapshot(dict(parameters))
    return Route(route.path, route.name, route.handler, route.methods, route.source, taken, route.details)
