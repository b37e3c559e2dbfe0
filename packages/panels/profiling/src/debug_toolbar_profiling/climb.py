"""Climb: the stack of a thread that runs, from its innermost frame out to the one where a task begins."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, repeat
from operator import attrgetter
from types import CodeType, FrameType
from typing import Any

from debug_toolbar_core.drive import driven
from debug_toolbar_core.source import is_library

_DRIVEN: CodeType = driven.__code__
_CODE = attrgetter("f_code")
_MOST = 1_000
_KEPT = 120
_SNAPSHOT = sys.version_info < (3, 13)
_user: dict[int, tuple[bool, CodeType]] = {}
"""By the identity of code, which it keeps: to hash code takes longer than all else here."""
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
            self.place = (root.f_code, line_of(root))

    def outermost_first(self) -> list[CodeType | str]:
        """Return the stack as it was called; of a very deep one its two ends."""
        found: list[CodeType | str] = [*self.functions]
        if len(found) > 2 * _KEPT:
            left_out = "more than a thousand calls" if self.deep else f"{len(found) - 2 * _KEPT} calls"
            found = [*found[:_KEPT], f"… {left_out} …", *([] if self.deep else found[-_KEPT:])]
        found.reverse()
        return found


def walk(leaf: FrameType | None) -> list[FrameType]:
    """Return a thread's frames from one out, in one step of C: no other thread runs before it is done."""
    found: list[Any] = []
    if leaf is None:
        return found
    with suppress(AttributeError):  # the outermost frame's `f_back` is None, and that has none
        found.extend(accumulate(repeat("f_back", _MOST), getattr, initial=leaf))
    if found[-1] is None:
        found.pop()
    return found


def climb(leaf: FrameType | None, root: FrameType | None, greenlet: Any = None) -> Climb:
    """Return the stack from a frame out to `root`, which is left out, on through the greenlet in which the loop runs.

    The thread may have run on since its leaf was seen: frames that were left lead nowhere, so that what reaches
    the root was running under it.
    """
    frames = walk(leaf)
    whole = root in frames
    if not whole and len(frames) <= _MOST and (outer := getattr(greenlet, "gr_frame", None)) is not None:
        frames += walk(outer)
        whole = root in frames
    if whole and root is not None:
        del frames[frames.index(root) :]
    place = next(((frame.f_code, line_of(frame)) for frame in frames if is_user(frame.f_code)), None)
    return Climb([code for code in map(_CODE, frames) if code is not _DRIVEN], place, whole)


def line_of(frame: FrameType) -> int:
    """Return the line at which a frame is."""
    return frame.f_lineno or frame.f_code.co_firstlineno


def is_user(code: CodeType) -> bool:
    """Tell whether code is the user's own, and not a library's."""
    known = _user.get(id(code))
    if known is None:
        if len(_user) >= _USER_MOST:
            _user.clear()
        known = _user[id(code)] = (not is_library(code.co_filename), code)
    return known[0]


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
