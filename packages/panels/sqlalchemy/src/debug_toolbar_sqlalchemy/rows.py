"""Rows: the table of statements; those that are alike and of one place are one row, which opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from debug_toolbar_core.blocks import LEVELS, Block, Code, Column, Fact, Facts, Level, Row, Table
from debug_toolbar_core.units import plain
from debug_toolbar_sqlalchemy.details import Details, stack
from debug_toolbar_sqlalchemy.reading import Reading, Statement
from debug_toolbar_sqlalchemy.repetition import Repeated

_COLUMNS = (
    Column("#"), Column("Statement", "sql"), Column("Times", "count"), Column("Rows", "count"), Column("Time", "s"),
    Column("Source", "source"),
)  # fmt: skip
_INNER = (Column("#", "count"), Column("Parameters", "code"), Column("Rows", "count"), Column("Time", "s"))
_TIMES = 2
_FOLDED_FROM = 3
_ROWS_MOST = 1_000
_INSIDE_MOST = 100
_CELL = 1_000
_SAID, _VALUE = 8, 60


class Rows:
    """Makes the rows of one record's table of statements."""

    def __init__(self, reading: Reading, found: Sequence[Repeated], slow: float) -> None:
        self.reading = reading
        self.slow = slow
        self.marked = {each.index for repeated in found for each in repeated.statements}
        self.details = Details(reading)

    def table(self) -> Table:
        """Return the table: a row for each statement, or for many at once, at most a thousand."""
        groups = self.groups()
        rows = [self.row(group) for group in groups[:_ROWS_MOST]]
        columns: Sequence[Column] = _COLUMNS
        if all(len(group) == 1 for group in groups):
            columns = (*_COLUMNS[:_TIMES], *_COLUMNS[_TIMES + 1 :])
            rows = [Row(_without_times(row.cells), row.level, row.details, row.span) for row in rows]
        title = f"The first {_ROWS_MOST:,} of {len(groups):,} rows" if len(groups) > _ROWS_MOST else None
        return Table(columns, rows, title=title, empty="No statement was executed.")

    def groups(self) -> list[Sequence[Statement]]:
        """Return statements that are alike and come from one place together, in the order of their first ones."""
        alike: dict[object, list[Statement]] = defaultdict(list)
        for each in self.reading.statements:
            alike[(each.fingerprint, each.source, each.error, each.lazy)].append(each)
        groups: list[Sequence[Statement]] = []
        for group in alike.values():
            groups.extend([group] if len(group) >= _FOLDED_FROM else [[each] for each in group])
        return sorted(groups, key=lambda group: group[0].number)

    def row(self, group: Sequence[Statement]) -> Row:
        """Return the row of a statement, or of many with their rows and seconds in all."""
        first = group[0]
        counts = [each.rows for each in group if each.rows is not None]
        rows, took = sum(counts) if counts else None, sum(each.seconds for each in group)
        times = len(group) if len(group) > 1 else None
        cells: list[Any] = [_numbers(group), first.text[:_CELL], times, rows, took, first.source]
        if len(group) == 1:
            return Row(cells, self.level(first), self.details.of(first), first.index)
        levels = [level for each in group if (level := self.level(each))]
        return Row(cells, max(levels, key=LEVELS.index, default=None), self.inside(group))

    def level(self, statement: Statement) -> Level | None:
        """Return how bad a statement is."""
        if statement.error:
            return "error"
        return "warning" if statement.index in self.marked or statement.seconds >= self.slow else None

    def inside(self, group: Sequence[Statement]) -> list[Block]:
        """Return what opens beneath the row of many: what they have in common, and each one of them."""
        first, times = group[0], [each.seconds for each in group]
        facts = [Fact("mean", sum(times) / len(times), "s"), Fact("slowest", max(times), "s")]
        if first.lazy:
            facts.insert(0, Fact("lazy load", first.lazy, "code"))
        rows = [self.one(each) for each in group[:_INSIDE_MOST]]
        title = f"The first {_INSIDE_MOST} of {len(group):,}" if len(group) > _INSIDE_MOST else None
        return [Code(first.text, "sql"), Facts(facts), *stack(first), Table(_INNER, rows, title=title)]

    def one(self, statement: Statement) -> Row:
        """Return the row of one among many: they differ in their parameters."""
        said = ", ".join(f"{label} = {plain(value)[:_VALUE]}" for label, value in statement.pairs[:_SAID])
        cells = (statement.number, said or "–", statement.rows, statement.seconds)
        return Row(cells, None, self.details.of(statement, alone=False), statement.index)


def _without_times(cells: Sequence[Any]) -> Sequence[Any]:
    return (*cells[:_TIMES], *cells[_TIMES + 1 :])


def _numbers(group: Sequence[Statement]) -> object:
    """Return the place of a statement, or of many: `3–25` where nothing is in between, else `3 …`."""
    first, last = group[0].number, group[-1].number
    if first == last:
        return first
    return f"{first}–{last}" if last - first == len(group) - 1 else f"{first} …"
