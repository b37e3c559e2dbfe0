"""The Redis store of Debug Toolbar: one history for workers on several machines."""

from debug_toolbar_redis.store import RedisStore

__all__ = ["RedisStore"]
