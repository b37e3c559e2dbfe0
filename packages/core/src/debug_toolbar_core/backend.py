"""Backend: what a store that processes share is asked to do, one call after the other, in threads where it may wait."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from debug_toolbar_core.blocks import Notice

Cursor = Any
"""A place in the order of saving, as a backend counts it."""


class Row(NamedTuple):
    """One record to be written: its JSON in UTF-8; `app` says that it is an application's own."""

    id: str
    app: bool
    document: bytes


class Backend(Protocol):
    """A database that keeps documents by id; `SharedStore` makes a store of it.

    Everything may block and raise. `write`, `rest` come from the writer's thread, all others from any thread.
    A revision is a whole number above 0 that grows with each save, whichever process saves.
    """

    name: str
    """What it is, for notices: `SQLite file /tmp/records.db`. No password."""

    def write(self, rows: Sequence[Row]) -> None:
        """Keep all of these or none, replacing what has the same ids, and forget what is past the retention."""

    def documents(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the documents there are of these ids."""

    def page(self, limit: int, before: str | None) -> list[tuple[str, int]]:
        """Return the greatest ids below `before` with their revisions, greatest first, without applications'."""

    def revision(self, id: str) -> int | None:
        """Return the revision of a record, or None when there is none of this id."""

    def clear(self) -> None:
        """Forget every record but applications' own."""

    def start(self, at: float) -> Cursor:
        """Return the place in the order of saving at a time, in seconds since 1970."""

    def follow(self, cursor: Cursor, seconds: float) -> tuple[Cursor, list[str]]:
        """Return the ids that other processes saved after a place, and the next place; waits so long for the first."""

    def notices(self) -> list[Notice]:
        """Return what a reader should know, such as that a damaged file was set aside."""

    def rest(self) -> None:
        """Let go of what only writing needs: nothing is written for a while."""

    def close(self) -> None:
        """Let go of everything; the next call opens it again."""

    def forked(self) -> None:
        """Forget all connections without closing them: they are the parent process's."""


def writer_mark() -> int:
    """Return a number that tells one process's writing from another's."""
    return secrets.randbits(62) + 1
