"""Reading: a settings object as the lines of a tree, bounded, with nothing of it run and no secret in it."""

from __future__ import annotations

import enum
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from types import ModuleType
from typing import Any

from debug_toolbar_core.redaction import REDACTED
from debug_toolbar_core.snapshot import ATOMS, describe, named, snapshot
from debug_toolbar_settings.attributes import MISSING, held, is_a, mro
from debug_toolbar_settings.dsn import shown_dsn
from debug_toolbar_settings.fields import Entry, Fields, fields_of, plain_fields

LINES = 250
"""Settings that are kept of one object."""
DEPTH = 10
_LISTED = 50
_URLS = frozenset({("pydantic_core._pydantic_core", "Url"), ("pydantic_core._pydantic_core", "MultiHostUrl")})
_SECRET = re.compile(r"_?Secret(?:Str|Bytes|String|Text|Url|Dsn|Value|Base|Field)?")
_SEQUENCES = (list, tuple, set, frozenset, deque)

Line = dict[str, Any]
"""A setting: `name` and `depth`, and its `value`, or the `url` it is; `type` and `note` where there is one."""


@dataclass
class Reading:
    """One walk over one object. `home` is the package whose plain objects are opened, where they are nested."""

    home: str = ""
    lines: list[Line] = field(default_factory=list)
    more: int = 0
    path: set[int] = field(default_factory=set)

    def whole(self, value: object) -> Fields:
        """Read an object that was named as settings; return what it is made of."""
        if is_a(value, dict):
            found = Fields("dictionary", [Entry(_name(key), item) for key, item in dict.items(value)])
        else:
            found = fields_of(value) or plain_fields(value)
        self.home = named(value if is_a(value, type) else type(value))[0].partition(".")[0]
        self.inside(value, found, 0)
        return found

    def inside(self, value: object, found: Fields, depth: int) -> None:
        """Read the settings in an object, unless it stands within itself."""
        if id(value) in self.path:
            self.add("…", depth, "cycle")
            return
        self.path.add(id(value))
        for entry in found.entries:
            self.entry(entry, depth)
        for name in found.computed:
            self.add(name, depth, "property, not asked")
        self.path.discard(id(value))

    def entry(self, entry: Entry, depth: int) -> None:
        """Read one setting."""
        if len(self.lines) >= LINES:
            self.more += 1
        elif entry.hidden or is_secret(entry.value):
            note = entry.note or ("kept out of its repr" if entry.hidden else "")
            self.add(entry.name, depth, REDACTED, note, named(type(entry.value))[1])
        else:
            self.value(entry.name, entry.value, depth, entry.note)

    def value(self, name: str, value: object, depth: int, note: str = "") -> None:
        """Read a value that is to be seen, as far as its name allows."""
        told = _simple(value)
        if told is not MISSING:
            address = shown_dsn(told) if type(told) is str else None
            if address is not None:
                self.lines.append(_line(name, depth, note, named(type(value))[1], url=address))
            else:
                self.add(name, depth, told, note, named(type(value))[1])
            return
        inner = self.opened(value, name) if depth < DEPTH else None
        if inner is None:
            self.add(name, depth, _described(value), note)
            return
        self.lines.append(_line(name, depth, note, inner.kind if inner.kind != "object" else named(type(value))[1]))
        self.inside(value, inner, depth + 1)

    def opened(self, value: object, name: str) -> Fields | None:
        """Return what is in a value that is to be opened, or None."""
        if is_a(value, (type, ModuleType)):
            return None
        if is_a(value, dict):
            return Fields("dictionary", [Entry(_name(key), item) for key, item in dict.items(value)])
        found = fields_of(value)
        if found is not None:
            return found
        if is_a(value, _SEQUENCES):
            # The items bear their list's name: what is secret of `passwords` is each of them.
            items = [Entry(f"{name}[{index}]", item) for index, item in enumerate(_items(value, LINES))]
            return Fields(f"{named(type(value))[1]} of {len(items)}", items)
        is_ours = self.home not in ("", "builtins") and named(type(value))[0].partition(".")[0] == self.home
        return plain_fields(value) if is_ours else None

    def add(self, name: str, depth: int, value: object, note: str = "", type: str = "") -> None:
        """Keep a line."""
        self.lines.append(_line(name, depth, note, type, value=value))


def _line(name: str, depth: int, note: str, type: str, **told: object) -> Line:
    more = {"note": note, "type": type}
    return {"name": name, "depth": depth, **told, **{key: text for key, text in more.items() if text}}


def _simple(value: object) -> Any:
    """Return a value that stands for itself, in plain terms, or MISSING."""
    if type(value) in ATOMS:
        return value
    if is_a(value, enum.Enum):
        inner = held(value, "_value_")
        return inner if type(inner) in ATOMS else describe(value)
    if is_a(value, (str, int, float)):
        return snapshot(value)
    if is_a(value, _SEQUENCES) and (not is_a(value, tuple) or type(value) is tuple):
        items = list(_items(value, _LISTED + 1))
        plain = len(items) <= _LISTED and all(type(item) in ATOMS and not _is_address(item) for item in items)
        return items if plain else MISSING
    return _address(value)


def _is_address(value: object) -> bool:
    return type(value) is str and shown_dsn(value) is not None


def _items(value: Any, most: int) -> Iterable[Any]:
    base: Any = next(base for base in _SEQUENCES if issubclass(type(value), base))
    return islice(base.__iter__(value), most)


def _address(value: object) -> Any:
    """Return the text of pydantic's URLs: their own `str` is the library's, not the application's."""
    url = value if named(type(value)) in _URLS else held(value, "_url")
    return str(url) if url is not MISSING and named(type(url)) in _URLS else MISSING


def is_secret(value: object) -> bool:
    """Tell whether a value's class says that it is a secret: `SecretStr`, `SecretBytes`, Starlette's `Secret`."""
    return any(_SECRET.fullmatch(named(kind)[1]) for kind in mro(type(value)))


def _described(value: object) -> str:
    """Name what is not opened; of a class its own name."""
    return f"<class {'.'.join(named(value))}>" if is_a(value, type) else describe(value)


def _name(key: object) -> str:
    return key if type(key) is str else str(key) if type(key) in ATOMS else describe(key)
