"""Details: what opens beneath the row of a statement: itself, its parameters, who called, its plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from debug_toolbar_core import Source
from debug_toolbar_core.blocks import Block, Button, Code, Column, Fact, Facts, Notice, Row, Table
from debug_toolbar_sqlalchemy import plans
from debug_toolbar_sqlalchemy.reading import Reading, Statement, stack_of, word

ROOM = 600_000
"""Characters of statements and parameters that the details of one table may hold; past it they are left out."""


class Details:
    """Makes the details of the rows of one table, as long as there is room for them."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.room = ROOM

    def of(self, statement: Statement, alone: bool = True) -> list[Block]:
        """Return what opens beneath a statement's row; one among many does not say what they have in common."""
        self.room -= 300 + 40 * len(statement.pairs) + (len(statement.text) if alone else 0)
        if self.room < 0:
            return []
        found: list[Block] = []
        if statement.error:
            found.append(Notice("error", f"{statement.error}: {word(statement.span, 'error.message')}"))
        if alone:
            found.append(Code(statement.text, "sql", parameters=statement.parameters))
        if facts := list(_facts(statement)):
            found.append(Facts(facts))
        return [*found, *(stack(statement) if alone else ()), *self.plan(statement)]

    def plan(self, statement: Statement) -> list[Block]:
        """Return the plan that somebody asked for, and the button that asks."""
        kept = self.reading.plans.get(str(statement.index))
        label = "Explain again" if kept else "Explain"
        return [*plans.blocks(kept), Button("explain", label, {"index": statement.index})]


def _facts(statement: Statement) -> Iterable[Fact]:
    if statement.pairs:
        many = statement.many
        hint = None if many is None else f"the first of {statement.batch or len(many):,} sets"
        yield Fact("parameters", _mapping(statement.pairs), "json", hint)
    if statement.batch is not None:
        yield Fact("batch", statement.batch, "count")
    loads = (("lazy load", statement.lazy), ("eager load", statement.eager), ("attributes of", statement.refreshed))
    for label, name in loads:
        if name:
            yield Fact(label, name, "code")
    if statement.transaction is not None:
        yield Fact("transaction", statement.transaction)


def _mapping(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    """Return pairs as a mapping; labels that come again are numbered."""
    named: dict[str, Any] = {}
    for label, value in pairs:
        named[label if label not in named else f"{label} ({len(named) + 1})"] = value
    return named


def stack(statement: Statement) -> list[Block]:
    """Return who called, where there is more than one place."""
    places = stack_of(statement.span)
    if len(places) < 2:
        return []
    columns = (Column("Called from", "code"), Column("Source", "source"))
    return [Table(columns, [Row((place.function, Source(*place))) for place in places])]
