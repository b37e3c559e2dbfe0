"""Origin: where in the application a statement comes from, with a few of the callers above it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

from debug_toolbar_core import Source
from debug_toolbar_core.source import is_library

ABOVE = 3
"""Callers kept above the innermost one."""
_STEPS = range(60)
"""Frames walked through at most: further out there is only the server."""
_GAP = 8
"""Frames of libraries in a row above a place of the application: what is called through more, a framework called."""
_FILES_MOST = 20_000
_LOOPS = tuple(
    os.path.join(*parts)
    for parts in (
        ("asyncio", "events.py"),
        ("asyncio", "base_events.py"),
        ("asyncio", "runners.py"),
        ("trio", "_core", "_run.py"),
    )
)

_CODES_MOST = 5_000

Stack = tuple[dict[str, Any], ...]
Place = tuple[Source, dict[str, Any]]
"""A place, and the same as it stands in a stack."""


class _Kinds(dict[str, bool | None]):
    """Whether a file is a library's, or None: an event loop's, above which is nobody who asked for anything."""

    def __missing__(self, file: str) -> bool | None:
        kind = None if file.endswith(_LOOPS) else is_library(file)
        if len(self) < _FILES_MOST:
            self[file] = kind
        return kind


_KINDS = _Kinds()


def origin(inner: int = 1) -> tuple[Source | None, Stack | None]:
    """Return the innermost place in the application's own code, and a short stack where there is more than it.

    The `inner` callers are not looked at: a frame that is asked for has to be made, at 0.3 µs. It goes on through
    the greenlets in which SQLAlchemy runs async drivers, and ends where a task or a thread begins.
    """
    kinds, waiting, source, last = _KINDS, None, None, -1
    frame: FrameType | None = sys._getframe(inner)
    found: list[dict[str, Any]] = []
    for step in _STEPS:
        if frame is None:
            waiting = waiting or _waiting()
            frame = next(waiting, None)
            if frame is None:
                break
        kind = kinds[frame.f_code.co_filename]
        if not kind:
            if kind is None:
                break
            place = _place(frame)
            source = source or place[0]
            found.append(place[1])
            if len(found) > ABOVE:
                break
            last = step
        elif source is not None and step - last > _GAP:
            break
        frame = frame.f_back
    return source, tuple(found) if len(found) > 1 else None


def _waiting() -> Iterator[FrameType]:
    """Yield where each greenlet stands that waits for this one, innermost first."""
    greenlet = sys.modules.get("greenlet")
    here = None if greenlet is None else greenlet.getcurrent().parent
    while here is not None:
        if here.gr_frame is not None:
            yield here.gr_frame
        here = here.parent


_places: dict[int, tuple[CodeType, dict[int, Place]]] = {}


def _place(frame: FrameType) -> Place:
    """Return where a frame is; the interpreter counts lines from a function's beginning, so places are kept."""
    known = _places.get(id(frame.f_code)) or _learnt(frame.f_code)
    place = known[1].get(frame.f_lasti)
    if place is None:
        source = _read(frame)
        place = known[1][frame.f_lasti] = source, source._asdict()
    return place


def _learnt(code: CodeType) -> tuple[CodeType, dict[int, Place]]:
    if len(_places) >= _CODES_MOST:
        _places.clear()
    return _places.setdefault(id(code), (code, {}))  # holds the code, so that nothing else takes its number


def _read(frame: FrameType) -> Source:
    code = frame.f_code
    template = frame.f_globals.get("__jinja_template__") if code.co_filename[-3:] != ".py" else None
    if template is None:
        return Source(code.co_filename, frame.f_lineno, code.co_qualname)
    # Jinja knows from which line of the template it made this one.
    return Source(code.co_filename, template.get_corresponding_lineno(frame.f_lineno), str(template.name))
