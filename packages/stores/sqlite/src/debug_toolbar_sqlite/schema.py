"""Schema: the tables of the file, the statements on them, and how a file of another kind is told."""

from __future__ import annotations

import sqlite3
from typing import Final

APPLICATION: Final = 0x44544253  # "DTBS", which SQLite keeps in the file's header
PAGE_BYTES: Final = 16_384
"""Of a new file: a record is written as part of a page, and most have some thousand bytes."""
VERSION: Final = 1
"""The version of the tables and of what they hold; a file of a lower one is set aside, of a higher one left alone."""

TABLES: Final = (
    (
        "CREATE TABLE record (revision INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,"
        " writer INTEGER NOT NULL, document BLOB NOT NULL)"
    ),
    "CREATE TABLE application (revision INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document BLOB NOT NULL)",
    "CREATE TABLE total (records INTEGER NOT NULL, bytes INTEGER NOT NULL, revision INTEGER NOT NULL)",
    "INSERT INTO total VALUES (0, 0, 0)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)

INSERT_NEW: Final = "INSERT OR IGNORE INTO record (revision, id, size, writer, document) VALUES (?, ?, ?, ?, ?)"
INSERT_APPLICATION: Final = "REPLACE INTO application (revision, id, document) VALUES (?, ?, ?)"
FORGET_APPLICATIONS: Final = (
    "DELETE FROM application WHERE revision NOT IN (SELECT revision FROM application ORDER BY revision DESC LIMIT ?)"
)
TOTAL: Final = "SELECT records, bytes, revision FROM total"
SET_TOTAL: Final = "UPDATE total SET records = ?, bytes = ?, revision = ?"
OLDEST: Final = "SELECT revision, size FROM record ORDER BY revision"
FORGET_UP_TO: Final = "DELETE FROM record WHERE revision <= ?"
FORGET: Final = "DELETE FROM record WHERE revision = ?"
PAGE: Final = "SELECT id, revision FROM record WHERE id < ? AND revision > ? ORDER BY id DESC LIMIT ?"
FIRST_PAGE: Final = "SELECT id, revision FROM record WHERE revision > ? ORDER BY id DESC LIMIT ?"
REVISION: Final = "SELECT revision FROM record WHERE id = ? AND revision > ?"
FOLLOW: Final = "SELECT revision, id FROM record WHERE revision > ? AND writer != ? ORDER BY revision LIMIT 256"


def existing(count: int) -> str:
    """Return the statement that finds which of so many ids were there before a revision."""
    return f"SELECT revision, size, id FROM record WHERE id IN ({_marks(count)}) AND revision < ?"


def documents(count: int) -> str:
    """Return the statement that reads the documents of so many ids, given twice, with the oldest revision between."""
    marks = _marks(count)
    return (
        f"SELECT id, document FROM record WHERE id IN ({marks}) AND revision > ?"
        f" UNION ALL SELECT id, document FROM application WHERE id IN ({marks})"
    )


def _marks(count: int) -> str:
    return ", ".join("?" * count)


class OtherFile(Exception):
    """A file that is not this store's to change; the text says what it is."""


class OlderFile(Exception):
    """A file of this store's from before its tables were as they are."""


class DamagedFile(Exception):
    """A file of this store's that is a database and has not got what it should."""


def totals(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Return how many records there are, their bytes, and the last revision. Raises DamagedFile."""
    found: list[tuple[int, int, int]] = connection.execute(TOTAL).fetchall()
    if len(found) != 1 or {*map(type, found[0])} != {int}:
        raise DamagedFile("its totals are gone")
    return found[0]


def is_empty(connection: sqlite3.Connection) -> bool:
    """Tell whether a file is new, or that it has the tables.

    Raises OtherFile or OlderFile, or a DatabaseError for what is no database.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and version == 0 and tables == 0:
        return True
    if application != APPLICATION:
        raise OtherFile("it is another program's database; let the store have a file of its own")
    if version > VERSION:
        raise OtherFile("a later version of the toolbar made it; upgrade this one, or let it have another file")
    if version < VERSION:
        raise OlderFile
    _check(connection)
    return False


def _check(connection: sqlite3.Connection) -> None:
    try:
        for statement in (FOLLOW, documents(1), TOTAL):
            connection.execute(f"EXPLAIN {statement}", [None] * statement.count("?")).close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # it is busy, or cannot be read now
            raise
        raise DamagedFile(f"it has other tables: {error}") from None


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, all or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if is_empty(connection):
            for statement in TABLES:
                connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
