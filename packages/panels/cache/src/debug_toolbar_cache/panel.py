"""The cache panel: each operation on a cache, a span with what it asked for and what it got."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from debug_toolbar_cache import aiocache, memcached, redis, stores
from debug_toolbar_cache.operation import PANEL
from debug_toolbar_cache.views import show
from debug_toolbar_core import Application, Hooks, Panel, Record
from debug_toolbar_core.blocks import Block

HOOKS = Hooks(PANEL)
for library in (redis, memcached, aiocache, stores):
    library.register(HOOKS)


@dataclass
class CachePanel(Panel):
    """Operations of redis-py, valkey-py, aiocache, pymemcache, aiomcache and Litestar's stores: hits, keys, time."""

    name = PANEL
    title = "Cache"
    kinds = frozenset({"http", "websocket", "task"})
    order = 20

    slow: float = 0.05
    """An operation that takes longer, in seconds, is a notice."""

    def lifespan(self, app: Application) -> Generator[None]:
        with HOOKS.open():
            yield

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.slow)
