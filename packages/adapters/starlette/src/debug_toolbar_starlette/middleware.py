"""The middleware: Debug Toolbar in a Starlette application, outside everything else of it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_starlette.application import StarletteApplication
from debug_toolbar_starlette.installation import install


@dataclass(kw_only=True)
class StarletteDebugToolbarConfig(ASGIConfig):
    """Settings of the toolbar in a Starlette application; it runs when the application's `debug` is on.

    Example: `StarletteDebugToolbarConfig(exclude=["versions"])`.
    """


class DebugToolbarMiddleware:
    """Adds the toolbar to a Starlette application.

    Listed anywhere among the middleware it moves outside all of it with the first scope (the lifespan), so
    that it times the others and sees the page that Starlette makes of an unhandled error.

    Example: `Starlette(debug=True, middleware=[Middleware(DebugToolbarMiddleware)])`.
    """

    def __init__(self, app: ASGIApp, config: StarletteDebugToolbarConfig | None = None) -> None:
        self.app = app
        self.config = config or StarletteDebugToolbarConfig()
        self._inside: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a scope on; with the first one the toolbar moves outside."""
        if self._inside is None:
            await self._first(scope, receive, send)
        else:
            await self._inside(scope, receive, send)

    async def _first(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = scope.get("app")
        if not isinstance(target, Starlette):
            self._inside = DebugToolbar(self.app, self.config)
            await self._inside(scope, receive, send)
            return
        self._inside = self.app
        toolbar = install(target, self.config, StarletteApplication(target))
        if toolbar.toolbar is None or target.middleware_stack is not toolbar:
            await self.app(scope, receive, send)
        else:
            await toolbar.serve(self.app, scope, receive, send)
