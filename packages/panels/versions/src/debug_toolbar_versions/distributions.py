"""Distributions: what is installed beside the application, read once from the packages' own metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions

MOST = 1_000
_SUMMARY = 200
_GROUP = "[debug_toolbar."
_SEPARATORS = re.compile(r"[-_.]+")

Line = list[str]
"""Name, version, and what the package says it is."""


def installed(path: list[str] | None = None) -> tuple[list[Line], list[Line]]:
    """Return the lines of all distributions by name, the toolbar's and its plug-ins' apart.

    `path` are the folders to look in, `sys.path` when None; the first one that has a distribution wins, as in imports.
    """
    found = distributions() if path is None else distributions(path=path)
    others: dict[str, Line] = {}
    ours: dict[str, Line] = {}
    for distribution in found:
        line = _line(distribution)
        key = _SEPARATORS.sub("-", line[0]).lower()
        if key and key not in others and key not in ours:
            (ours if _is_ours(key, distribution) else others)[key] = line
    return _sorted(others), _sorted(ours)


def _line(distribution: Distribution) -> Line:
    """Read name, version and summary; a folder that an installer left half done has none of them.

    Only the first lines are read: `Distribution.metadata` parses the whole README with them, in ten times the time.
    """
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    pairs = (line.partition(": ") for line in text.partition("\n\n")[0].splitlines())
    fields = {name: value.strip() for name, _, value in pairs}
    return [fields.get("Name", ""), fields.get("Version", ""), fields.get("Summary", "")[:_SUMMARY]]


def _is_ours(key: str, distribution: Distribution) -> bool:
    return key.startswith("debug-toolbar-") or _GROUP in (distribution.read_text("entry_points.txt") or "")


def _sorted(lines: dict[str, Line]) -> list[Line]:
    return [lines[key] for key in sorted(lines)]


def cut(lines: Iterable[Line]) -> tuple[list[Line], int]:
    """Return at most MOST lines, and how many more there are."""
    every = list(lines)
    return every[:MOST], max(0, len(every) - MOST)
