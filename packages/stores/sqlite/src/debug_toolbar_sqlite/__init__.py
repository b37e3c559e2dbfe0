"""The SQLite store of Debug Toolbar: one file for all workers of a machine."""

from debug_toolbar_sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
