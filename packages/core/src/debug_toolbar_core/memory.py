"""Memory store: keeps closed records as they are, and encodes one when somebody reads it."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager

from debug_toolbar_core.encoding import Encoder, Written
from debug_toolbar_core.errors import ConfigurationError
from debug_toolbar_core.offload import offload
from debug_toolbar_core.record import Record
from debug_toolbar_core.store import Summary, counts, summarise
from debug_toolbar_core.subscriber import Subscriber

_RECORD = 4_096
_SPAN = 1_024


def weigh(record: Record) -> int:
    """Estimate a record's bytes in memory without walking it."""
    return _RECORD + _SPAN * len(record.spans) + record.limits.total - record.room + record.wire.held()


class MemoryStore:
    """Keeps the newest records of this process: at most `most` of them, about `bytes` in all.

    The application's own record is not counted and stays.

    `keep` never waits: the collector of garbage may close an abandoned request, and so save its record, anywhere in
    this very class. A record that comes while the lock is held is put into its place by who holds it.

    Example: `MemoryStore(most=200)`, or `store="memory"`.
    """

    def __init__(self, most: int = 500, bytes: int = 64 * 1024 * 1024, encoder: Encoder | None = None) -> None:
        if most < 1:
            raise ConfigurationError("store most", most, "a whole number, 1 or more")
        self.most = most
        self.bytes = bytes
        self.encoder = encoder or Encoder()
        self._records: OrderedDict[str, tuple[Record, int, int]] = OrderedDict()
        """Records with their weights and revisions, oldest first."""
        self._summaries: dict[str, Summary] = {}
        """Those of closed records that somebody asked for."""
        self._arrived: deque[Record] = deque()
        """Those that came while the lock was held."""
        self._app: dict[str, Record] = {}
        self._weight = self._saves = 0
        self._lock = threading.Lock()
        self._subscribers: set[Subscriber] = set()

    async def save(self, record: Record) -> None:
        """Keep a record, forgetting the oldest past the limits; the same id again replaces."""
        self.keep(record)

    def keep(self, record: Record) -> None:
        """Do what `save` does, from where nothing can be awaited."""
        if record.kind == "app":
            self._app[record.id] = record
        elif self._lock.acquire(blocking=False):  # records end in threads, too
            try:
                self._place(record)
            finally:
                self._lock.release()
        else:
            self._arrived.append(record)
        if self._arrived:
            self._settle()
        if self._subscribers:
            for subscriber in tuple(self._subscribers):
                subscriber.tell(record.id)

    def _settle(self) -> None:
        """Put what arrived into its place, unless the lock is held: who holds it comes here afterwards."""
        while self._arrived and self._lock.acquire(blocking=False):
            try:
                while self._arrived:
                    self._place(self._arrived.popleft())
            finally:
                self._lock.release()

    @contextmanager
    def _alone(self) -> Generator[None]:
        try:
            with self._lock:
                yield
        finally:
            self._settle()

    def _place(self, record: Record) -> None:
        id, records, weight = record.id, self._records, weigh(record)
        held = self._weight + weight
        if (replaced := records.get(id)) is not None:
            held -= replaced[1]
            self._summaries.pop(id, None)
        self._saves = saves = self._saves + 1
        records[id] = record, weight, saves
        while len(records) > self.most or (held > self.bytes and len(records) > 1):
            gone, (_, lighter, _) = records.popitem(False)
            held -= lighter
            if self._summaries:
                self._summaries.pop(gone, None)
        self._weight = held

    async def load(self, id: str) -> Record | None:
        """Return a record as JSON gives it back, or None."""
        record = self._find(id)
        return None if record is None else await offload(self.read, record)

    async def written(self, id: str) -> Written | None:
        """Return a record as `load` does, and the JSON text that it was sent through."""
        record = self._find(id)
        return None if record is None else await offload(self.encoder.written, record)

    def _find(self, id: str) -> Record | None:
        kept = self._records.get(id)
        return kept[0] if kept else self._app.get(id)

    def read(self, record: Record) -> Record:
        """Send a record through encoding, as every other store does."""
        return self.encoder.through(record)

    async def revision(self, id: str) -> int | None:
        """Return a number that changes with each save of a record, or None when there is none of this id."""
        kept = self._records.get(id)
        if kept is None:
            return 0 if id in self._app else None
        return kept[2]

    async def recent(self, limit: int = 50, before: str | None = None) -> list[Summary]:
        """Return the newest records' summaries, newest first."""
        with self._alone():
            ids = sorted((id for id in self._records if before is None or id < before), reverse=True)
            records = [self._records[id] for id in ids[:limit]]
        return await offload(lambda: [self._summary(record, revision) for record, _, revision in records])

    def _summary(self, record: Record, revision: int) -> Summary:
        known = self._summaries.get(record.id)
        if known is not None and known.revision == revision:
            return known
        closed = not record.open
        summary = summarise(self.encoder.outline(record), counts(record))
        summary.revision = revision
        with self._alone():
            kept = self._records.get(record.id)
            if closed and kept is not None and kept[2] == revision:
                self._summaries[record.id] = summary
        return summary

    async def clear(self) -> None:
        """Forget every record but the application's own."""
        with self._alone():
            self._records.clear()
            self._summaries.clear()
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
