"""Debug Toolbar panel: request and response headers, explained and checked."""

from debug_toolbar_headers.panel import HeadersPanel

__all__ = ["HeadersPanel"]
