"""Told: what the span of a statement says, worked out of what was kept of it when somebody reads its record."""

from __future__ import annotations

from typing import Any

from debug_toolbar_sqlalchemy.engines import Facts
from debug_toolbar_sqlalchemy.kept import REPEATS, Kept
from debug_toolbar_sqlalchemy.parameters import NATIVE, labelled
from debug_toolbar_sqlalchemy.shapes import LABELS_MOST, Shape

LONG = 1_000
_KINDS = frozenset({tuple, dict, type(None)})


def facts_told(
    facts: Facts, place: int, text: Any, shape: Shape, band: int | None, rows: int | None,
    load: tuple[str, str] | None, stack: Any,
) -> dict[str, Any]:  # fmt: skip
    """Return what is told of every statement, whatever its parameters are."""
    attributes: dict[str, Any] = {
        "db.system.name": facts.system, "db.namespace": facts.database, "db.query.text": text, "engine": place,
    }  # fmt: skip
    if band is not None:
        attributes["transaction"] = band
    if load is not None:
        attributes[load[0]] = load[1]
    if rows is not None:
        attributes["db.response.returned_rows" if shape.reads else "rows"] = rows
    if stack is not None:
        attributes["stack"] = stack
    return attributes


def all_told(
    kept: Kept, index: int, facts: Facts, place: int, text: Any, shape: Shape, band: int | None, rows: int | None,
    load: tuple[str, str] | None, stack: Any, parameters: Any,
) -> dict[str, Any]:  # fmt: skip
    """Return all of a statement whose parameters are few and short, and of JSON's own types, as nearly always."""
    attributes = facts_told(facts, place, text, shape, band, rows, load, stack)
    if parameters:
        attributes["db.query.parameters"] = labelled(shape, parameters)
        if shape.names:
            attributes["db.query.parameter_names"] = shape.names
    if (first := kept.repeated().get(index)) is not None:
        attributes[REPEATS] = first
    return attributes


def repeats(kept: Kept, index: int) -> dict[str, Any]:
    """Return when the statement ran that a statement repeats, if it does."""
    first = kept.repeated().get(index)
    return {} if first is None else {REPEATS: first}


def is_short(parameters: Any) -> bool:
    """Tell whether parameters may be kept as they are, and told later."""
    kind = type(parameters)
    if kind not in _KINDS:
        return False
    if not parameters:
        return True
    for value in parameters if kind is tuple else parameters.values():
        each = type(value)
        if each not in NATIVE or (each is str and len(value) > LONG):
            return False
    return len(parameters) <= LABELS_MOST
