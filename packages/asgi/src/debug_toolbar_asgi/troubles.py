"""Troubles: what is wrong with the toolbar itself, shown among the application's panels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from debug_toolbar_core import Toolbar
from debug_toolbar_core.blocks import LEVELS, Notice

_STORE = "store"


def troubles(toolbar: Toolbar) -> dict[str, list[Notice]]:
    """Return notices by what they are about: a panel that did not load, or the store where something is wrong."""
    found = {name: [_did_not_load(why)] for name, why in toolbar.errors.items()}
    if about := toolbar.troubles():
        found.setdefault(_STORE, []).extend(about)
    return found


def entry(name: str, notices: Iterable[Notice]) -> dict[str, Any]:
    """Return the menu's line of what is wrong."""
    worst = max(notices, key=lambda notice: LEVELS.index(notice.level))
    return {
        "name": name,
        "title": name,
        "group": "application",
        "badge": {"text": worst.label or "fault", "detail": None, "level": worst.level},
        "level": worst.level,
        "empty": False,
        "failure": {"hook": "save" if name == _STORE else "load", "message": worst.text},
        "needs": None,
        "actions": [],
    }


def _did_not_load(why: str) -> Notice:
    return Notice("error", why, "Nothing of it is shown; the other panels are complete.", label="did not load")
