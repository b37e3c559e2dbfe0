"""Shared store: one history and one live stream for all processes that use the same database."""

from __future__ import annotations

import atexit
import os
import time
import weakref
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any, TypeVar

from debug_toolbar_core.backend import Backend, Row
from debug_toolbar_core.backlog import Backlog
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.border import tell
from debug_toolbar_core.decoding import decode_text
from debug_toolbar_core.encoding import Encoder, Written
from debug_toolbar_core.encoding_text import record_text
from debug_toolbar_core.errors import ToolbarError
from debug_toolbar_core.following import Following
from debug_toolbar_core.offload import offload
from debug_toolbar_core.record import Record
from debug_toolbar_core.retention import Retention
from debug_toolbar_core.store import Summary, summarise
from debug_toolbar_core.writer import Writer, why

WAITING_MOST, WAITING_LEAST_BYTES, WAITING_BYTES = 5_000, 8 * 1024 * 1024, 64 * 1024 * 1024
"""What waits in memory at most, where the retention is not smaller yet; there a record takes more than in the store."""
_FLUSH, _CLOSE = 1.0, 2.0
_READ_AGAIN = 3.0  # seconds for which a backend that failed a reader is not asked
_LINES_MOST = 1_000
_UNSAVED = -1
T = TypeVar("T")


