"""Pairs: names with values as a table, repeated names numbered."""

from __future__ import annotations

from collections import Counter

from debug_toolbar_core.blocks import Column, Row, Table
from debug_toolbar_core.exchange import Pairs


def pairs_table(title: str | None, pairs: Pairs) -> Table:
    """Return pairs in their order; when a name repeats, a third column says which of how many it is.

    >>> [row.cells for row in pairs_table("Query", [("tag", "a"), ("tag", "b"), ("q", "")]).rows]
    [('tag', 'a', '1 of 2'), ('tag', 'b', '2 of 2'), ('q', '', '')]
    """
    counts = Counter(name for name, _ in pairs)
    columns = [Column("Name", "code"), Column("Value")]
    if len(counts) == len(pairs):
        return Table(columns, [Row(pair) for pair in pairs], title)
    seen = Counter[str]()
    rows = []
    for name, value in pairs:
        seen[name] += 1
        rows.append(Row((name, value, f"{seen[name]} of {counts[name]}" if counts[name] > 1 else "")))
    return Table([*columns, Column("Repeat")], rows, title)
