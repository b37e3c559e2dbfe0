"""Database: the file as the shared store asks for it, with two connections, one to write and one to read."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from debug_toolbar_core.backend import Row, writer_mark
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.border import tell
from debug_toolbar_core.retention import Retention
from debug_toolbar_sqlite import schema
from debug_toolbar_sqlite.batch import write
from debug_toolbar_sqlite.connection import Connection
from debug_toolbar_sqlite.place import alone, mark, set_aside

_POLL = 0.05  # seconds between looks for what others saved
_AT_ONCE = 200  # ids in one statement
_NOTICES_MOST = 5
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_CODE = 0xFF  # of an error: the rest is its detail
_inherited: list[Connection] = []
T = TypeVar("T")


class Database:
    """One file of records; a damaged one, or an older version's, is set aside under another name, never deleted."""

    def __init__(self, path: Path, retention: Retention) -> None:
        self.path = path
        self.retention = retention
        self.name = f"SQLite file {path}"
        self.mark = writer_mark()
        self._said: list[Notice] = []
        self.forked()

    def forked(self) -> None:
        """Forget the connections: they are the parent process's, and closing them here would harm its locks."""
        _inherited.extend(each for each in vars(self).values() if isinstance(each, Connection))  # never collected
        self._writing = Connection(self.path)
        self._reading = Connection(self.path)

    def write(self, rows: Sequence[Row]) -> None:
        """Keep all of these or none, and forget what is past the retention."""
        self._do(self._writing, lambda connection: write(connection, rows, self.retention, self.mark))

    def documents(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the documents there are of these ids."""
        found: dict[str, bytes] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            values = (*some, self._oldest(), *some)
            found.update(self._rows(schema.documents(len(some)), *values))
        return found

    def page(self, limit: int, before: str | None) -> list[tuple[str, int]]:
        """Return the greatest ids below `before` with their revisions, greatest first."""
        if before is None:
            return self._rows(schema.FIRST_PAGE, self._oldest(), limit)
        return self._rows(schema.PAGE, before, self._oldest(), limit)

    def revision(self, id: str) -> int | None:
        """Return the revision of a record, or None when there is none of this id."""
        return next((revision for (revision,) in self._rows(schema.REVISION, id, self._oldest())), None)

    def clear(self) -> None:
        """Forget every record but applications' own, and give the disk back its space."""

        def clear(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM record")
            connection.execute("UPDATE total SET records = 0, bytes = 0")
            connection.execute("COMMIT")
            connection.execute("VACUUM")

        self._do(self._writing, clear)

    def start(self, at: float) -> int:
        """Return the place in the order of saving at a time: revisions are microseconds."""
        return int(at * 1_000_000) - 1

    def follow(self, cursor: int, seconds: float) -> tuple[int, list[str]]:
        """Return the ids that other processes saved after a place, and the next place; waits so long for the first."""
        until = time.monotonic() + seconds
        while True:
            if self._reading.changed():
                found = self._rows(schema.FOLLOW, cursor, self.mark)
                if found:
                    self._reading.look_again()  # there may be more than one answer holds
                    return found[-1][0], [id for _, id in found]
            if time.monotonic() > until:
                return cursor, []
            time.sleep(_POLL)

    def notices(self) -> list[Notice]:
        """Return which files were set aside since this process began."""
        return list(self._said)

    def rest(self) -> None:
        """Let go of the connection that writes."""
        self._writing.close()

    def close(self) -> None:
        """Let go of both connections; the next call opens them again."""
        self._writing.close()
        self._reading.close()

    def __del__(self) -> None:
        with suppress(sqlite3.Error, AttributeError):
            self.close()

    def _oldest(self) -> int:
        return int((time.time() - self.retention.age) * 1_000_000)

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._do(self._reading, lambda connection: connection.execute(statement, values).fetchall())

    def _do(self, connection: Connection, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work on a connection; when the file turns out to be damaged or old, set it aside and work on a new one."""
        try:
            return connection.do(work)
        except schema.OlderFile:
            self._replace(connection, "older", "is of an older version of the toolbar")
        except schema.DamagedFile as error:
            self._replace(connection, "damaged", f"is damaged: {error}")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & _CODE not in _DAMAGED:
                raise
            self._replace(connection, "damaged", f"is damaged: {error}")
        return connection.do(work)

    def _replace(self, connection: Connection, word: str, why: str) -> None:
        """Set the file aside, unless another process was first."""
        with self._writing.lock, self._reading.lock, alone(self.path):
            self.close()
            if mark(self.path) != connection.mark:
                return
            aside = set_aside(self.path, word)
        text = f"{self.name} {why}. It was set aside as {aside.name}, and a new one was begun."
        tell("%s", text)
        if len(self._said) < _NOTICES_MOST:
            hint = "Nothing in it was changed; delete it when you do not need it."
            self._said.append(Notice("warning", text, hint, label="store set aside"))
