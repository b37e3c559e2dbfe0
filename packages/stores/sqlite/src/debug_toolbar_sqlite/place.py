"""Place: the file itself, who may read it, and how a damaged one is set aside."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: there is one process that reloads, and files in use cannot be renamed
    fcntl = None  # type: ignore[assignment]  # asked for before it is used

_PARTS = ("", "-wal", "-shm")
"""A database's files: SQLite finds the others by the first one's name."""


def prepare(path: Path) -> None:
    """Make a file that only its user can read, or see that the one there is this user's.

    Raises OSError, with the reason in words. The file of a database in use is never opened here: closing it again
    would take SQLite's locks away.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600))
    except FileExistsError:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no plain file, and a link may lead to a file that is not the toolbar's") from None
        if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
            raise OSError("it belongs to another user, who would read what is recorded") from None


def mark(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at a path from another one there, or None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Keep other processes from creating the file or setting it aside meanwhile; makes the folder if there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if fcntl is None:
        yield
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def set_aside(path: Path, why: str) -> Path:
    """Rename the files of a database, so that a new one can be made; return the new path of the first.

    No connection to it may be open in this process.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S")
    names = (f"{path.name}.{why}-{stamp}{number}" for number in ("", *(f"-{n}" for n in range(2, 1_000))))
    aside = next(other for name in names if not (other := path.with_name(name)).exists())
    for part in reversed(_PARTS):  # the database last: until then another process still finds all of it
        with suppress(FileNotFoundError):
            os.rename(f"{path}{part}", f"{aside}{part}")
    return aside
