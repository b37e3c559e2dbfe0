"""Debug Toolbar for Starlette applications."""

from __future__ import annotations

from starlette.applications import Starlette

from debug_toolbar_asgi import DebugToolbar
from debug_toolbar_starlette.application import StarletteApplication
from debug_toolbar_starlette.installation import install
from debug_toolbar_starlette.middleware import DebugToolbarMiddleware, StarletteDebugToolbarConfig

__all__ = ["DebugToolbarMiddleware", "StarletteApplication", "StarletteDebugToolbarConfig", "adapter", "install"]


def adapter(app: Starlette, config: StarletteDebugToolbarConfig | None = None) -> DebugToolbar:
    """Add the toolbar to a Starlette application and return it: what the entry point names."""
    return install(app, config or StarletteDebugToolbarConfig(), StarletteApplication(app))
