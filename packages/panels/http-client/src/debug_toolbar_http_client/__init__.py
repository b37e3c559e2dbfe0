"""Debug Toolbar panel: the HTTP calls that a request made."""

from debug_toolbar_http_client.panel import HttpClientPanel

__all__ = ["HttpClientPanel"]
