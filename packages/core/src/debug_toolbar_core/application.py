"""Application: what an adapter tells panels about the application; the plain ASGI one knows nothing more."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from debug_toolbar_core.source import Source


@dataclass(frozen=True, slots=True)
class Route:
    """One route as declared: full path template, methods, name, and the handler with its source."""

    path: str
    name: str | None = None
    handler: str | None = None
    methods: tuple[str, ...] = ()
    source: Source | None = None
    path_params: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    """What only this framework knows of it: `kind` (http, websocket, static, mount), `operation_id`, `tags`…"""


class Application:
    """What is known of the application as a whole; an adapter overrides what its framework can tell.

    Example: `for route in record.app.routes(): ...` in a panel of kind `app`.
    """

    framework = "ASGI"
    version: str | None = None
    debug: bool = False

    def __init__(self, target: object = None) -> None:
        self.target = target

    def hooks(self) -> Generator[None]:
        """Around the life of the toolbar, once: patch what the framework does not tell, yield, unpatch."""
        yield

    def routes(self) -> Iterable[Route]:
        """List every route, with mounts, routers and sub-applications resolved to full paths."""
        return ()

    def settings(self) -> Mapping[str, Any]:
        """Return the framework's own configuration, not yet redacted."""
        return {}

    def openapi(self) -> Mapping[str, Any] | None:
        """Return the application's OpenAPI schema, or None."""
        return None

    def documentation(self) -> Iterable[tuple[str, str]]:
        """List the pages that document the API: what draws each (`swagger`, `redoc`, `scalar`…), and its path."""
        return ()

    def matched(self, scope: Mapping[str, Any]) -> Route | None:
        """Return the route that served this scope; called once, after the application returned."""
        return None
