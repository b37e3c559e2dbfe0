"""Debug Toolbar panel: what the application answered."""

from debug_toolbar_response.panel import ResponsePanel

__all__ = ["ResponsePanel"]
