"""Source: where in the user's own code something was called from."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import sysconfig
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any, NamedTuple

_LIBRARY_ROOTS = tuple(
    {
        os.path.join(path, "")
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        if (path := sysconfig.get_path(name))
    }
)
_LIBRARY_PARTS = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_OURS = f"{os.sep}debug_toolbar_"
_LOOP = "loop"
_LOOPS = tuple(os.path.join(*path) for path in (("asyncio", "events.py"), ("asyncio", "runners.py"),
                                                ("uvloop", "__init__.py")))  # fmt: skip
_STEPS_OF_TASKS = frozenset({"_run", "run"})
_KNOWN_MOST = 20_000
_FRAMES_MOST = 200
_STEPS = range(_FRAMES_MOST)


class Source(NamedTuple):
    """A place in a source file: absolute path, line (1 is the first) and the function's qualified name."""

    file: str
    line: int
    function: str


_places: dict[int, tuple[CodeType, Source]] = {}
_PLACES_MOST = 5_000


class _Libraries(dict[str, "bool | str"]):
    """Whether a file is a library's, asked once for each file: looking up is then one step of C.

    For files in which event loops run it is `_LOOP`: what is further out than a task's step only started the loop.
    """

    def __missing__(self, file: str) -> bool | str:
        library: bool | str = file.startswith(("<", *_LIBRARY_ROOTS)) or any(part in file for part in _LIBRARY_PARTS)
        library = library or _is_ours(file)
        if library and file.endswith(_LOOPS):
            library = _LOOP
        if len(self) < _KNOWN_MOST:
            self[file] = library
        return library


_known = _Libraries()


def is_library(file: str) -> bool:
    """Tell whether a file belongs to an installed library, the interpreter or this toolbar."""
    return bool(_known[file])


def _is_ours(file: str) -> bool:
    """Tell whether a file is in one of the toolbar's packages; an application's folder may be called alike."""
    before, mark, after = file.rpartition(_OURS)
    return mark != "" and os.path.exists(os.path.join(before + mark + after.partition(os.sep)[0], "__init__.py"))


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Walk outwards from a frame, on through the greenlets in which SQLAlchemy runs async drivers."""
    hop: Iterator[FrameType] | None = None
    for _ in range(_FRAMES_MOST):
        if frame is None:
            hop = hop or _greenlet_parents()
            frame = next(hop, None)
            if frame is None:
                return
        yield frame
        frame = frame.f_back


def _greenlet_parents() -> Iterator[FrameType]:
    greenlet = sys.modules.get("greenlet")
    here = greenlet.getcurrent().parent if greenlet is not None else None
    while here is not None:
        if here.gr_frame is not None:
            yield here.gr_frame
        here = here.parent


def callers(limit: int = 1, skip: int = 1) -> list[Source]:
    """Return the innermost user-code frames around the caller, at most `limit`, innermost first.

    It walks the whole stack where there are fewer, 0.1 µs a frame; for one place `caller()` is cheaper.
    """
    found: list[Source] = []
    for frame in frames(sys._getframe(skip)):
        code = frame.f_code
        known = _known[code.co_filename]
        if not known:
            found.append(Source(code.co_filename, frame.f_lineno, code.co_qualname))
        if len(found) >= limit or (known is _LOOP and code.co_name in _STEPS_OF_TASKS):
            break
    return found


def caller(skip: int = 1) -> Source | None:
    """Return the innermost user-code frame around the caller, or None when there is only library code.

    Costs half a microsecond, and 0.06 µs for each frame of a library that is passed by: call it once per span.
    A hook that knows how many frames of its own stand in between has them passed by for nothing with `skip`.
    """
    try:
        frame: FrameType | None = sys._getframe(skip)
    except ValueError:  # a thread that began with what is to be skipped
        return None
    known = _known
    for _ in _STEPS:  # no generator here: this runs for most spans
        if frame is None:
            break
        code = frame.f_code
        library = known[code.co_filename]
        if not library:
            return source_of(frame, code)
        if library is _LOOP and code.co_name in _STEPS_OF_TASKS:
            return None
        frame = frame.f_back
    else:
        return None
    for frame in frames(None):
        code = frame.f_code
        library = known[code.co_filename]
        if not library:
            return source_of(frame, code)
        if library is _LOOP and code.co_name in _STEPS_OF_TASKS:
            break
    return None


def source_of(frame: FrameType, code: CodeType) -> Source:
    """Return the place where a frame is: one object for all calls from there, for to find a line takes a while."""
    at = id(code) + frame.f_lasti
    place = _places.get(at)
    if place is not None and place[0] is code:
        return place[1]
    source = Source(code.co_filename, frame.f_lineno, code.co_qualname)
    if len(_places) >= _PLACES_MOST:
        _places.clear()
    _places[at] = (code, source)
    return source


def handler_of(handler: Any) -> tuple[str, Source | None]:
    """Return a handler's dotted name and its place, seen through partials, decorators and classes.

    Example: `handler_of(shop.views.show)` is `("shop.views.show", Source("…/views.py", 41, "show"))`.
    """
    while isinstance(handler, functools.partial):
        handler = handler.func
    handler = inspect.unwrap(handler) if callable(handler) else handler
    name = getattr(handler, "__qualname__", None) or type(handler).__qualname__
    module = getattr(handler, "__module__", None) or type(handler).__module__
    code = _code(handler)
    place = None if code is None else Source(code.co_filename, code.co_firstlineno, name)
    return f"{module}.{name}", place


def _code(handler: Any) -> CodeType | None:
    """Find code that tells the place: a function's own, or that of the first function a class has."""
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    if isinstance(code, CodeType):
        return code
    owner = handler if isinstance(handler, type) else type(handler)
    functions = [member for member in vars(owner).values() if hasattr(member, "__code__")]
    return min((function.__code__ for function in functions), key=lambda code: code.co_firstlineno, default=None)
