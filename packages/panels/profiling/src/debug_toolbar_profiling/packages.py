"""Packages: whose code a file is: the user's own, a library's by its top-level name, or Python's."""

from __future__ import annotations

import os
import sysconfig

from debug_toolbar_core.source import is_library

APP, PYTHON = "app", "python"
_SITES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_PYTHON = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))
_OURS = f"{os.sep}debug_toolbar_"


def package_of(file: str) -> str:
    """Return `app`, `python`, or the top-level import name that a file belongs to.

    Example: `/venv/lib/python3.11/site-packages/sqlalchemy/orm/loading.py` is `sqlalchemy`.
    """
    if file and not is_library(file):
        return APP
    for site in _SITES:
        if site in file:
            return _first(file.rpartition(site)[2])
    if not file.startswith(_PYTHON) and _OURS in file:
        return _first("debug_toolbar_" + file.rpartition(_OURS)[2])
    return PYTHON


def _first(path: str) -> str:
    return path.partition(os.sep)[0].removesuffix(".py").partition(".")[0]
