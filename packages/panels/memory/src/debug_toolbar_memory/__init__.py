"""Debug Toolbar panel: the memory that a request allocated and kept."""

from debug_toolbar_memory.panel import MemoryPanel

__all__ = ["MemoryPanel"]
