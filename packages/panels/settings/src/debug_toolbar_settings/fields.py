"""Fields: what a settings object is made of, by the library that made its class; nothing of it is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from debug_toolbar_core.snapshot import named
from debug_toolbar_settings.attributes import (
    MISSING,
    class_values,
    declared,
    held,
    instance_dict,
    is_a,
    mro,
    own,
    properties,
    slot,
    slots,
)


@dataclass(frozen=True)
class Entry:
    """One setting: its name and value, what is to be said of it, and whether its class keeps it out of its `repr`."""

    name: str
    value: Any
    note: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Fields:
    """What an object holds: the kind of object it is, its settings, and what it would have to compute."""

    kind: str
    entries: list[Entry]
    computed: list[str] = field(default_factory=list)


def fields_of(value: object) -> Fields | None:
    """Return the settings that an object of a known kind holds, or None: then it is only an object."""
    if is_a(value, ModuleType):
        return Fields("module", list(_module(value)))
    if is_a(value, type):
        return Fields("class", [Entry(*pair) for pair in class_values(value)])
    kind = type(value)
    if isinstance(declared(kind, "__pydantic_fields__"), dict):
        settings = ("pydantic_settings.main", "BaseSettings") in map(named, mro(kind))
        return Fields("pydantic-settings" if settings else "pydantic model", list(_pydantic(value)), _computed(kind))
    if isinstance(declared(kind, "__dataclass_fields__"), dict):
        told = declared(kind, "__dataclass_fields__").values()
        real = [item for item in told if held(held(item, "_field_type"), "name") == "_FIELD"]
        return Fields("dataclass", list(_entries(value, real)), _computed(kind))
    if isinstance(declared(kind, "__attrs_attrs__"), tuple):
        told = tuple.__iter__(declared(kind, "__attrs_attrs__"))
        return Fields("attrs class", list(_entries(value, told)), _computed(kind))
    if ("msgspec", "Struct") in map(named, mro(kind)):
        return Fields("msgspec struct", [Entry(*pair) for pair in slots(value)], _computed(kind))
    names = declared(kind, "_fields")
    if is_a(value, tuple) and is_a(names, tuple):
        return Fields(
            "named tuple", [Entry(str(name), item) for name, item in zip(names, tuple.__iter__(value), strict=False)]
        )
    return None


def plain_fields(value: object) -> Fields:
    """Return what any object holds under public names, its class's plain values among them."""
    found = dict(class_values(type(value)))
    found.update(slots(value))
    found.update((name, item) for name, item in instance_dict(value).items() if not str(name).startswith("_"))
    return Fields("object", [Entry(name, item) for name, item in found.items()], _computed(type(value)))


def _module(module: ModuleType) -> Iterator[Entry]:
    for name, value in instance_dict(module).items():
        code = is_a(value, (ModuleType, type)) or callable(value)
        if type(name) is str and not name.startswith("_") and not code and name != "annotations":
            yield Entry(name, value)


def _pydantic(model: object) -> Iterator[Entry]:
    values, given = instance_dict(model), slot(model, "__pydantic_fields_set__")
    for name, info in declared(type(model), "__pydantic_fields__").items():
        if name in values:
            note = "default" if isinstance(given, set) and name not in given else ""
            yield Entry(str(name), values[name], note, held(info, "repr") is False)
    extra = slot(model, "__pydantic_extra__")
    for name, value in extra.items() if type(extra) is dict else ():
        yield Entry(str(name), value, "extra")


def _entries(owner: object, fields: Iterable[object]) -> Iterator[Entry]:
    """Yield the fields of a dataclass or an attrs class that their owner has."""
    for item in fields:
        name = held(item, "name")
        value = held(owner, name) if type(name) is str else MISSING
        if value is not MISSING:
            yield Entry(str(name), value, hidden=held(item, "repr") is False)


def _computed(kind: type) -> list[str]:
    """List the properties of the user's own class, not those of the library it is made with."""
    theirs = {name for base in mro(kind) if _is_library(base) for name in own(base)}
    return [name for name in properties(kind) if name not in theirs]


def _is_library(kind: type) -> bool:
    return named(kind)[0].partition(".")[0] in ("pydantic", "pydantic_settings", "attr", "msgspec", "builtins")
