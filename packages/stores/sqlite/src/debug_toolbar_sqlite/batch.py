"""Batch: what is written in one transaction, and what is forgotten for it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence

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

    def next_revisions(self, count: int) -> range:
        """Return numbers above all before: microseconds, so that they tell the time of the save as well."""
        first = max(self.revision + 1, time.time_ns() // 1_000)
        self.revision = first + count - 1
        return range(first, first + count)

    def insert(self, rows: Sequence[Row], mark: int) -> None:
        """Add records and applications' own."""
        kept, own = [row for row in rows if not row.app], [row for row in rows if row.app]
        revisions = self.next_revisions(len(kept))
        records = [
            (revision, row.id, len(row.document), mark, row.document)
            for revision, row in zip(revisions, kept, strict=True)
        ]
        added = self.connection.executemany(schema.INSERT_NEW, records).rowcount
        self._count(len(records), sum(size for _, _, size, _, _ in records))
        if added < len(records):
            self._replace({record[1]: record for record in records}, revisions.start)
        if own:
            applications = [
                (revision, row.id, row.document)
                for revision, row in zip(self.next_revisions(len(own)), own, strict=True)
            ]
            self.connection.executemany(schema.INSERT_APPLICATION, applications)
            self.connection.execute(schema.FORGET_APPLICATIONS, (_APPLICATIONS_MOST,))

    def _replace(self, records: Mapping[str, tuple[object, ...]], first: int) -> None:
        """Forget what these ids were saved with before, and add what was not for that reason: few are saved twice."""
        ids = list(records)
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            old = self.connection.execute(schema.existing(len(some)), (*some, first)).fetchall()
            for revision, size, _ in old:
                self.connection.execute(schema.FORGET, (revision,))
                self._count(-1, -size)
            self.connection.executemany(schema.INSERT_NEW, [records[id] for _, _, id in old])

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
    batch.insert(rows, mark)
    batch.forget_oldest()
    connection.execute(schema.SET_TOTAL, (batch.records, batch.bytes, batch.revision))
    connection.execute("COMMIT")
