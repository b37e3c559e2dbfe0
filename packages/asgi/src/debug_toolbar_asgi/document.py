"""JSON documents: those that go out always encode, those that come in are checked before anybody reads them."""

from __future__ import annotations

import json
import math
from typing import Any

DEEPEST = 32
"""Levels of nesting that arguments may have."""
_SHOWN_DEEPEST = 100
_LONGEST_BITS = 1_000


def dump(value: Any) -> bytes:
    """Return a value as strict JSON in UTF-8, whatever it is; lone surrogates become their escapes.

    A number that JSON does not have becomes its text, an unknown object its type's name, a cycle "…".
    """
    try:
        text = _encoder.encode(value)
    except (ValueError, TypeError, RecursionError):
        text = json.dumps(_plain(value, ()), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def parse(content: bytes) -> dict[str, Any]:
    """Return the JSON object of a request's body, empty for an empty body; a ValueError says what is wrong."""
    if not content.strip():
        return {}
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_constant)
    except RecursionError:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels") from None
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    _check(value, 0)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name appears twice in one object")
    return values


def _constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _check(value: Any, depth: int) -> None:
    """Refuse what Python's parser lets through: depth, numbers past the range of floats, lone surrogates."""
    if depth > DEEPEST:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels")
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is too large")
    elif isinstance(value, (dict, list)):
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(item, depth + 1)


def _name(value: object) -> str:
    return f"<{type(value).__qualname__}>"


# Circles are found by how deep they lead: looking for them costs a fifth of the time, and there are hardly any.
_encoder = json.JSONEncoder(
    allow_nan=False, ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_name
)


def _plain(value: Any, above: tuple[int, ...]) -> Any:
    """Return a copy that JSON can hold; `above` are the ids of the containers it is in."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):  # Python refuses to write numbers of thousands of digits
        return value if value.bit_length() <= _LONGEST_BITS else f"<int of {value.bit_length()} bits>"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if not isinstance(value, (dict, list, tuple)):
        return _name(value)
    if id(value) in above or len(above) > _SHOWN_DEEPEST:
        return "…"
    inside = (*above, id(value))
    if isinstance(value, dict):
        return {str(_plain(key, inside)): _plain(item, inside) for key, item in value.items()}
    return [_plain(item, inside) for item in value]
