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
_STEPS = 60
"""Frames walked through at most: further out there is only the server."""
_GAP = 6
"""Frames walked through above a place of the application: what is called through more, a framework called."""
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


_LIBRARIES: set[str] = set()
"""Files of libraries that were met before."""
_OWN: dict[str, bool] = {}
"""Other files: whether they are the application's, or an event loop's, above which is nobody who asked for anything."""


def _is_own(file: str) -> bool | None:
    """Tell whether a file is the application's, or a loop's, or None: it is a library's, and known from now on."""
    own = _OWN.get(file)
    if own is None:
        loop = file.endswith(_LOOPS)
        if not loop and is_library(file):
            if len(_LIBRARIES) < _FILES_MOST:
                _LIBRARIES.add(file)
            return None
        own = not loop
        if len(_OWN) < _FILES_MOST:
            _OWN[file] = own
    return own


def origin(inner: int = 1) -> tuple[Source | None, Stack | None]:
    """Return the innermost place in the application's own code, and a short stack where there is more than it.

    The `inner` callers are not looked at: a frame that is asked for has to be made, at 0.3 µs. It goes on through
    the greenlets in which SQLAlchemy runs async drivers, and ends where a task or a thread begins.
    """
    libraries, waiting, source, left = _LIBRARIES, None, None, _STEPS
    frame: FrameType | None = sys._getframe(inner)
    found: list[dict[str, Any]] = []
    while left:
        left -= 1
        if frame is None:
            waiting = waiting or _waiting()
            if (frame := next(waiting, None)) is None:
                break
        file = frame.f_code.co_filename
        if file not in libraries:  # a look into a set, for most frames
            own = _is_own(file)
            if own:
                place = _place(frame)
                source = source or place[0]
                found.append(place[1])
                left = _GAP if len(found) <= ABOVE else 0
            elif own is False:
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
