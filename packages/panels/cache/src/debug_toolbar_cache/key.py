"""Key: a cache key as bounded text for the record, and a mark that tells equal keys even once they are redacted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from itertools import islice
from typing import Any

from debug_toolbar_core.snapshot import describe

PLAIN = 32
"""Characters from which on a text is looked at for what is to be cut."""
MASK = 0xFFFFFFFF
"""Makes of a hash a number that is no secret, and that JSON can hold."""
_MOST = 50
_LONG = 200
_BITS = 256
_RUN = re.compile(r"[0-9A-Za-z_-]{32,}")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_SHOWN = 8
_EMPTY: dict[str, str] = {}
_ITERABLE = frozenset({dict, set, frozenset, type(_EMPTY.keys()), type(_EMPTY.values())})


def text_of(key: Any) -> str:
    """Return a key as text of at most about 200 characters, without running any code of the application.

    What looks like a session's identifier or a digest keeps its first eight characters.
    """
    kind = type(key)
    text = key if kind is str else _text(key, kind)
    return text if len(text) < PLAIN else _shortened(text)


def note_key(attributes: dict[str, Any], place: int, key: Any) -> None:
    """Note the one key of an operation; the attributes may have the names already, so that they need not grow."""
    kind = type(key)
    if kind is str and len(key) < PLAIN:
        attributes["cache.key"] = key
        attributes["cache.mark"] = hash((place, key)) & MASK
    else:
        attributes["cache.key"] = text_of(key)
        attributes["cache.mark"] = mark_of(place, key)


def note_keys(attributes: dict[str, Any], place: int, keys: Sequence[Any]) -> None:
    """Note the first fifty of the keys of an operation, and how many there are."""
    attributes["cache.keys"] = [text_of(key) for key in islice(keys, _MOST)]
    attributes["cache.marks"] = [mark_of(place, key) for key in islice(keys, _MOST)]
    attributes["cache.key_count"] = len(keys)


def mark_of(place: int, key: Any) -> int:
    """Return a number that equal keys of one place share: within a record, and with the process's own secret in it."""
    kind = type(key)
    return hash((place, key if kind is str or kind is bytes else text_of(key))) & MASK


def listed(keys: Any) -> Sequence[Any] | None:
    """Return keys that can be looked at without using them up, or None: an iterator is the application's."""
    kind = type(keys)
    if kind is list or kind is tuple:
        return keys  # type: ignore[no-any-return]  # just seen to be one
    if kind in _ITERABLE:
        return tuple(keys)
    return None


def _text(key: Any, kind: type) -> str:
    if kind is bytes:
        return _decoded(key)
    if kind is int:
        return str(key) if key.bit_length() <= _BITS else describe(key)
    if kind is float:
        return repr(key)
    if issubclass(kind, str):
        return str.__getitem__(key, slice(0, _LONG + 1))
    if issubclass(kind, Enum):
        value = object.__getattribute__(key, "_value_")
        return text_of(value) if type(value) in (str, bytes, int) else describe(key)
    if kind is bytearray:
        return _decoded(bytes(key[: _LONG + 1]))
    if kind is memoryview and key.contiguous:
        return _decoded(bytes(key.cast("B")[: _LONG + 1]))
    return describe(key)


def _decoded(key: bytes) -> str:
    text = key[:_LONG].decode("utf-8", "backslashreplace")
    return text if len(key) <= _LONG else f"{text}… ({len(key) - _LONG} more)"


def _shortened(text: str) -> str:
    if len(text) > _LONG and "… (" not in text[-16:]:
        text = f"{text[:_LONG]}… ({len(text) - _LONG} more)"
    return _RUN.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    run = found.group()
    random = _HEX.fullmatch(run) is not None or (any(map(str.isdigit, run)) and not run.islower() and not run.isupper())
    return f"{run[:_SHOWN]}…" if random else run
