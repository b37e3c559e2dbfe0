"""A panel of Debug Toolbar for ASGI: what happened."""

from debug_toolbar_memory.panel import MemoryPanel

__all__ = ["MemoryPanel"]
