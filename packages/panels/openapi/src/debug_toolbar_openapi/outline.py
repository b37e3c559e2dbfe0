"""Outline: a schema as the rows of a tree: what is in it, references followed, what repeats itself once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from debug_toolbar_core.blocks import Column, Row, Table
from debug_toolbar_openapi.operation import Operation, Place, mapping

COLUMNS = (Column("Name", "code"), Column("Type", "code"), Column("Limits"), Column("About"))
"""What is told of each part of a schema; a column in which nothing stands is left out."""
ROWS_MOST = 400
DEPTH_MOST = 12
_TEXT = 300
_LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "multipleOf": "a multiple of {}",
    "minLength": "{} characters or more",
    "maxLength": "{} characters or fewer",
    "minItems": "{} items or more",
    "maxItems": "{} items or fewer",
    "pattern": "{}",
}
_CHOICES = ("anyOf", "oneOf", "allOf")


def table(title: str, place: Place, operation: Operation) -> Table:
    """Return a schema as a table that folds."""
    rows: list[Row] = []
    for row in Outline(operation).of(place):
        if len(rows) >= ROWS_MOST:
            rows.append(Row(("…", "", "", f"The schema goes on; the first {ROWS_MOST} lines are here."), depth=0))
            break
        rows.append(row)
    return filled(Table(COLUMNS, rows, title, "The schema allows anything.", open=3))


def filled(table: Table) -> Table:
    """Return a table without the columns in which nothing stands."""
    kept = [index for index in range(len(table.columns)) if any(row.cells[index] for row in table.rows)]
    rows = [replace(row, cells=[row.cells[index] for index in kept]) for row in table.rows]
    return replace(table, columns=[table.columns[index] for index in kept], rows=rows) if rows else table


@dataclass
class Outline:
    """Walks through one schema of an operation; `path` are the references it is inside of."""

    operation: Operation
    path: list[str] = field(default_factory=list)

    def of(self, place: Place) -> Iterator[Row]:
        """Yield the rows of a whole schema."""
        if mapping(place.schema):
            yield from self.row("", place.schema, False, 0)

    def row(self, name: str, schema: Any, required: bool, depth: int) -> Iterator[Row]:
        """Yield a schema's own row, and those of what is in it."""
        reference = mapping(schema).get("$ref")
        found = mapping(self.operation.resolve(schema, "").schema)
        again = isinstance(reference, str) and reference in self.path
        about = (
            "as above" if again else _short(str(mapping(schema).get("description") or found.get("description") or ""))
        )
        cells = (name or "the body", self.kind(schema), told_limits(found, required), about)
        yield Row(cells, depth=depth)
        if again or depth >= DEPTH_MOST:
            return
        if isinstance(reference, str):
            self.path.append(reference)
        yield from self.inside(found, depth + 1)
        if isinstance(reference, str):
            self.path.pop()

    def inside(self, schema: Mapping[str, Any], depth: int) -> Iterator[Row]:
        """Yield the rows of a schema's properties, items and alternatives."""
        listed = schema.get("required")
        required = listed if isinstance(listed, list) else []
        for name, inner in mapping(schema.get("properties")).items():
            yield from self.row(str(name), inner, name in required, depth)
        if mapping(schema.get("additionalProperties")):
            yield from self.row("any other", schema["additionalProperties"], False, depth)
        if self.opens(schema.get("items")):
            yield from self.row("each item", schema["items"], False, depth)
        for word in _CHOICES:
            choices = schema.get(word)
            shown = [choice for choice in choices if self.opens(choice)] if isinstance(choices, list) else []
            for number, choice in enumerate(shown, 1):
                name = "also" if word == "allOf" else "the value" if len(shown) == 1 else f"either {number}"
                yield from self.row(name, choice, False, depth)

    def opens(self, schema: Any) -> bool:
        """Tell whether there is more to say of a schema than its type, which stands beside its owner's name."""
        found = mapping(self.operation.resolve(schema, "").schema)
        return any(found.get(word) for word in ("properties", "additionalProperties", "items", *_CHOICES)) or bool(
            list(limits(found))
        )

    def kind(self, schema: Any, depth: int = 0) -> str:
        """Return a schema's type in a few words: `array of Book`, `string (uuid) | null`."""
        said = mapping(schema)
        if isinstance(said.get("$ref"), str):
            return str(said["$ref"]).rpartition("/")[2].replace("~1", "/")
        choices = [choice for word in ("anyOf", "oneOf") for choice in _list(said.get(word))]
        if choices and depth < DEPTH_MOST:
            return " | ".join(dict.fromkeys(self.kind(choice, depth + 1) for choice in choices[:8]))
        names = [str(name) for name in _list(said.get("type")) or [said.get("type")] if name]
        if "array" in names and mapping(said.get("items")) and depth < DEPTH_MOST:
            names[names.index("array")] = f"array of {self.kind(said['items'], depth + 1)}"
        if said.get("nullable") is True and "null" not in names:
            names.append("null")
        kind = " | ".join(names) or ("object" if "properties" in said else "anything")
        return f"{kind} ({said['format']})" if isinstance(said.get("format"), str) else kind


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def told_limits(schema: Mapping[str, Any], required: bool) -> str:
    """Return what is asked of a value as one text, first that it has to be there."""
    return ", ".join([*(["required"] if required else []), *limits(schema)])


def limits(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a schema asks of a value beside its type, in words."""
    for word, words in _LIMITS.items():
        value = schema.get(word)
        if value is not None and type(value) is not bool:
            yield _short(words.format(value), 80)
    if isinstance(schema.get("enum"), list):
        yield _short("one of " + ", ".join(_value(value) for value in schema["enum"][:20]))
    if "const" in schema:
        yield _short(f"always {_value(schema['const'])}", 80)
    if "default" in schema:
        yield _short(f"default {_value(schema['default'])}", 80)
    for word, words in (("readOnly", "read only"), ("writeOnly", "write only"), ("deprecated", "deprecated")):
        if schema.get(word) is True:
            yield words


def _value(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)


def _short(text: str, most: int = _TEXT) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]}…"
