"""Snapshots: bounded plain copies of values, made without running any code of the application."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import islice
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from types import NoneType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from debug_toolbar_core.limits import DEFAULT, Limits

PRINTABLE = frozenset(
    {datetime, date, time, timedelta, Decimal, UUID, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath}
)
"""Immutable standard types whose `str()` is the interpreter's own code; exact types only."""
ATOMS = frozenset({str, int, float, bool, NoneType, bytes, complex}) | PRINTABLE
"""Types kept as they are: immutable, and safe to hold after the request is over."""
_ZONES = frozenset({NoneType, timezone, ZoneInfo})
_SEQUENCES = (list, tuple, set, frozenset, deque)
_KEY = 200
_LEAST = 100
_BITS = 4_096

Cut = Callable[[str, int], None]
"""Told what a limit cut: a word for it, and how much."""


def named(kind: type) -> tuple[str, str]:
    """Return a type's module and qualified name, passing by what its class or metaclass may define."""
    module: object = type.__dict__["__module__"].__get__(kind)
    name: str = type.__dict__["__qualname__"].__get__(kind)
    return module if type(module) is str else "?", name


def describe(value: object) -> str:
    """Name a value's type without touching the value: `<shop.models.Book>`."""
    module, name = named(type(value))
    return f"<{module}.{name}>"


def shorten(text: str, limit: int, cut: Cut | None = None) -> str:
    """Return at most `limit` characters of a text, saying how many are missing."""
    if len(text) <= limit:
        return text
    if cut is not None:
        cut("characters", len(text) - limit)
    return f"{text[:limit]}… ({len(text) - limit} more)"


class Snapshot:
    """One bounded walk through a value: at most `limits.items` values, `limits.depth` levels, `room` characters.

    Once the room is used up, the first hundred characters of each text are still kept.
    """

    __slots__ = ("cut", "left", "limits", "room")

    def __init__(self, limits: Limits, cut: Cut | None = None, room: int | None = None) -> None:
        self.limits = limits
        self.left = limits.items
        self.cut = cut
        self.room = limits.total if room is None else room

    def whole(self, value: Any) -> Any:
        """Take a value that other threads may be changing meanwhile, or that the stack is too full to walk."""
        try:
            return self.take(value)
        except (RecursionError, RuntimeError):
            return describe(value)

    def take(self, value: Any, depth: int = 0) -> Any:
        kind = type(value)
        if kind is str or kind is bytes:
            return self.text(value)
        if kind is int:
            return value if value.bit_length() <= _BITS else f"<int of {value.bit_length()} bits>"
        if kind in ATOMS:
            return describe(value) if kind in (datetime, time) and type(value.tzinfo) not in _ZONES else value
        # From here on the methods of the base types are called: the interpreter's code, never a subclass's.
        if issubclass(kind, dict):
            return self.mapping(value, depth) if depth < self.limits.depth else self.deeper()
        if issubclass(kind, _SEQUENCES):
            return self.sequence(value, depth) if depth < self.limits.depth else self.deeper()
        return self.other(value, kind)

    def text(self, value: Any) -> Any:
        """Cut a text to its limit, and to what room is left for texts."""
        size, limit = len(value), self.limits.text
        if self.room < limit:
            limit = min(limit, max(self.room, _LEAST))
        if size <= limit:
            self.room -= size
            return value
        self.room -= limit
        if type(value) is str:
            return shorten(value, limit, self.cut)
        if len(value) > limit:
            self.report("bytes", len(value) - limit)
        return value[:limit]

    def mapping(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        taken: dict[Any, Any] = {}
        for key, item in self.some(dict.items(value), dict.__len__(value)):
            name = self.key(key)
            if name is not key and name in taken:
                name = f"{name} ({len(taken)})"
            taken[name] = self.take(item, depth + 1)
        return taken

    def key(self, key: Any) -> Any:
        kind = type(key)
        if kind is str:
            return shorten(key, _KEY)
        if kind in ATOMS:
            return self.take(key)
        return describe(key)

    def sequence(self, value: Any, depth: int) -> list[Any]:
        base: Any = next(base for base in _SEQUENCES if issubclass(type(value), base))
        items = self.some(base.__iter__(value), base.__len__(value))
        return [self.take(item, depth + 1) for item in items]

    def some(self, items: Iterable[Any], size: int) -> Iterator[Any]:
        """Yield as many items as are left to take, copied before the first is looked at."""
        taken = list(islice(items, self.left))
        self.left -= len(taken)
        if len(taken) < size:
            self.report("values", size - len(taken))
        return iter(taken)

    def deeper(self) -> str:
        self.report("values", 1)
        return "… (deeper)"

    def other(self, value: Any, kind: type) -> Any:
        if issubclass(kind, str):
            return self.take(str.__getitem__(value, slice(0, self.limits.text + 1)))
        if issubclass(kind, int):
            return self.take(int.__add__(value, 0))
        if issubclass(kind, float):
            return float.__add__(value, 0.0)
        if kind is bytearray:
            return self.take(bytes(value[: self.limits.text + 1]))
        return describe(value)

    def report(self, what: str, count: int) -> None:
        if self.cut is not None:
            self.cut(what, count)


def snapshot(value: Any, limits: Limits = DEFAULT, cut: Cut | None = None) -> Any:
    """Return a bounded plain copy of `value`; what is not a plain value becomes its type's name.

    Example: `snapshot({"book": Book(7), "ids": (1, 2)})` is `{"book": "<shop.Book>", "ids": [1, 2]}`.
    """
    return Snapshot(limits, cut).whole(value)
