"""The tree: nested values turned into bounded JSON without secrets, and without running any code of the application."""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from types import MappingProxyType, NoneType
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from debug_toolbar_core.redaction_keys import KEY_LIMIT, NOT_SECRET, REDACTED, SECRET, KeyRule
from debug_toolbar_core.redaction_seen import Seen
from debug_toolbar_core.redaction_values import is_card

ITEMS, DEPTH, STRING, ALL_TEXT = 5000, 32, 16 * 1024, 1024 * 1024
"""The limits of one tree: items in all, levels, characters of one string, characters scanned in all."""

_REVEALED = -1
_DICTS = frozenset((dict, OrderedDict, defaultdict, Counter))
_LISTS = frozenset((list, tuple, set, frozenset, deque))
_TEXT = frozenset((str,))
_FLAT = frozenset((str, int, float, bool, NoneType))
_BIGGEST_BITS = 256
_LEAST, _MOST = -(10.0**13), 10.0**13
_NAMES = frozenset(("name", "key", "field", "param", "parameter", "header"))
_VALUES = frozenset(("value", "val", "content"))
_SENTENCE = re.compile(r"[A-Z][^.!?]* [^.!?]* [^.!?]*[.!?]")


def more(count: int) -> str:
    """Say that something was cut: `… (12 more)`."""
    return f"… ({count} more)"


def _moment(value: datetime | time) -> str:
    known = type(value.tzinfo) in (NoneType, timezone, ZoneInfo)
    return value.isoformat() if known else f"{value.replace(tzinfo=None).isoformat()} <{type_name(value.tzinfo)}>"


_SIMPLE: dict[type, Callable[[Any], str]] = {
    datetime: _moment,
    time: _moment,
    **dict.fromkeys((date, timedelta, Decimal, Fraction, UUID, complex, range), str),
    **dict.fromkeys((PosixPath, WindowsPath, PurePosixPath, PureWindowsPath), str),
}


def type_name(value: object) -> str:
    """Name the type of a value, `module.Type`, passing by what its class or metaclass may define."""
    kind = type(value)
    module = type.__dict__["__module__"].__get__(kind)
    name = type.__dict__["__qualname__"].__get__(kind)
    return f"{module}.{name}" if type(module) is str else f"{name}"


class _Again(NamedTuple):
    """A flat dictionary met before, or a tuple of such: as it is shown, and what that takes of a tree's budgets."""

    value: object  # held, so that nothing else takes its place in memory
    shown: object
    items: int
    chars: int


