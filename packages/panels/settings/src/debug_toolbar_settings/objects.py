"""Objects: settings objects found where the user says they are, without importing or calling anything."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from debug_toolbar_core.snapshot import named
from debug_toolbar_settings.attributes import MISSING, held, is_a
from debug_toolbar_settings.reading import Line, Reading

_CALLED = ("function", "builtin_function_or_method", "method", "_lru_cache_wrapper", "partial")


@dataclass
class Group:
    """The settings of one object: what it is called, what it is, its lines, and why there are none."""

    title: str
    kind: str = ""
    lines: list[Line] = field(default_factory=list)
    more: int = 0
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the group as what the record keeps."""
        return {"title": self.title, "kind": self.kind, "lines": self.lines, "more": self.more, "why": self.why}


def group_of(item: object) -> Group:
    """Read one of the option's objects, or the object that a text names."""
    if type(item) is not str:
        return read(".".join(named(item if is_a(item, type) else type(item))), item)
    found, why = find(item)
    return Group(item, why=why) if why else read(item, found)


def read(title: str, value: object) -> Group:
    """Read an object's settings."""
    if named(type(value))[1] in _CALLED:
        return Group(title, why="it is a function, and nothing is called: name the object it returns")
    reading = Reading()
    found = reading.whole(value)
    return Group(title, found.kind, reading.lines, reading.more)


def find(place: str) -> tuple[object, str]:
    """Return the object at `module:name` or `module`, or why there is none.

    Only what the application has imported is looked at: importing a module would run it.
    """
    name, _, path = place.partition(":")
    value: object = sys.modules.get(name)
    if value is None:
        return None, f"the application has not imported `{name}`"
    for step in path.split(".") if path else ():
        value = held(value, step)
        if value is MISSING:
            return None, f"`{name}` has no `{path}`"
    return value, ""
