"""Message: one side's headers as tables, a category each."""

from __future__ import annotations

from debug_toolbar_core.blocks import Block, Column, Row, Section, Table
from debug_toolbar_core.fields import Fields
from debug_toolbar_headers.authentication import shown_value
from debug_toolbar_headers.catalogue import CATEGORIES, describe

_COLUMNS = [Column("Header", "code"), Column("Value"), Column("What it is for")]


def message(title: str, fields: Fields) -> Section:
    """Return a message's headers, every one of them, in their order within their category."""
    rows: dict[str, list[Row]] = {category: [] for category in CATEGORIES}
    for name, value in fields.pairs:
        category, meaning = describe(name)
        rows[category].append(Row((name, shown_value(name, value), meaning)))
    tables: list[Block] = [Table(_COLUMNS, found, category) for category, found in rows.items() if found]
    return Section(title, tables or [Table(_COLUMNS, [], empty="No headers.")])
