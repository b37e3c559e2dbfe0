"""The store: records in a Redis, written in batches by a thread, read by every process that reaches it."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlencode

from msgspec.json import encode

from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.retention import Retention, split_options
from debug_toolbar_core.shared import SharedStore
from debug_toolbar_redis.database import Database

PREFIX = "debug-toolbar"
KEPT = Retention(records=5_000, bytes=64 * 1024 * 1024, age=86_400.0)
"""What is kept where nothing else is said: memory costs more than a disk."""


class RedisStore(SharedStore):
    """Keeps records in Redis, within a limit of memory, under keys that end by themselves.

    Example: `RedisStore("redis://localhost/1", Retention(records=500))`, or `store="redis://localhost/1?records=500"`.
    """

    def __init__(
        self, url: str, retention: Retention = KEPT, encoder: Encoder | None = None, prefix: str = PREFIX
    ) -> None:
        super().__init__(Database(url, prefix, retention), retention, encoder, encode)

    @classmethod
    def from_url(cls, url: str, encoder: Encoder | None = None) -> Self:
        """Return the store of a URL such as `redis://localhost:6379/1?records=500&age=12h&prefix=shop`.

        What is no option of the store's is redis-py's, such as `ssl_ca_certs`.
        """
        place, options = split_options(url)
        retention, prefix = KEPT.changed(options), options.pop("prefix", PREFIX)
        return cls(f"{place}?{urlencode(options)}" if options else place, retention, encoder, prefix)
