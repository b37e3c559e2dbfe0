"""Parameters: what a record keeps of the values bound in a statement, each with what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_core.snapshot import ATOMS
from debug_toolbar_sqlalchemy.shapes import LABELS_MOST, Shape

LONG = 1_000
_SETS_MOST = 10
_SIZED = frozenset({str, bytes, bytearray})
NATIVE = frozenset({int, float, bool, str, NoneType})
"""Types that come back from JSON as they were: such parameters can be bound again from a stored record."""


def take_parameters(record: Record, attributes: dict[str, Any], shape: Shape, parameters: Any, context: Any) -> int:
    """Put what is kept of the parameters among the attributes, each with what it is about; return their size."""
    if type(parameters) is list:
        return _many(record, attributes, shape, parameters)
    pairs, size, native = _pairs(record, shape, parameters)
    attributes["db.query.parameters"] = pairs
    if shape.names:
        attributes["db.query.parameter_names"] = shape.names
    if not native:
        attributes["db.query.parameters_native"] = False
    if shape.writes and (batch := _batch(parameters, context)) is not None:
        attributes["db.operation.batch.size"] = batch
    return size


def _many(record: Record, attributes: dict[str, Any], shape: Shape, sets: list[Any]) -> int:
    """Do so for a statement that is executed for many sets of parameters, of which the first ones are kept."""
    taken, size, native = [], 0, True
    for each in sets[:_SETS_MOST]:
        pairs, took, plain = _pairs(record, shape, each)
        taken.append(pairs)
        size += took
        native = native and plain
    attributes["db.query.parameters"] = tuple(taken)
    attributes["db.operation.batch.size"] = len(sets)
    if shape.names:
        attributes["db.query.parameter_names"] = shape.names
    if not native:
        attributes["db.query.parameters_native"] = False
    return size * len(sets) // len(taken)


def _pairs(record: Record, shape: Shape, values: Any) -> tuple[tuple[Any, ...], int, bool]:
    """Return labels with bounded values, what they take, and whether JSON gives them back as they are."""
    labels, values = _in_order(shape, values)
    native, size = True, 64
    for value in values:
        kind = type(value)
        if kind not in NATIVE or (kind is str and len(value) > LONG):
            native = False
            size += len(value) if kind in _SIZED else 64
    if not native:
        values = [_bounded(record, value) for value in values]
    return _zipped(labels, values), size, native


def labelled(shape: Shape, values: Any) -> tuple[Any, ...]:
    """Return labels with values that are short and of JSON's own types."""
    return _zipped(*_in_order(shape, values))


def _in_order(shape: Shape, values: Any) -> tuple[Sequence[str], Sequence[Any]]:
    if type(values) is dict:
        names = shape.names or [name for name in list(values)[:LABELS_MOST] if type(name) is str]
        return shape.labels if shape.names else names, [values.get(name) for name in names]
    return shape.labels, values[:LABELS_MOST]


def _zipped(labels: Sequence[str], values: Sequence[Any]) -> tuple[Any, ...]:
    """Return pairs as tuples: the garbage collector lets go of those that it saw to hold plain values alone."""
    if len(labels) < len(values):
        labels = [*labels, *(str(place + 1) for place in range(len(labels), len(values)))]
    return tuple(zip(labels, values, strict=False))


def _bounded(record: Record, value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is bytes:
        return value if len(value) <= LONG else record.take(value)
    return value if kind in ATOMS else record.take(value)


def _batch(parameters: Any, context: Any) -> int | None:
    """Return how many rows an INSERT of many values brings, of which SQLAlchemy sends one statement a batch."""
    if context is None or not context.executemany:
        return None
    single = context.compiled_parameters
    each = len(single[0]) if single else 0
    return max(len(parameters) // each, 1) if each else None
