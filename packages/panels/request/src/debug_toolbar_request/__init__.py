"""Debug Toolbar panel: what the client sent."""

from debug_toolbar_request.panel import RequestPanel

__all__ = ["RequestPanel"]
