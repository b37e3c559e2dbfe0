"""Size: how many bytes a value has, where that can be told without work and without the application's code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_ENCODED = 10_000
"""Characters up to which a text that is not ASCII is encoded to be measured; a longer one counts its characters."""
_MOST = 1_000
_DIGITS = 10**15
_GROUPS = frozenset({list, tuple, set, frozenset})


def size_of(value: Any) -> int | None:
    """Return the bytes of a text, bytes or a small number, of a list of these or the values of a dict; else None."""
    kind = type(value)
    if kind is bytes or kind is bytearray:
        return len(value)
    if kind is str:
        if value.isascii() or len(value) > _ENCODED:
            return len(value)
        return len(value.encode("utf-8", "surrogatepass"))
    if kind is int:
        return len(str(value)) if -_DIGITS < value < _DIGITS else None
    if kind is memoryview:
        size: int = value.nbytes
        return size
    if kind in _GROUPS:
        return size_of_all(value) if len(value) <= _MOST else None
    if kind is dict:
        return size_of_all(value.values()) if len(value) <= _MOST else None
    return None


def size_of_all(values: Iterable[Any]) -> int | None:
    """Return the bytes of several values together, or None where none of them can be told."""
    sizes = [size for value in values if type(value) not in _NESTED and (size := size_of(value)) is not None]
    return sum(sizes) if sizes else None


_NESTED = _GROUPS | {dict}
