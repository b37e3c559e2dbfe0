"""Connection: one to the file, opened when it is needed, for one thread at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from debug_toolbar_sqlite.place import alone, mark, prepare
from debug_toolbar_sqlite.schema import PAGE_BYTES, create, is_empty

_BUSY = 5.0  # seconds to wait for another process's transaction
_SETTINGS: Final = (
    "PRAGMA synchronous = NORMAL",  # with a write-ahead log nothing that was committed tears
    "PRAGMA journal_size_limit = 16777216",
    "PRAGMA trusted_schema = OFF",
)
T = TypeVar("T")


class Connection:
    """A connection that opens itself, also when the file it had was set aside or is gone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mark: tuple[int, int] | None = None
        """Which file it had last."""
        self.lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._seen: int | None = None

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what the work gives; when it raises, what it began is undone."""
        with self.lock:
            connection = self._opened()
            try:
                return work(connection)
            except BaseException:
                self.close()
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None:
            if mark(self.path) == self.mark:
                return self._connection
            self.close()
        with alone(self.path):
            prepare(self.path)
            self.mark = mark(self.path)
            connection = sqlite3.connect(self.path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
            try:
                _set_up(connection)
            except BaseException:
                connection.close()
                raise
        self._connection = connection
        return connection

    def changed(self) -> bool:
        """Tell whether another connection wrote since this was asked last."""

        def version(connection: sqlite3.Connection) -> int:
            number: int = connection.execute("PRAGMA data_version").fetchone()[0]
            return number

        with self.lock:
            seen, before = self.do(version), self._seen
            self._seen = seen
        return seen != before

    def look_again(self) -> None:
        """Have `changed` say yes once more."""
        self._seen = None

    def close(self) -> None:
        """Close it; what was begun and not committed is undone."""
        with self.lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._seen = None


def _set_up(connection: sqlite3.Connection) -> None:
    if is_empty(connection):
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        create(connection)
    for setting in _SETTINGS:
        connection.execute(setting)
