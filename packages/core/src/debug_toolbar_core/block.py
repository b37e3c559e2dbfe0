"""Block: what every piece of a view is, and how it becomes JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, ClassVar, Literal

from debug_toolbar_core.limits import DEFAULT
from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.source import Source
from debug_toolbar_core.units import jsonable

Level = Literal["info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("info", "warning", "error")
_WORD_BITS = 64


class Part:
    """What a block is made of, and that says itself how it becomes JSON."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Block(Part):
    """One piece of a view. Plain values only: no markup, colours, or formatted numbers."""

    type: ClassVar[str] = "block"

    def to_json(self) -> dict[str, Any]:
        """Return the block as JSON, its class's name in lower case as `type`."""
        values = {name: as_json(getattr(self, name)) for name in _names(type(self))}
        return {"type": self.type, **values}


def _names(kind: type[Block]) -> tuple[str, ...]:
    names = _NAMES.get(kind)
    if names is None:
        names = _NAMES[kind] = tuple(item.name for item in fields(kind))
    return names


_NAMES: dict[type[Block], tuple[str, ...]] = {}


def as_json(value: Any) -> Any:
    """Return what JSON can hold of a block's value, bounded; no code of the application is run."""
    kind = type(value)
    # What most cells are, by the thousand: the same as below, sooner.
    if value is None or kind is bool or (kind is str and len(value) <= DEFAULT.text):
        return value
    if kind is int and value.bit_length() <= _WORD_BITS:
        return value
    if isinstance(value, Part):
        return value.to_json()
    if isinstance(value, Source):
        return value._asdict()
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key if type(key) is str else str(jsonable(snapshot(key))): as_json(item) for key, item in value.items()}
    if kind is float:
        return value if isfinite(value) else str(value)
    return jsonable(snapshot(value))


def listed(value: Any) -> Any:
    """Return a value if it is a list or a tuple; else a TypeError says what it is."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"A block holds lists and tuples; here is a {type(value).__qualname__}")
    return value


def all_of(values: Any, kind: type) -> Any:
    """Return a list if all in it are of a kind; else a TypeError says what is not."""
    for value in listed(values):
        of(value, kind)
    return values


def of(value: Any, kind: type) -> None:
    """Raise a TypeError for a value that is not of a kind."""
    if not isinstance(value, kind):
        raise TypeError(f"Expected a {kind.__name__}, found a {type(value).__qualname__}")
