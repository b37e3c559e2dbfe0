"""Debug Toolbar panel: the cache operations of a request."""

from debug_toolbar_cache.panel import CachePanel

__all__ = ["CachePanel"]
