"""Debug Toolbar panel: the exception of a request, with its traceback."""

from debug_toolbar_exceptions.panel import ExceptionsPanel

__all__ = ["ExceptionsPanel"]
