"""Dialects: a document's schemas as JSON Schema 2020-12, as one side of an exchange has to keep to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from debug_toolbar_openapi.document import parsed
from debug_toolbar_openapi.operation import mapping

Side = Literal["request", "response"]
_NOT_SENT = {"request": "readOnly", "response": "writeOnly"}
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


@lru_cache(maxsize=4)
def schemas(pieces: tuple[str, ...], is_old: bool, side: Side) -> Mapping[str, Any]:
    """Return a document with its schemas in JSON Schema 2020-12; kept for the next record."""
    return mapping(_converted(parsed(pieces), is_old, _NOT_SENT[side]))


def _converted(value: Any, is_old: bool, not_sent: str) -> Any:
    if isinstance(value, list):
        return [_converted(item, is_old, not_sent) for item in value]
    if not isinstance(value, dict):
        return value
    schema = {key: _converted(item, is_old, not_sent) for key, item in value.items()}
    _relax(schema, not_sent)
    return _modern(schema) if is_old else schema


def _relax(schema: dict[str, Any], not_sent: str) -> None:
    """Require nothing that only the other side sends: an id that the server gives is not in a request."""
    required = schema.get("required")
    if isinstance(required, list):
        properties = mapping(schema.get("properties"))
        schema["required"] = [
            name
            for name in required
            if isinstance(name, str) and mapping(properties.get(name)).get(not_sent) is not True
        ]


def _modern(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of OpenAPI 3.0 in today's words: `nullable`, and bounds that are excluded."""
    for word, bound in _BOUNDS.items():
        said = schema.get(word)
        if said is True and bound in schema:
            schema[word] = schema.pop(bound)
        elif type(said) is bool:
            del schema[word]
    if schema.get("nullable") is not True:
        return schema
    kind, enum = schema.get("type"), schema.get("enum")
    if isinstance(enum, list) and None not in enum:
        schema["enum"] = [*enum, None]
    if isinstance(kind, str):
        schema["type"] = [kind, "null"]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
