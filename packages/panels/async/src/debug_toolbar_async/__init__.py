"""Debug Toolbar panel: tasks, awaits and blocking calls of a request on the event loop."""

from debug_toolbar_async.panel import AsyncPanel

__all__ = ["AsyncPanel"]
