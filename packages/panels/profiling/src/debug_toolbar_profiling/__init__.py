"""Debug Toolbar panel: where the time of one request went, truly, on an async server."""

from debug_toolbar_profiling.panel import ProfilingPanel

__all__ = ["ProfilingPanel"]
