"""Debug Toolbar for Litestar applications."""

from __future__ import annotations

from litestar import Litestar

from debug_toolbar_asgi import DebugToolbar
from debug_toolbar_litestar.application import LitestarApplication
from debug_toolbar_litestar.plugin import DebugToolbarPlugin, LitestarDebugToolbarConfig, install

__all__ = ["DebugToolbarPlugin", "LitestarApplication", "LitestarDebugToolbarConfig", "adapter"]


def adapter(app: Litestar, config: LitestarDebugToolbarConfig | None = None) -> DebugToolbar:
    """Add the toolbar to an application that is made already, and return it: what the entry point names.

    The plugin sees more: exceptions that Litestar answers have their traceback only there.
    """
    toolbar = DebugToolbar(app, config or LitestarDebugToolbarConfig(), LitestarApplication(app))  # type: ignore[arg-type]  # Litestar's own scope types
    if toolbar.toolbar is not None:
        install(toolbar, app)
    return toolbar
