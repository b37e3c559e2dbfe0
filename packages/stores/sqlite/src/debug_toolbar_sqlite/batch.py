"""Batch: what is written in one transaction, and what is forgotten for it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

from debug_toolbar_core.backend import Row
from debug_toolbar_core.retention import Retention
from debug_toolbar_sqlite import schema

_AT_ONCE = 400  # ids in one statement
_APPLICATIONS_MOST = 64


class Batch:
    """One transaction: the totals as they are while it goes on."""

    def __init__(self, connection: sqlite3.Connection, retention: Retention) -> None:
        self.connection = connection
        self.retention = retention
        self.records, self.bytes, self.revision = schema.totals(connection)

    def next_revision(self) -> int:
        """Return a number above all before: microseconds, so that it tells the time of the save as well."""
        self.revision = max(self.revision + 1, time.time_ns() // 1_000)
        return self.revision

    def forget_same(self, ids: Sequence[str]) -> None:
        """Forget what these ids were saved with before."""
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            for revision, size in self.connection.execute(schema.existing(len(some)), some).fetchall():
                self.connection.execute(schema.FORGET, (revision,))
                self._count(-1, -size)

    def insert(self, rows: Sequence[Row], mark: int) -> None:
        """Add records and applications' own."""
        records = [(self.next_revision(), row.id, len(row.document), mark, row.document) for row in rows if not row.app]
        self.connection.executemany(schema.INSERT, records)
        self._count(len(records), sum(size for _, _, size, _, _ in records))
        if own := [(self.next_revision(), row.id, row.document) for row in rows if row.app]:
            self.connection.executemany(schema.INSERT_APPLICATION, own)
            self.connection.execute(schema.FORGET_APPLICATIONS, (_APPLICATIONS_MOST,))

    def forget_oldest(self) -> None:
        """Forget what was saved longest ago, until all limits hold; the newest record always stays."""
        oldest, last = time.time_ns() // 1_000 - int(self.retention.age * 1_000_000), None
        cursor = self.connection.execute(schema.OLDEST)
        for revision, size in cursor:
            over = self.records > self.retention.records or self.bytes > self.retention.bytes
            if not (over or revision < oldest) or self.records == 1:
                break
            self._count(-1, -size)
            last = revision
        cursor.close()
        if last is not None:
            self.connection.execute(schema.FORGET_UP_TO, (last,))

    def _count(self, records: int, bytes: int) -> None:
        self.records += records
        self.bytes += bytes


def write(connection: sqlite3.Connection, rows: Sequence[Row], retention: Retention, mark: int) -> None:
    """Keep all of these or none, replacing what has the same ids, and forget what is past the retention."""
    connection.execute("BEGIN IMMEDIATE")
    batch = Batch(connection, retention)
    batch.forget_same([row.id for row in rows if not row.app])
    batch.insert(rows, mark)
    batch.forget_oldest()
    connection.execute(schema.SET_TOTAL, (batch.records, batch.bytes, batch.revision))
    connection.execute("COMMIT")
