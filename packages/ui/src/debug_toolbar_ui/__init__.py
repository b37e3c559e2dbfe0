"""The built files of the browser front end, and the names they are served under."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

__all__ = ["FrontEndMissing", "files", "manifest"]

_STATIC = Path(__file__).parent / "static"
_PRIVATE = {"manifest.json", ".stamp"}


class FrontEndMissing(RuntimeError):
    """The front end is not built: a checkout without a build, never an installed wheel."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The front end of the debug toolbar is not built: {folder} has no manifest.json. "
            "Build it with `pip install -e packages/ui`, or with `npm ci && npm run build` in packages/ui/frontend."
        )


def _read(folder: Path) -> Mapping[str, str]:
    try:
        names: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FrontEndMissing(folder) from None
    return MappingProxyType(names)


def _list(folder: Path) -> Mapping[str, Path]:
    _read(folder)
    return MappingProxyType(
        {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in _PRIVATE}
    )


@cache
def manifest() -> Mapping[str, str]:
    """Return the served name of each entry, e.g. `{"bar.js": "bar-1A2B3C4D.js", ...}`.

    Raises `FrontEndMissing`, saying how to build, in a checkout where it was not built.
    """
    return _read(_STATIC)


@cache
def files() -> Mapping[str, Path]:
    """Return every file that may be served, by name; names with a hash never change their content.

    Raises `FrontEndMissing`, saying how to build, in a checkout where it was not built.
    """
    return _list(_STATIC)
