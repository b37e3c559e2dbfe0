"""Climb: the stack of a thread that runs, from its innermost frame out to the one where a task begins."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from debug_toolbar_core.drive import driven
from debug_toolbar_core.source import is_library

_DRIVEN: CodeType = driven.__code__
_MOST = 1_000
_KEPT = 120
_SNAPSHOT = sys.version_info < (3, 13)
_user: dict[CodeType, bool] = {}
_USER_MOST = 20_000


@dataclass(slots=True)
class Climb:
    """Functions from the innermost out; the innermost place in the user's code; whether the root was reached."""

    functions: list[CodeType]
    place: tuple[CodeType, int] | None
    reached: bool

    @property
    def deep(self) -> bool:
        """Whether the climb was given up: a recursion."""
        return len(self.functions) >= _MOST

    def end_with(self, root: FrameType) -> None:
        """Add the frame that was climbed to."""
        self.functions.append(root.f_code)
        if self.place is None and is_user(root.f_code):
            self.place = (root.f_code, root.f_lineno or root.f_code.co_firstlineno)

    def outermost_first(self) -> list[CodeType | str]:
        """Return the stack as it was called; of a very deep one its two ends."""
        found: list[CodeType | str] = [*self.functions]
        if len(found) > 2 * _KEPT:
            left_out = "more than a thousand calls" if self.deep else f"{len(found) - 2 * _KEPT} calls"
            found = [*found[:_KEPT], f"… {left_out} …", *([] if self.deep else found[-_KEPT:])]
        found.reverse()
        return found


def climb(leaf: FrameType | None, root: FrameType | None, greenlet: Any = None) -> Climb:
    """Walk from a frame out to `root`, which is left out, on through the greenlet in which the loop runs.

    While it walks the thread may run on: frames that were left no longer lead anywhere, so that what reaches the
    root was running under it.
    """
    found: list[CodeType] = []
    place: tuple[CodeType, int] | None = None
    frame = leaf
    while frame is not root:
        if frame is None:
            frame, greenlet = getattr(greenlet, "gr_frame", None), None
            if frame is None:
                return Climb(found, place, reached=False)
            continue
        code = frame.f_code
        if place is None and is_user(code):
            place = (code, frame.f_lineno or code.co_firstlineno)
        if code is not _DRIVEN:
            found.append(code)
            if len(found) >= _MOST:
                return Climb(found, place, reached=False)
        frame = frame.f_back
    return Climb(found, place, reached=root is not None)


def is_user(code: CodeType) -> bool:
    """Tell whether code is the user's own, and not a library's."""
    known = _user.get(code)
    if known is None:
        if len(_user) >= _USER_MOST:
            _user.clear()
        known = _user[code] = not is_library(code.co_filename)
    return known


def local(frame: FrameType, name: str) -> Any:
    """Return a local variable of a library's function that runs, or None.

    Until Python 3.13 looking makes a copy that the frame keeps, and with it all its values: it is emptied at once,
    but not under a debugger, which would write that copy back.
    """
    values: Any = frame.f_locals
    found = values.get(name)
    if _SNAPSHOT and frame.f_trace is None and threading.gettrace() is None and sys.gettrace() is None:
        values.clear()
    return found
