"""A panel of Debug Toolbar for ASGI: what happened."""

from debug_toolbar_async.panel import AsyncPanel

__all__ = ["AsyncPanel"]
