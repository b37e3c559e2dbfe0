"""Violations: one way in which a value breaks its schema, in words."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

_SHOWN = 60
_LISTED = 8
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


class ValidationError(Protocol):
    """What is read of an error of jsonschema's."""

    validator: str
    validator_value: Any
    instance: Any
    schema: Any
    message: str
    context: Sequence[ValidationError]
    path: Sequence[str | int]
    absolute_path: Sequence[str | int]
    schema_path: Sequence[Any]


@dataclass
class Violation:
    """What is wrong and where; `times` counts the items of lists in which the same is wrong at the same place."""

    where: str
    what: str
    kind: tuple[Any, ...]
    times: int = 1

    @classmethod
    def of(cls, error: ValidationError) -> Violation:
        """Put what a validator found into words."""
        path = list(error.absolute_path)
        rule = str(error.validator)
        detail = _missing(error.message) if rule == "required" else ""
        kind = (tuple("*" if isinstance(step, int) else step for step in path), rule, detail)
        told = _WORDS.get(rule, _said)
        return cls(where(path), told(error), kind)

    @property
    def sentence(self) -> str:
        """Say where and what: "`price` of item 1 is the text `12`, not a whole number"."""
        return f"{self.where} {self.what}"


def where(path: Sequence[str | int]) -> str:
    """Return a path in words, innermost first.

    >>> where(["books", 0, "price"])
    '`price` of item 1 of `books`'
    """
    steps = [f"item {step + 1}" if isinstance(step, int) else f"`{_cut(str(step))}`" for step in reversed(path)]
    return " of ".join(steps) or "the body"


def shown(value: Any) -> str:
    """Return a value in a few words.

    >>> shown("12"), shown(None), shown([1, 2])
    ('the text `12`', 'null', 'a list of 2')
    """
    if isinstance(value, str):
        return f"the text `{_cut(value)}`" if value else "an empty text"
    if isinstance(value, (list, dict)):
        return f"a list of {len(value)}" if isinstance(value, list) else "an object"
    return json.dumps(value)


def _cut(text: str) -> str:
    text = text.replace("`", "'")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _listed(values: Any) -> str:
    listed = values if isinstance(values, list) else [values]
    names = [f"`{_cut(value if isinstance(value, str) else json.dumps(value))}`" for value in listed[:_LISTED]]
    return ", ".join(names) + (", …" if len(listed) > _LISTED else "")


def _type(error: ValidationError) -> str:
    asked = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    names = [_TYPES.get(str(name), str(name)) for name in asked]
    return f"is {shown(error.instance)}, not {' or '.join(names)}"


def _missing(message: str) -> str:
    try:
        return str(ast.literal_eval(message.removesuffix(" is a required property")))
    except (ValueError, SyntaxError):
        return ""


def _required(error: ValidationError) -> str:
    return f"has no `{_cut(_missing(error.message))}`"


def _additional(error: ValidationError) -> str:
    known = error.schema.get("properties") if isinstance(error.schema, dict) else None
    unknown = [name for name in error.instance if not isinstance(known, dict) or name not in known]
    return f"has what the schema does not know: {_listed(unknown)}"


def _alternatives(error: ValidationError) -> str:
    if not error.context:
        return "fits several of the alternatives, where it may fit one"
    return f"is {shown(error.instance)}, and fits none of the {len(error.validator_value)} alternatives"


def _bound(words: str) -> Callable[[ValidationError], str]:
    return lambda error: f"is {shown(error.instance)}; it must be {words} {error.validator_value}"


def _size(words: str, of: str) -> Callable[[ValidationError], str]:
    return lambda error: f"has {len(error.instance):,} {of}; {words} {error.validator_value}"


def _said(error: ValidationError) -> str:
    return f"breaks `{error.validator}`: {_cut(error.message)}"


_WORDS: dict[str, Callable[[ValidationError], str]] = {
    "type": _type,
    "required": _required,
    "additionalProperties": _additional,
    "unevaluatedProperties": _additional,
    "anyOf": _alternatives,
    "oneOf": _alternatives,
    "enum": lambda error: f"is {shown(error.instance)}; allowed: {_listed(error.validator_value)}",
    "const": lambda error: f"is {shown(error.instance)}; it must be {_listed([error.validator_value])}",
    "minimum": _bound("at least"),
    "maximum": _bound("at most"),
    "exclusiveMinimum": _bound("more than"),
    "exclusiveMaximum": _bound("less than"),
    "multipleOf": _bound("a multiple of"),
    "minLength": _size("at least", "characters"),
    "maxLength": _size("at most", "characters"),
    "minItems": _size("at least", "items"),
    "maxItems": _size("at most", "items"),
    "minProperties": _size("at least", "properties"),
    "maxProperties": _size("at most", "properties"),
    "uniqueItems": lambda error: "has an item twice",
    "pattern": lambda error: f"is {shown(error.instance)}, which does not match `{_cut(str(error.validator_value))}`",
    "format": lambda error: f"is {shown(error.instance)}, which is no {error.validator_value}",
}
