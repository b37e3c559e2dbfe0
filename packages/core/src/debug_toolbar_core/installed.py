"""Installed: the entry points that plug-ins are found by, read straight from the folders of `sys.path`.

`importlib.metadata` does the same and more: it takes a fifth of the toolbar's start-up, half of that to be imported.
It is asked where this is not enough: distributions in archives or eggs, or finders other than Python's own.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_SEPARATORS = re.compile(r"[-_.]+")
_OURS = "[debug_toolbar."


@dataclass(frozen=True)
class Entry:
    """One entry point: its name, `module:object`, and its distribution, or the folder of that one's metadata."""

    name: str
    value: str
    place: Path | Distribution | None

    def load(self) -> Any:
        """Import the module and return the object."""
        module, _, path = self.value.partition("[")[0].partition(":")
        return reduce(getattr, filter(None, path.strip().split(".")), import_module(module.strip()))

    @property
    def dist(self) -> Distribution | None:
        """The distribution that registers it."""
        from importlib.metadata import PathDistribution

        return PathDistribution(self.place) if isinstance(self.place, Path) else self.place


def installed(group: str) -> list[Entry]:
    """List the entry points of a group; of two distributions of one name the first on `sys.path` counts."""
    others = [finder for finder in sys.meta_path if finder is not PathFinder and hasattr(finder, "find_distributions")]
    try:
        return _asked(group) if others else list(_read(group))
    except (OSError, UnicodeDecodeError):  # an archive on the path, an egg, a folder that cannot be listed
        return _asked(group)


def _read(group: str) -> Iterator[Entry]:
    """Yield what the folders say; NotADirectoryError for what is no folder."""
    seen: set[str] = set()
    for place in sys.path:
        for name in _listed(place or "."):
            stem, _, kind = name.rpartition(".")
            if kind == "egg":
                raise NotADirectoryError(name)
            if kind not in ("dist-info", "egg-info"):
                continue
            distribution = _SEPARATORS.sub("-", stem.partition("-")[0]).lower()
            if distribution not in seen:
                seen.add(distribution)
                folder = os.path.join(place, name)
                yield from _entries(_text(folder), group, folder)


def _listed(place: str) -> list[str]:
    try:
        return os.listdir(place)
    except FileNotFoundError:
        return []


def _text(folder: str) -> str:
    try:
        with open(os.path.join(folder, "entry_points.txt"), encoding="utf-8") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):  # an egg-info may be a file
        return ""


def _entries(text: str, group: str, folder: str) -> Iterator[Entry]:
    """Yield a group's entries of an `entry_points.txt`."""
    if _OURS not in text:
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]").strip()
        elif section == group and not line.startswith("#") and "=" in line:
            name, _, value = line.partition("=")
            yield Entry(name.strip(), value.strip(), Path(folder))


def _asked(group: str) -> list[Entry]:
    """Return what `importlib.metadata` knows."""
    from importlib.metadata import entry_points

    found = entry_points(group=group)
    return [Entry(entry.name, entry.value, entry.dist) for entry in found]
