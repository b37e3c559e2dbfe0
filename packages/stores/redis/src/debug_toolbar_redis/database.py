"""Database: the keys in a Redis as the shared store asks for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from redis import Redis, exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from debug_toolbar_core.backend import Row, writer_mark
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.errors import ConfigurationError
from debug_toolbar_core.retention import Retention
from debug_toolbar_redis.scripts import KEYS, WRITE

_VERSION = 1  # of what is under the keys: another one has other keys, and the old ones end by themselves
_PATIENCE = 2.0  # seconds that a reader's thread, or the writer's, waits for one answer
_AT_ONCE = 100


class Database:
    """Records under six keys of one prefix; they share a slot, as a cluster wants it."""

    def __init__(self, url: str, prefix: str, retention: Retention) -> None:
        self.url = url
        self.retention = retention
        self.mark = str(writer_mark())
        self.keys = [f"{{{prefix}:{_VERSION}}}:{name}" for name in KEYS]
        self.documents_key, self.applications_key, self.order_key, self.saved_key, self.total_key, self.live_key = (
            self.keys
        )
        self.forked()
        self.name = f"Redis {_place(self.client)}"

    def forked(self) -> None:
        """Make a client of one's own: sockets and locks are the parent process's."""
        self.client = _client(self.url)
        self._write = self.client.register_script(WRITE)

    def write(self, rows: Sequence[Row]) -> None:
        """Keep all of these or none, and forget what is past the retention."""
        kept = self.retention
        values: list[Any] = [
            max(1, int(kept.age * 1_000)),
            kept.records,
            kept.bytes,
            int(kept.age * 1_000_000),
            self.mark,
        ]
        for row in rows:
            values += row.id, int(row.app), row.document
        self._write(keys=self.keys, args=values)

    def documents(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the documents there are of these ids."""
        if not ids:
            return {}
        found: dict[str, bytes] = {}
        for key in (self.applications_key, self.documents_key):
            answer: Any = self.client.hmget(key, list(ids))
            found.update((id, document) for id, document in zip(ids, answer, strict=True) if document is not None)
        return found

    def page(self, limit: int, before: str | None) -> list[tuple[str, int]]:
        """Return the greatest ids below `before` with their revisions, greatest first."""
        top = "+" if before is None else f"({before}"
        ids: Any = self.client.zrevrangebylex(self.order_key, top, "-", 0, limit)
        scores: Any = self.client.zmscore(self.saved_key, ids) if ids else []
        oldest = (time.time() - self.retention.age) * 1_000_000
        pairs = zip(ids, scores, strict=True)
        return [(id.decode(), int(score)) for id, score in pairs if score is not None and score > oldest]

    def revision(self, id: str) -> int | None:
        """Return the revision of a record, or None when there is none of this id."""
        score: Any = self.client.zscore(self.saved_key, id)
        return None if score is None else int(score)

    def clear(self) -> None:
        """Forget every record but applications' own."""
        with self.client.pipeline() as pipeline:
            pipeline.delete(self.documents_key, self.order_key, self.saved_key)
            pipeline.hset(self.total_key, "bytes", 0)
            pipeline.execute()

    def start(self, at: float) -> str:
        """Return the place in the stream at a time of this machine's clock, which may not be the server's."""
        now: Any = self.client.time()
        ahead = now[0] + now[1] / 1_000_000 - time.time()
        return f"{max(0, int((at + ahead) * 1_000) - 1)}-0"

    def follow(self, cursor: str, seconds: float) -> tuple[str, list[str]]:
        """Return the ids that other processes saved after a place, and the next place; waits so long for the first."""
        streams: Any = self.client.xread({self.live_key: cursor}, _AT_ONCE, int(seconds * 1_000))
        ids: list[str] = []
        for entries in _entries(streams):
            for place, fields in entries:
                cursor = place.decode()
                if fields.get(b"by") != self.mark.encode():
                    ids += fields.get(b"ids", b"").decode().split()
        return cursor, ids

    def notices(self) -> list[Notice]:
        """Return nothing: what a Redis does not keep, it says to who writes."""
        return []

    def rest(self) -> None:
        """Keep the connection: it costs nothing."""

    def close(self) -> None:
        """Let go of all connections; the next call opens one again."""
        self.client.close()


def _client(url: str) -> Redis:
    """Return a client that gives up soon: a record can wait, and a reader will not."""
    # A connection that the server closed meanwhile is opened anew, once; one that does not answer is not asked again.
    again = Retry(NoBackoff(), 1, supported_errors=(exceptions.ConnectionError,))
    timeouts = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
    try:
        client: Redis = Redis.from_url(url, **timeouts, retry=again, decode_responses=False)
        client.connection_pool.make_connection()  # which connects to nothing yet, and looks at the options
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            "store", _without_password(url), f"a URL that redis-py understands ({error})"
        ) from None
    return client


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _place(client: Redis) -> str:
    known = client.connection_pool.connection_kwargs
    if "path" in known:
        return str(known["path"])
    return f"{known.get('host', 'localhost')}:{known.get('port', 6379)}/{known.get('db', 0)}"


def _entries(streams: Any) -> Any:
    """Return the entries of each stream, of which the older protocol gives a list and the newer a mapping."""
    return streams.values() if isinstance(streams, dict) else [entries for _, entries in streams or ()]
