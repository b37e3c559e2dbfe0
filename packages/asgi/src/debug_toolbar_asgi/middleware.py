"""The middleware: Debug Toolbar around any ASGI application."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Awaitable
from functools import cached_property
from typing import TYPE_CHECKING

from debug_toolbar_core import Application, Toolbar
from debug_toolbar_core.context import position
from debug_toolbar_ui import FrontEndMissing, manifest

from .config import ASGIConfig, misconfigured
from .gate import Gate, may_run
from .recorder import Recorder
from .types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from .site import Site

logger = logging.getLogger("debug_toolbar")


class DebugToolbar:
    """Records every request of an ASGI application and serves the toolbar under its prefix.

    Without an adapter there is no debug flag to look at, and wrapping the application is what switches the
    toolbar on; in an environment that looks like production it stays off all the same.

    Example: `app = DebugToolbar(app)`.
    """

    def __init__(self, app: ASGIApp, config: ASGIConfig | None = None, application: Application | None = None) -> None:
        self.app = app
        self.config = (config or ASGIConfig()).from_environment()
        self.application = application or Application(app)
        debug = True if application is None else application.debug
        verdict = may_run(self.config.gate(), debug, os.environ)
        self.toolbar: Toolbar | None = None
        self.gate: Gate | None = None
        self._starts = 0
        if verdict.allowed:
            self._build()
        else:
            level = logging.WARNING if debug or self.config.enabled else logging.INFO
            logger.log(level, "Debug Toolbar is off: %s", verdict.reason)

    def _build(self) -> None:
        config = self.config
        try:
            self.gate = Gate(config.gate(), os.environ, config.prefix)
        except ValueError as error:
            raise misconfigured(error) from None
        self.toolbar = Toolbar(config)
        self.recorder = Recorder(self.toolbar, self.gate, config, _bar())
        self.recorder.application = self.application

    @cached_property
    def site(self) -> Site:
        """The toolbar's own pages; made, and their modules imported, when somebody opens one."""
        from .site import Site

        if self.toolbar is None or self.gate is None:
            raise RuntimeError("Debug Toolbar is off, so it has no pages.")
        return Site(self.toolbar, self.gate, self.config)

    def around(self, app: ASGIApp, application: Application) -> None:
        """Serve another application from now on: for a framework whose own one exists only after its plug-ins."""
        self.app, self.application = app, application
        if self.toolbar is not None:
            self.recorder.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope: the toolbar's own paths, or the application's with a record around it."""
        if self.toolbar is None:
            await self.app(scope, receive, send)
        else:
            await self.serve(self.app, scope, receive, send)

    def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one scope with `app` in the application's place: for an adapter that is still inside it."""
        kind = scope["type"]
        if kind == "lifespan":
            return self._lifespan(app, scope, receive, send)
        if kind not in ("http", "websocket"):
            return app(scope, receive, send)
        if not self._starts:  # a server without lifespan
            self.start()
        recorder = self.recorder
        if recorder.prefix in scope["path"] and self.site.path(scope) is not None:
            return self.site(scope, receive, send)
        if (recorder.ignored or position.get() is not None) and recorder.passes(scope):
            return app(scope, receive, send)
        return (recorder.http if kind == "http" else recorder.websocket)(app, scope, receive, send)

    def start(self) -> None:
        """Open the panels' lifespans; the first time, say where the toolbar is."""
        if self.toolbar is None or self.gate is None:
            return
        self.toolbar.start(self.application)
        if not self._starts:
            login = self.gate.login_url("")
            print(f"Debug Toolbar: open {self.config.prefix}/ (from elsewhere {login} first)", file=sys.stderr)
        self._starts += 1

    def stop(self) -> None:
        """Close the panels' lifespans."""
        if self.toolbar is not None:
            self._starts = max(0, self._starts - 1)
            self.toolbar.stop()
            if not self._starts and "site" in vars(self):
                self.site.close()

    async def _lifespan(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Start before the application does, and stop after it; its messages and faults pass untouched."""
        started = False

        async def starting() -> Message:
            nonlocal started
            message = await receive()
            if message["type"] == "lifespan.startup" and not started:
                started = True
                self.start()
            return message

        try:
            await app(scope, starting, send)
        finally:
            if started:
                self.stop()


def _bar() -> str:
    """Return the file name of the bar's script, or an empty text where the front end was not built."""
    try:
        return manifest()["bar.js"]
    except (FrontEndMissing, OSError, LookupError) as error:
        logger.warning("Debug Toolbar has no front end here, so no bar is put into pages: %s", error)
        return ""