class SharedStore:
    """A store of what a `Backend` keeps: `save` queues, a thread writes in batches, readers see both.

    While the backend is away the newest records stay in memory, where readers of this process find them;
    `notices` says so. `json` is a faster encoder than the standard library's, such as msgspec's.
    """

    def __init__(
        self,
        backend: Backend,
        retention: Retention,
        encoder: Encoder | None = None,
        json: Callable[[Any], bytes] = record_text,
    ) -> None:
        self.backend = backend
        self.retention = retention
        self.encoder = encoder or Encoder()
        self._json = json
        self.backlog = self._empty()
        self.writer = Writer(backend.name, self.backlog, self._row, backend.write, backend.rest)
        self.following = Following(backend)
        self._lines: OrderedDict[str, tuple[int, Summary]] = OrderedDict()
        self._unread: str | None = None
        self._read_from = 0.0
        self._told: set[str] = set()
        _all.add(self)

    def _empty(self) -> Backlog:
        kept = self.retention
        size = min(max(kept.bytes, WAITING_LEAST_BYTES), WAITING_BYTES)
        return Backlog(min(kept.records, WAITING_MOST), size, kept.records)

    async def save(self, record: Record) -> None:
        """Queue a record; the same id again replaces."""
        self.keep(record)

    def keep(self, record: Record) -> None:
        """Do what `save` does, from where nothing can be awaited."""
        self.backlog.add(record)
        self.writer.wake()
        if self.following.subscribers:
            self.following.tell(record.id)

    def _row(self, record: Record) -> Row:
        return Row(record.id, record.kind == "app", self.encoder.dump(record, self._json))

    async def load(self, id: str) -> Record | None:
        """Return a record that any process saved, or None."""
        return await offload(self._load, id)

    def _load(self, id: str) -> Record | None:
        waiting = self.backlog.find(id)
        if waiting is not None:
            return self.encoder.through(waiting)
        return _decoded(self._documents([id]).get(id))

    async def written(self, id: str) -> Written | None:
        """Return a record as `load` does, and its JSON text."""
        return await offload(self._written, id)

    def _written(self, id: str) -> Written | None:
        waiting = self.backlog.find(id)
        if waiting is not None:
            return self.encoder.written(waiting)
        document = self._documents([id]).get(id)
        record = _decoded(document)
        return None if record is None else self.encoder.again(record, document or b"")

    async def recent(self, limit: int = 50, before: str | None = None) -> list[Summary]:
        """Return the newest records' summaries, newest first, whichever process saved them."""
        return await offload(self._recent, limit, before)

    def _recent(self, limit: int, before: str | None) -> list[Summary]:
        self.writer.flush(_FLUSH)
        nothing: list[tuple[str, int]] = []
        stored = self._ask(lambda: self.backend.page(limit, before), nothing)
        waiting = self.backlog.records()
        revisions = {**dict(stored), **{id: _UNSAVED for id in waiting if before is None or id < before}}
        page = {id: revisions[id] for id in sorted(revisions, reverse=True)[:limit]}
        unknown = [id for id, revision in page.items() if revision != _UNSAVED and self._line(id, revision) is None]
        documents = self._documents(unknown) if unknown else {}
        return [self._line(id, page[id]) or self._read_line(id, page[id], waiting, documents) for id in page]

    def _documents(self, ids: list[str]) -> dict[str, bytes]:
        nothing: dict[str, bytes] = {}
        return self._ask(lambda: self.backend.documents(ids), nothing)

    def _line(self, id: str, revision: int) -> Summary | None:
        kept = self._lines.get(id)
        return kept[1] if kept is not None and kept[0] == revision else None

    def _read_line(self, id: str, revision: int, waiting: dict[str, Record], documents: dict[str, bytes]) -> Summary:
        if id in waiting:
            record: Record | None = self.encoder.through(waiting[id])
        else:
            record = _decoded(documents.get(id))
        line = Summary(id, "http", 0.0) if record is None else summarise(record)
        line.revision = revision
        if record is not None and revision != _UNSAVED:
            self._lines[id] = (revision, line)
            while len(self._lines) > _LINES_MOST:
                with suppress(KeyError):  # another reader's thread was first
                    self._lines.popitem(last=False)
        return line

    async def revision(self, id: str) -> int | None:
        """Return a number that changes with each save of a record, or None when there is none of this id."""
        if self.backlog.find(id) is not None:
            return _UNSAVED
        return await offload(self._ask, lambda: self.backend.revision(id), None)

    async def clear(self) -> None:
        """Forget every record of every process but the applications' own."""
        await offload(self._clear)

    def _clear(self) -> None:
        self.backlog.clear()
        self.writer.flush(_FLUSH)  # what is being written now
        self._lines.clear()
        try:
            self.backend.clear()
        except Exception as error:
            raise ToolbarError(f"{self.backend.name} could not be cleared: {why(error)}") from error

    def subscribe(self) -> AsyncGenerator[str]:
        """Yield the id of each record saved from now on, by any process; a slow reader misses some."""
        return self.following.subscribe()

    def _ask(self, ask: Callable[[], T], otherwise: T) -> T:
        """Ask the backend for a reader; while it fails, readers do not wait for it one after the other."""
        if time.monotonic() < self._read_from:
            return otherwise
        try:
            answer = ask()
        except ValueError:  # an id that no text can be: nobody saved it
            return otherwise
        except Exception as error:
            self._unread, self._read_from = why(error), time.monotonic() + _READ_AGAIN
            if self._unread not in self._told and len(self._told) < _LINES_MOST:
                self._told.add(self._unread)
                tell("%s cannot be read: %s. This is logged once.", self.backend.name, self._unread)
            return otherwise
        self._unread = None
        return answer

    def notices(self) -> list[Notice]:
        """Return what is wrong now, and what was lost: for readers."""
        writer, found, waiting = self.writer, list[Notice](), len(self.backlog)
        hint = "Nothing of the application waits for it; it is tried again by itself, and what was stored stays."
        if writer.fault is not None:
            text = (
                f"{self.backend.name} is not written: {writer.fault}. {waiting} records wait in this process's memory."
            )
            found.append(Notice("error", text, hint, label="store away"))
        if self._unread is not None and time.monotonic() < self._read_from:
            text = f"{self.backend.name} cannot be read: {self._unread}. Only this process's newest records are shown."
            found.append(Notice("error", text, hint, label="store away"))
        if self.backlog.lost:
            text = f"{self.backlog.lost} records of this process gave way before {self.backend.name} could take them."
            found.append(Notice("warning", text, "They came faster than they were written.", label="records lost"))
        if writer.unreadable:
            text = f"{writer.unreadable} records of this process could not be encoded, and are lost."
            found.append(Notice("error", text, "The log says why.", label="records lost"))
        return [*found, *self.backend.notices()]

    def finish(self, seconds: float = _CLOSE) -> None:
        """Write what waits, for so long at most, and let go of thread and connections; it may be used again."""
        self.writer.close(seconds)
        if waiting := len(self.backlog):
            tell("%s is not written, so %s records were in memory only.", self.backend.name, waiting)
        self.backend.close()

    def forked(self) -> None:
        """Begin anew in a child process: threads, connections and what waits are the parent's."""
        self.backend.forked()
        self.backlog = self._empty()
        self.writer.forked(self.backlog)
        self.following.forked()


def _decoded(document: bytes | None) -> Record | None:
    """Return the record of a document; one that is damaged, or of another format, is as one that is gone."""
    if document is None:
        return None
    try:
        return decode_text(document)
    except (ValueError, RecursionError):
        return None


_all: weakref.WeakSet[SharedStore] = weakref.WeakSet()


def _each(work: Callable[[SharedStore], None]) -> Callable[[], None]:
    def run() -> None:
        for store in list(_all):
            with suppress(Exception):
                work(store)

    return run


atexit.register(_each(SharedStore.finish))
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_each(SharedStore.forked))
