"""Debug Toolbar panel: hooks, handlers, listeners, signals and background tasks of a request."""

from debug_toolbar_events.panel import EventsPanel

__all__ = ["EventsPanel"]
