"""The store: records in one SQLite file, written in batches by a thread, read by every process of the machine."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Self

from msgspec.json import encode

from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.retention import Retention, check_known, split_options
from debug_toolbar_core.shared import SharedStore
from debug_toolbar_sqlite.database import Database


class SQLiteStore(SharedStore):
    """Keeps records in a file that all workers of a machine share, and that outlives them.

    Example: `SQLiteStore("records.db", Retention(records=500))`, or `store="sqlite:///records.db?records=500"`.
    """

    def __init__(
        self, path: str | os.PathLike[str], retention: Retention | None = None, encoder: Encoder | None = None
    ) -> None:
        kept = retention or Retention()
        super().__init__(Database(Path(path).expanduser().absolute(), kept), kept, encoder, encode)

    @classmethod
    def from_url(cls, url: str, encoder: Encoder | None = None) -> Self:
        """Return the store of a URL such as `sqlite:///records.db?records=500&bytes=64MiB&age=12h`.

        After three slashes the path is relative to the working directory, after four it is absolute, as with
        SQLAlchemy; without a path the file is one of this working directory's in the user's cache.
        """
        place, options = split_options(url)
        retention = Retention().changed(options)
        check_known(options)
        path = place.removeprefix("sqlite").removeprefix(":").removeprefix("//").removeprefix("/")
        return cls(path or own_path(), retention, encoder)


def own_path() -> Path:
    """Return the file of this working directory in the user's cache folder, which is nobody else's."""
    here = Path.cwd()
    mark = hashlib.sha256(os.fsencode(here)).hexdigest()[:8]
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "debug-toolbar" / f"{here.name or 'root'}-{mark}.db"
