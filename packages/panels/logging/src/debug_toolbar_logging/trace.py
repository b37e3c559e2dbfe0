"""Traces: the traceback of a logged exception, as places when it is logged and as text when it is kept."""

from __future__ import annotations

import linecache
from types import TracebackType
from typing import Any, NamedTuple

from debug_toolbar_core import Source
from debug_toolbar_core.fault import message_of

_FRAMES = 30
_WALKED = 2_000


class Trace(NamedTuple):
    """An exception in plain values: nothing of it keeps the application's frames alive."""

    type: str
    message: str
    places: list[Source]
    omitted: int


def trace_of(said: Any, running: BaseException | None) -> Trace | None:
    """Return the trace that a logging call's `exc_info` asks for: True, an exception, or the usual three."""
    given = said if type(said) is not tuple else (said[1] if len(said) == 3 else None)
    error: Any = running if given is True else given
    if not issubclass(type(error), BaseException):
        return None
    traceback = said[2] if type(said) is tuple else object.__getattribute__(error, "__traceback__")
    places, omitted = _places(traceback)
    return Trace(type(error).__qualname__, message_of(error), places, omitted)


def _places(traceback: TracebackType | None) -> tuple[list[Source], int]:
    """Walk a traceback; of a deep one the innermost frames are kept."""
    found: list[Source] = []
    walked = 0
    while type(traceback) is TracebackType and walked < _WALKED:
        code = traceback.tb_frame.f_code
        found.append(Source(code.co_filename, traceback.tb_lineno, code.co_qualname))
        traceback = traceback.tb_next
        walked += 1
    return found[-_FRAMES:], max(0, walked - _FRAMES)


def write(trace: Trace) -> str:
    """Return the text that Python would print, read from source files that Python has cached or can read."""
    lines = ["Traceback (most recent call last):"]
    if trace.omitted:
        lines.append(f"  … {trace.omitted} more frames …")
    for place in trace.places:
        lines.append(f'  File "{place.file}", line {place.line}, in {place.function}')
        if source := linecache.getline(place.file, place.line).strip():
            lines.append(f"    {source}")
    lines.append(f"{trace.type}: {trace.message}" if trace.message else trace.type)
    return "\n".join(lines)
