"""Snapshots: bounded plain copies of values, made without running any code of the application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any
from uuid import UUID

from debug_toolbar_core.limits import DEFAULT, Limits

PRINTABLE = frozenset(
    {datetime, date, time, timedelta, Decimal, UUID, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath}
)
"""Immutable standard types whose `str()` is the interpreter's own code; exact types only."""
ATOMS = frozenset({str, int, float, bool, type(None), bytes, complex}) | PRINTABLE
"""Types kept as they are: immutable, and safe to hold after the request is over."""

Cut = Callable[[str, int], None]
"""Told what a limit cut: a word for it, and how much."""


def describe(value: object) -> str:
    """Name a value's type without touching the value: `<shop.models.Book>`."""
    kind = type(value)
    return f"<{kind.__module__}.{kind.__qualname__}>"


def shorten(text: str, limit: int, cut: Cut | None = None) -> str:
    """Return at most `limit` characters of a text, saying how many are missing."""
    if len(text) <= limit:
        return text
    if cut is not None:
        cut("characters", len(text) - limit)
    return f"{text[:limit]}… ({len(text) - limit} more)"


class Snapshot:
    """One bounded walk through a value: at most `limits.items` values, `limits.depth` levels."""

    __slots__ = ("cut", "left", "limits")

    def __init__(self, limits: Limits, cut: Cut | None = None) -> None:
        self.limits = limits
        self.left = limits.items
        self.cut = cut

    def take(self, value: Any, depth: int = 0) -> Any:
        kind = type(value)
        if kind is str:
            return shorten(value, self.limits.text, self.cut)
        if kind is bytes:
            return value if len(value) <= self.limits.text else value[: self.limits.text]
        if kind in ATOMS:
            return value
        if depth >= self.limits.depth:
            return "… (deeper)"
        if kind is dict:
            return self.mapping(value, depth)
        if kind in (list, tuple, set, frozenset):
            return self.sequence(value, depth)
        return self.other(value, kind)

    def mapping(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        taken: dict[Any, Any] = {}
        for key in list(value)[: self.left + 1]:
            if self.left <= 0:
                self.report("values", len(value) - len(taken))
                break
            self.left -= 1
            name = key if type(key) in ATOMS else describe(key)
            taken[shorten(name, 200) if type(name) is str else name] = self.take(value.get(key), depth + 1)
        return taken

    def sequence(self, value: Any, depth: int) -> list[Any]:
        taken: list[Any] = []
        for item in list(value) if type(value) in (set, frozenset) else value[: self.left + 1]:
            if self.left <= 0:
                self.report("values", len(value) - len(taken))
                break
            self.left -= 1
            taken.append(self.take(item, depth + 1))
        return taken

    def other(self, value: Any, kind: type) -> Any:
        # The methods of the base type run the interpreter's code, never the subclass's.
        if issubclass(kind, str):
            return shorten(str.__getitem__(value, slice(0, self.limits.text + 1)), self.limits.text, self.cut)
        if issubclass(kind, int):
            return int.__add__(value, 0)
        if issubclass(kind, float):
            return float.__add__(value, 0.0)
        if kind in (bytearray, memoryview):
            return bytes(value[: self.limits.text])
        return describe(value)

    def report(self, what: str, count: int) -> None:
        if self.cut is not None:
            self.cut(what, count)


def snapshot(value: Any, limits: Limits = DEFAULT, cut: Cut | None = None) -> Any:
    """Return a bounded plain copy of `value`; what is not a plain value becomes its type's name.

    Example: `snapshot({"book": Book(7), "ids": (1, 2)})` is `{"book": "<shop.Book>", "ids": [1, 2]}`.
    """
    try:
        return Snapshot(limits, cut).take(value)
    except (RecursionError, RuntimeError):  # a structure that changed in another thread while we walked it
        return describe(value)
