"""Runtime: how Python and this process are set up, beyond their versions."""

from __future__ import annotations

import asyncio
import gc
import locale
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from debug_toolbar_core.snapshot import named

_PATHS = 50


def runtime(loop: tuple[str, bool] | None) -> dict[str, Any]:
    """Return how Python runs here: its event loop, its words and times, its switches and its limits."""
    return {
        "loop": None if loop is None else {"type": loop[0], "debug": loop[1]},
        "policy": _policy(),
        "encodings": {"files": sys.getfilesystemencoding(), "texts": locale.getencoding()},
        "locale": _locale(),
        "zone": list(time.tzname),
        "flags": {name: getattr(sys.flags, name) for name in sys.flags.__match_args__},
        "options": {str(name): value for name, value in sys._xoptions.items()},
        "warnings": list(sys.warnoptions),
        "collector": {"enabled": gc.isenabled(), "thresholds": list(gc.get_threshold())},
        "recursion": sys.getrecursionlimit(),
        "switch": sys.getswitchinterval(),
        "digits": sys.get_int_max_str_digits(),
        "files": _open_files(),
        "prefix": sys.prefix,
        "base": sys.base_prefix,
        "path": [entry for entry in sys.path[:_PATHS] if type(entry) is str],
    }


def _policy() -> str | None:
    """Name the event loop policy; from Python 3.14 on, asking for it warns, and 3.16 has none."""
    if sys.version_info >= (3, 14):
        return None
    return ".".join(named(type(asyncio.get_event_loop_policy())))


def _locale() -> list[str]:
    with suppress(ValueError):  # the process may have been started with a locale that Python does not know
        return [part or "C" for part in locale.getlocale()]
    return []


def _open_files() -> list[int] | None:
    """Return how many files this process may open, and how many it may ask for."""
    try:
        import resource
    except ImportError:  # Windows has none
        return None
    return list(resource.getrlimit(resource.RLIMIT_NOFILE))


def words(parts: Iterable[Any]) -> str:
    """Return parts as one text."""
    return ", ".join(str(part) for part in parts)
