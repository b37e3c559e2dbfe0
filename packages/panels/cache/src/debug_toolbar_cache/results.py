"""Results: what the answer of an operation tells, hit or miss and its size; the answer itself is not kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from debug_toolbar_cache.operation import ABSENT, UNKNOWN, Attributes
from debug_toolbar_cache.size import size_of, size_of_all

_COUNTED = frozenset({list, tuple, dict, set, frozenset})


def one(attributes: Attributes, result: Any) -> None:
    """Learn from the answer to one key: None is a miss."""
    if result is None or result is ABSENT:
        attributes["cache.hit"] = False
    elif result is not UNKNOWN:
        attributes["cache.hit"] = True
        if type(result) is bytes:
            attributes["cache.bytes_read"] = len(result)
        elif (size := size_of(result)) is not None:
            attributes["cache.bytes_read"] = size


def stored(attributes: Attributes, result: Any) -> None:
    """Learn from the answer of a `get` that was given ABSENT as its default: a None was stored."""
    if result is None:
        attributes["cache.hit"] = True
        attributes["cache.none"] = True
    else:
        one(attributes, result)


def whole(attributes: Attributes, result: Any) -> None:
    """Learn from the answer to a key that holds many values: none of them is a miss."""
    if type(result) in _COUNTED and not result:
        attributes["cache.hit"] = False
    else:
        one(attributes, result)


def first(attributes: Attributes, result: Any) -> None:
    """Learn from a value that comes with its version: `(None, None)` is a miss."""
    if type(result) is tuple and result:
        one(attributes, None if result[-1] is None else result[0])


def each(attributes: Attributes, result: Any) -> None:
    """Learn from a list of answers, one for each key, None where it was missed."""
    if type(result) in (list, tuple):
        found = [value for value in result if value is not None]
        counted(attributes, len(found), len(result), found)


def found(attributes: Attributes, result: Any) -> None:
    """Learn from a dict that has what was found of the keys."""
    if type(result) is dict and (asked := attributes.get("cache.key_count")) is not None:
        counted(attributes, len(result), asked, result.values())


def counted(attributes: Attributes, hits: int, reads: int, values: Iterable[Any] = ()) -> None:
    """Note how many of the keys were found; `cache.hit` where it was all of them or none."""
    attributes["cache.hits"] = hits
    attributes["cache.reads"] = reads
    if reads and hits in (0, reads):
        attributes["cache.hit"] = hits > 0
    if (size := size_of_all(values)) is not None:
        attributes["cache.bytes_read"] = size
