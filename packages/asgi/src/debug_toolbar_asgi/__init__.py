"""Debug Toolbar for any ASGI application: records its requests, and serves the toolbar."""

from debug_toolbar_asgi.config import ASGIConfig
from debug_toolbar_asgi.middleware import DebugToolbar

__all__ = ["ASGIConfig", "DebugToolbar"]
