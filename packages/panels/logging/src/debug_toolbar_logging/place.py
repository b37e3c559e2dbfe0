"""Place: where a log line was logged, one object for all lines from there."""

from __future__ import annotations

from typing import Any

from debug_toolbar_core import Source, caller
from debug_toolbar_core.source import is_library

_MOST = 5_000
_known: dict[tuple[str, int], Source] = {}


def logged_at(facts: dict[str, Any]) -> Source:
    """Return the place that a LogRecord tells; when a library logged it, the user's line that led there."""
    file, line, function = facts["pathname"], facts["lineno"], facts["funcName"]
    if type(file) is not str or type(line) is not int:
        return caller() or Source(file if type(file) is str else "", line, function or "")
    found = _known.get((file, line))
    if found is not None and found.function is function:
        return found
    found = Source(file, line, function or "")
    if is_library(file):
        return caller() or found
    if len(_known) >= _MOST:
        _known.clear()
    _known[file, line] = found
    return found
