"""The plugin: Debug Toolbar in a Litestar application, outside everything else of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.plugins import InitPlugin
from litestar.types import ASGIApp, Receive, Scope, Send

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Application, current
from debug_toolbar_litestar.application import LitestarApplication

_ANSWERED = 500


@dataclass(kw_only=True)
class LitestarDebugToolbarConfig(ASGIConfig):
    """Settings of the toolbar in a Litestar application; it runs when the application's `debug` is on.

    Example: `LitestarDebugToolbarConfig(exclude=["versions"])`.
    """


class DebugToolbarPlugin(InitPlugin):
    """Adds the toolbar to a Litestar application.

    It stands outside the application's whole handler stack from start-up on, so that it times every
    middleware and sees a 404. Without a lifespan (a test client that is not entered) the first request of a
    route is recorded from within, and the toolbar is outside after it.

    Example: `Litestar(..., debug=True, plugins=[DebugToolbarPlugin()])`.
    """

    def __init__(self, config: LitestarDebugToolbarConfig | None = None) -> None:
        self.config = config or LitestarDebugToolbarConfig()

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add what watches the application, unless the toolbar is off."""
        application = Application()
        application.debug = app_config.debug
        toolbar = DebugToolbar(_nowhere, self.config, application)
        if toolbar.toolbar is not None:
            app_config.lifespan.insert(0, _lifespan(toolbar))
            app_config.middleware.insert(0, _inside(toolbar))
            app_config.after_exception.append(_note)
        return app_config


async def _nowhere(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("Debug Toolbar: the Litestar application was not started; this is a fault of the toolbar.")


def install(toolbar: DebugToolbar, app: Litestar) -> None:
    """Put the toolbar outside an application's handler stack; an application that has one keeps that one."""
    if not isinstance(app.asgi_handler, DebugToolbar):
        toolbar.around(app.asgi_handler, LitestarApplication(app))  # type: ignore[arg-type]  # Litestar's own scope types
        app.asgi_handler = toolbar  # type: ignore[assignment]  # as above


def _lifespan(toolbar: DebugToolbar) -> Any:
    @asynccontextmanager
    async def debug_toolbar(app: Litestar) -> AsyncGenerator[None]:
        install(toolbar, app)
        outside: object = app.asgi_handler
        if outside is not toolbar:
            yield
            return
        toolbar.start()
        try:
            yield
        finally:
            toolbar.stop()

    return debug_toolbar


def _inside(toolbar: DebugToolbar) -> Any:
    """Return the middleware that a request meets before the toolbar is outside; later it is only passed."""

    def middleware(app: ASGIApp) -> ASGIApp:
        async def debug_toolbar(scope: Scope, receive: Receive, send: Send) -> None:
            target: Any = scope.get("litestar_app", scope.get("app"))
            if target is None or isinstance(target.asgi_handler, DebugToolbar):
                await app(scope, receive, send)
                return
            install(toolbar, target)
            await toolbar.serve(app, scope, receive, send)  # type: ignore[arg-type]  # Litestar's own scope types

        return debug_toolbar

    return middleware


async def _note(exception: Exception, scope: Scope) -> None:
    """Note an exception that Litestar makes an answer of, with the traceback it has now."""
    if record := current():
        status = getattr(exception, "status_code", None)
        record.fail(exception, handled=isinstance(status, int) and status < _ANSWERED, status=status)