class Tree:
    """Walks over values; `text` redacts a string of at most STRING characters."""

    __slots__ = ("_again", "_chars", "_items", "_keys", "_open", "_rule", "_seen", "_short", "_text")

    def __init__(
        self, rule: KeyRule, text: Callable[[str], str], seen: Seen[str], short: int, many: bool = False
    ) -> None:
        """Texts in `seen`, and letters and digits fewer than `short`, are known to be shown as they are.

        `many` values that share parts, and do not change meanwhile, are shown with one object for each shared part.
        """
        self._rule = rule
        self._keys = rule.harmless
        self._text = text
        self._seen = seen
        self._short = short
        self._again: dict[int | tuple[int, ...], _Again] | None = {} if many else None
        self._open: set[int] = set()

    def show(self, value: object, key: str | None = None) -> object:
        """Return the JSON for a value that stands under a key; each value has full budgets."""
        self._items, self._chars = ITEMS, ALL_TEXT
        return self._show(value, self._level(key) if key is not None else NOT_SECRET, 0)

    def _level(self, key: str) -> int:
        return _REVEALED if self._rule.reveal and key.lower() in self._rule.reveal else self._rule.level(key)

    def _show(self, value: Any, level: int, depth: int, listed: bool = False) -> object:
        kind = type(value)
        if kind is str:
            return self._string(value, level, listed)
        if value is None or kind is bool:
            return value
        if kind is int or kind is float:
            return self._number(value, level)
        if kind in _DICTS or kind in _LISTS:
            return self._container(value, level, depth)
        if kind is MappingProxyType:
            return f"<{type_name(value)}>"  # what it wraps may be anybody's class
        if kind is bytes or kind is bytearray:
            return self._binary(value, level)
        simple = _SIMPLE.get(kind)
        return f"<{type_name(value)}>" if simple is None else self._string(simple(value), level, listed)

    def _string(self, value: str, level: int, listed: bool = False) -> str:
        if level > NOT_SECRET and value and not (listed and len(value) <= KEY_LIMIT and _SENTENCE.fullmatch(value)):
            return REDACTED
        if self._chars <= 0:
            return more(len(value)) if value else value
        self._chars -= min(len(value), STRING)
        if level == _REVEALED:
            return value if len(value) <= STRING else value[:STRING] + more(len(value) - STRING)
        return self._text(value)

    def _number(self, value: float, level: int) -> object:
        if level == SECRET:
            return REDACTED
        if type(value) is float:
            return value if math.isfinite(value) else str(value)
        whole = int(value)
        if whole.bit_length() > _BIGGEST_BITS:
            return f"<int of {whole.bit_length()} bits>"
        return REDACTED if level == NOT_SECRET and whole >= 10**13 and is_card(str(whole)) else whole

    def _binary(self, value: bytes | bytearray, level: int) -> str:
        if level > NOT_SECRET and value:
            return REDACTED
        text = _decoded(bytes(value[:STRING]))
        shown = self._string(text, level)
        if not shown.isprintable():
            shown = bytes(value[:32]).hex() if shown == text else ascii(shown)[1:-1]
        return f"<{len(value)} bytes: {shown[:KEY_LIMIT]}{'…' if len(shown) > KEY_LIMIT else ''}>"

    def _container(self, value: Any, level: int, depth: int) -> object:
        again = self._again.get(_known_by(value)) if self._again else None
        if again is not None:
            _, shown, items, chars = again
            if items <= self._items and chars <= self._chars and depth < DEPTH - 1:
                self._items -= items
                self._chars -= chars
                return shown
        if id(value) in self._open:
            return "… (cycle)"
        if depth >= DEPTH:
            return more(len(value))
        self._open.add(id(value))
        try:
            return self._dict(value, depth) if type(value) in _DICTS else self._list(value, level, depth)
        finally:
            self._open.discard(id(value))

    def _take(self, items: Iterable[Any], size: int) -> tuple[list[Any], int]:
        taken = list(islice(items, max(self._items, 0)))
        self._items -= len(taken)
        return taken, size - len(taken)

    def _list(self, value: Sequence[object], level: int, depth: int) -> list[object]:
        taken, left = self._take(value, len(value))
        if all(map(_is_pair, taken)):
            shown: list[object] = [self._pair(item, level, depth + 1) for item in taken]
        else:
            items, chars = self._items, self._chars
            shown = [self._show(item, level, depth + 1, listed=True) for item in taken]
            if self._again and type(value) is tuple and all(id(item) in self._again for item in taken) and not left:
                again = _Again(value, shown, len(taken) + items - self._items, chars - self._chars)
                self._again[_known_by(value)] = again
        return [*shown, more(left)] if left > 0 else shown

    def _pair(self, pair: Sequence[Any], level: int, depth: int) -> list[object]:
        given, value = pair
        if type(given) is str and given in self._keys:
            kind, plain = type(value), level == NOT_SECRET
            if plain and kind is str and self._chars > 0 and len(value) < self._short and value.isalnum():
                self._chars -= len(value)
                return [given, value]
            if plain and kind is int and _LEAST < value < _MOST:
                return [given, value]
            return [given, self._show(value, level, depth)]
        name, key = self._key(given)
        named = self._level(name)
        self._note(given, key, named)
        return [key, self._show(value, level or named, depth)]

    def _note(self, given: object, key: str, level: int) -> None:
        """Remember a key that is shown as it is and says nothing of its value, nor is there to hold another's."""
        if type(given) is str and key == given and level == NOT_SECRET and key.lower() not in _VALUES:
            self._rule.note_harmless(key)

    def _dict(self, value: Mapping[Any, object], depth: int) -> dict[str, object]:
        if type(value) is dict and len(value) <= self._items and _TEXT.issuperset(map(type, value)):
            shown: dict[str, object] = value.copy()
            if self._keys.issuperset(shown):
                chars = self._chars
                self._harmless(shown, depth)
                if depth and self._again is not None and _FLAT.issuperset(map(type, shown.values())):
                    self._again[id(value)] = _Again(value, shown, len(shown), chars - self._chars)
                return shown
        taken, left = self._take(value.items(), len(value))
        said = self._said_level(taken)
        shown = {}
        for raw, item in taken:
            name, key = self._key(raw)
            named = self._level(name)
            inner = named or (said if name.lower() in _VALUES else NOT_SECRET)
            shown[key if key not in shown else f"{key} ({len(shown)})"] = self._show(item, inner, depth + 1)
            self._note(raw, key, named)
        if left > 0:
            shown["…"] = more(left)
        return shown

    def _harmless(self, shown: dict[str, Any], depth: int) -> None:
        """Replace, in a copy of a dictionary whose keys are all harmless, what is not shown as it is: most are."""
        self._items -= len(shown)
        short, seen, chars = self._short, self._seen.now, self._chars
        for key, item in shown.items():
            kind = type(item)
            if kind is str:
                if chars > 0 and (item in seen or (len(item) < short and item.isalnum())):
                    chars -= len(item)
                    continue
            elif kind is int or kind is float:
                if _LEAST < item < _MOST:
                    continue
            elif item is None or kind is bool:
                continue
            self._chars = chars
            shown[key] = self._show(item, NOT_SECRET, depth + 1)
            chars = self._chars
        self._chars = chars

    def _said_level(self, items: list[tuple[Any, object]]) -> int:
        """Return the level of the name that a dictionary says: `{"name": "password", "value": "x"}`."""
        for key, value in items[:8]:
            if type(key) is str and type(value) is str and key.lower() in _NAMES and (level := self._rule.level(value)):
                return level
        return NOT_SECRET

    def _key(self, key: object) -> tuple[str, str]:
        """Return a key as the rule reads it and as it is shown."""
        name = self._key_text(key)
        if len(name) < 16 and name.isidentifier():
            return name, name
        shown = name if len(name) <= KEY_LIMIT else name[:KEY_LIMIT] + more(len(name) - KEY_LIMIT)
        return name[:KEY_LIMIT], self._text(shown)

    def _key_text(self, key: Any) -> str:
        kind = type(key)
        if kind is str:
            return str(key)
        if kind is bytes:
            return _decoded(key[:STRING])
        if kind is int and key.bit_length() > _BIGGEST_BITS:
            return f"<int of {key.bit_length()} bits>"
        if kind is tuple and len(key) <= 8:
            return f"({', '.join('(…)' if type(part) is tuple else self._key_text(part) for part in key)})"
        simple = str if kind in (int, float, bool, NoneType) else _SIMPLE.get(kind)
        return f"<{type_name(key)}>" if simple is None else simple(key)


def _known_by(value: Any) -> int | tuple[int, ...]:
    """Return what tells a container from all others, as long as what is in it is held."""
    return tuple(map(id, value)) if type(value) is tuple else id(value)


def _is_pair(item: Any) -> bool:
    return type(item) in (list, tuple) and len(item) == 2 and type(item[0]) in (str, bytes)


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        cut_at_end = error.start >= len(data) - 3 and error.reason == "unexpected end of data"
        return data[: error.start].decode() if cut_at_end else data.decode("latin-1")
