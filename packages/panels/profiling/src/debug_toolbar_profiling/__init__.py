"""A panel of Debug Toolbar for ASGI: what happened."""

from debug_toolbar_profiling.panel import ProfilingPanel

__all__ = ["ProfilingPanel"]
