"""Strict: what strict JSON can hold of a value that adapters and panels set, for they may set anything."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar

from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.units import jsonable

T = TypeVar("T", bound=dict[str, Any] | None)
_PLAIN = frozenset({str, int, float, bool, type(None)})
# What is written was made for it a moment ago, a tree: there are no circles to look for.
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))


def write(document: Any) -> bytes:
    """Return a JSON text in UTF-8; a ValueError where a number or a text is none of JSON's."""
    return ENCODER.encode(document).encode()


def plain(values: T, *tidied: str) -> T:
    """Return a dictionary whose values are texts, numbers and the like, as they nearly always are already.

    Those of the names in `tidied` are lists and dictionaries in which everything was looked at.
    """
    if values is None or _PLAIN.issuperset(map(type, values.values())):
        return values
    for name, value in values.items():
        if type(value) not in _PLAIN and name not in tidied:
            values[name] = tidy(value)
    return values


def tidy(value: Any) -> Any:
    """Return a value of JSON's own types, whatever it was; texts can be encoded, numbers are finite."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if kind is dict:
        return {tidy(key) if type(key) is str else str(tidy(key)): tidy(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [tidy(item) for item in value]
    if kind is float:
        return value if math.isfinite(value) else None
    if value is None or kind is bool or kind is int:
        return value
    return tidy(jsonable(snapshot(value)))
