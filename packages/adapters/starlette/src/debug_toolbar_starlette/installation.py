"""Installation: puts the toolbar outside an application's whole middleware stack, built already or not."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.types import ASGIApp

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Application


def install(app: Starlette, config: ASGIConfig, application: Application) -> DebugToolbar:
    """Put the toolbar outside everything an application has; one that is off leaves the application as it is.

    An application that has a toolbar keeps the one it has, and another is returned that serves nothing.
    """
    stack = app.middleware_stack
    toolbar = DebugToolbar(app if stack is None else stack, config, application)
    if toolbar.toolbar is None or isinstance(stack, DebugToolbar):
        return toolbar
    if stack is not None:
        app.middleware_stack = toolbar
        return toolbar
    build = app.build_middleware_stack

    def build_middleware_stack() -> ASGIApp:
        toolbar.around(build(), application)
        return toolbar

    app.build_middleware_stack = build_middleware_stack  # type: ignore[method-assign]  # the one seam around the stack
    return toolbar
