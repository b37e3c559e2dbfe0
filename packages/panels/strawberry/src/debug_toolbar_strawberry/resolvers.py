"""Resolvers: a record's fields as a tree, with their own time and that of what is below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from debug_toolbar_core import Source
from debug_toolbar_core.blocks import Column, Level, Row, Table

_PARTS = 7


def resolvers_table(fields: Sequence[Any]) -> Table:
    """Return the tree of fields that have resolvers: one row for a field, whatever lists it was in."""
    known = {tuple(map(str, field[0])): field for field in fields if _whole(field)}
    paths: dict[tuple[str, ...], None] = {}
    for path in known:  # a parent without a resolver of its own still has its place
        for end in range(1, len(path) + 1):
            paths.setdefault(path[:end])
    ordered = sorted(paths, key=lambda path: _order(path, list(paths)))
    total = {path: sum(field[2] for other, field in known.items() if other[: len(path)] == path) for path in paths}
    rows = []
    for path in ordered:
        field = known.get(path)
        own = None if field is None else field[2]
        count = None if field is None else field[1]
        slowest = None if field is None else field[3]
        source = Source(*field[6]) if field is not None and isinstance(field[6], list) else None
        level: Level | None = "error" if field is not None and field[5] else None
        rows.append(Row((path[-1], count, own, total[path], slowest, source), level, depth=len(path) - 1))
    columns = (Column("Field", "code"), Column("Calls", "count"), Column("Own", "s"), Column("Total", "s"),
               Column("Slowest", "s"), Column("Resolver", "source"))  # fmt: skip
    return Table(columns, rows, title="Resolvers")


def _whole(field: object) -> bool:
    """Tell whether a line has a path, four figures, a count of errors, and a place or none."""
    if not isinstance(field, list) or len(field) != _PARTS or not isinstance(field[0], list) or not field[0]:
        return False
    place = field[6]
    return all(isinstance(part, (int, float)) for part in field[1:6]) and (
        place is None or (isinstance(place, list) and len(place) == 3)
    )


def _order(path: tuple[str, ...], paths: list[tuple[str, ...]]) -> list[int]:
    """Return what sorts a path after its parent and among its siblings as they first ran."""
    return [paths.index(path[:end]) for end in range(1, len(path) + 1)]
