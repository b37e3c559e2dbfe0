"""Debug Toolbar panel: the log lines of a request."""

from debug_toolbar_logging.panel import LoggingPanel

__all__ = ["LoggingPanel"]
