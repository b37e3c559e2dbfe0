"""Memory store: keeps closed records as they are, and encodes one when somebody reads it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.errors import ConfigurationError
from debug_toolbar_core.offload import offload
from debug_toolbar_core.record import Record
from debug_toolbar_core.store import Summary, summarise
from debug_toolbar_core.subscriber import Subscriber

_RECORD = 4_096
_SPAN = 1_024


def weigh(record: Record) -> int:
    """Estimate a record's bytes in memory without walking it."""
    return _RECORD + _SPAN * len(record.spans) + record.limits.total - record.room + record.wire.held()


@dataclass(slots=True)
class _Kept:
    """A record, its weight, and its summary once somebody asked for it after it was closed."""

    record: Record
    weight: int
    summary: Summary | None = None


class MemoryStore:
    """Keeps the newest records of this process: at most `most` of them, about `bytes` in all.

    The application's own record is not counted and stays.

    Example: `MemoryStore(most=200)`, or `store="memory"`.
    """

    def __init__(self, most: int = 500, bytes: int = 64 * 1024 * 1024, encoder: Encoder | None = None) -> None:
        if most < 1:
            raise ConfigurationError("store most", most, "a whole number, 1 or more")
        self.most = most
        self.bytes = bytes
        self.encoder = encoder or Encoder()
        self._records: OrderedDict[str, _Kept] = OrderedDict()
        self._app: dict[str, Record] = {}
        self._weight = 0
        self._lock = threading.Lock()
        self._subscribers: set[Subscriber] = set()

    async def save(self, record: Record) -> None:
        """Keep a record, forgetting the oldest past the limits; the same id again replaces."""
        self.keep(record)

    def keep(self, record: Record) -> None:
        """Do what `save` does, from where nothing can be awaited."""
        if record.kind == "app":
            self._app[record.id] = record
        else:
            self._keep(record)
        if self._subscribers:
            for subscriber in tuple(self._subscribers):
                subscriber.tell(record.id)

    def _keep(self, record: Record) -> None:
        weight = weigh(record)
        records = self._records
        with self._lock:  # records end in threads, too
            if (replaced := records.get(record.id)) is not None:
                self._weight -= replaced.weight
            records[record.id] = _Kept(record, weight)
            self._weight += weight
            while len(records) > self.most or (self._weight > self.bytes and len(records) > 1):
                self._weight -= records.popitem(last=False)[1].weight

    async def load(self, id: str) -> Record | None:
        """Return a record as JSON gives it back, or None."""
        kept = self._records.get(id)
        record = kept.record if kept else self._app.get(id)
        return None if record is None else await offload(self.read, record)

    def read(self, record: Record) -> Record:
        """Send a record through encoding, as every other store does."""
        return self.encoder.through(record)

    async def recent(self, limit: int = 50, before: str | None = None) -> list[Summary]:
        """Return the newest records' summaries, newest first."""
        with self._lock:
            ids = sorted((id for id in self._records if before is None or id < before), reverse=True)
            kept = [self._records[id] for id in ids[:limit]]
        return await offload(lambda: [self._summary(entry) for entry in kept])

    def _summary(self, kept: _Kept) -> Summary:
        if kept.summary is not None:
            return kept.summary
        closed = not kept.record.open
        summary = summarise(self.read(kept.record))
        if closed:
            kept.summary = summary
        return summary

    async def clear(self) -> None:
        """Forget every record but the application's own."""
        with self._lock:
            self._records.clear()
            self._weight = 0

    async def subscribe(self) -> AsyncGenerator[str]:
        """Yield the id of each record saved from now on; a reader 256 records behind misses the rest."""
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        try:
            while True:
                yield await subscriber.queue.get()
        finally:
            self._subscribers.discard(subscriber)
