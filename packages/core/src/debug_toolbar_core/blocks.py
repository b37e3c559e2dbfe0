"""Blocks: what a view is made of; each is drawn once for the browser, the terminal and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from debug_toolbar_core.block import LEVELS, Block, Level, Part, all_of, as_json, listed, of
from debug_toolbar_core.flame import Flame, Frame, Profile
from debug_toolbar_core.lanes import Lane, Lanes, Slice
from debug_toolbar_core.snapshot import shorten
from debug_toolbar_core.source import Source

__all__ = [
    "LEVELS", "Badge", "Block", "Button", "Code", "Column", "Diff", "Fact", "Facts", "Flame", "Frame", "Lane",
    "Lanes", "Level", "Notice", "Profile", "Row", "Section", "Slice", "Table", "Timeline", "Tree", "Unit", "checked",
    "walk",
]  # fmt: skip

Unit = Literal["s", "bytes", "count", "percent", "code", "source", "json", "time", "sql", "level", "link", "record"]
FILE_MOST = 16_000_000
"""Characters of a text that is saved as a file."""
FILE_MOST = 16_000_000


@dataclass(frozen=True, slots=True)
class Badge(Block):
    """A few words for the bar and the menu; a view that yields none shows its panel greyed.

    Example: `Badge("23", "41 ms", "warning")`.
    """

    type: ClassVar[str] = "badge"
    text: str
    detail: str | None = None
    level: Literal["ok", "info", "warning", "error"] | None = None


@dataclass(frozen=True, slots=True)
class Notice(Block):
    """Something to act on: what, how to fix it (`hint`), where, and the seconds it would save.

    Text between backticks is drawn as code. Notices with one `label` are one kind, searchable as `has:label`.
    What two panels find alike, they give the same `key`: it is gathered once, the worst of them.
    """

    type: ClassVar[str] = "notice"
    level: Level
    text: str
    hint: str | None = None
    source: Source | None = None
    label: str | None = None
    saves: float | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Fact(Part):
    """One labelled value; `hint` explains it."""

    label: str
    value: Any
    unit: Unit | None = None
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "value": as_json(self.value), "unit": self.unit, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Facts(Block):
    """Labelled values; `headline` draws them as the big numbers at the top of a panel.

    Example: `Facts([Fact("queries", 23, "count"), Fact("of the request", 0.49, "percent")], headline=True)`.
    """

    type: ClassVar[str] = "facts"
    items: Sequence[Fact]
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Column(Part):
    """A table's column: its unit decides how its cells are drawn, aligned and sorted."""

    title: str
    unit: Unit | None = None

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Row(Part):
    """A table's row: its cells, a severity, the blocks that open beneath it, and the span it tells of.

    `depth` makes the table a tree: a row belongs to the nearest row above it that is less deep, which folds it.
    """

    cells: Sequence[Any]
    level: Level | None = None
    details: Sequence[Block] = ()
    span: int | None = None
    depth: int = 0

    def to_json(self) -> dict[str, Any]:
        cells, details = as_json(self.cells), as_json(self.details)
        return {"cells": cells, "level": self.level, "details": details, "span": self.span, "depth": self.depth}


@dataclass(frozen=True, slots=True)
class Table(Block):
    """Rows under columns; sorting, filtering and scrolling are the drawer's. `empty` says what would be here.

    Where rows have a `depth`, the first column that holds no numbers is indented, and the first `open` levels
    are shown opened (None: all).

    Example: `Table([Column("Statement", "sql"), Column("Time", "s")], [Row(("SELECT 1", 0.0013))])`.
    """

    type: ClassVar[str] = "table"
    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str | None = None
    empty: str = "Nothing here."
    open: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline(Block):
    """The record's spans as a waterfall: all of them, or one panel's."""

    type: ClassVar[str] = "timeline"
    panel: str | None = None


@dataclass(frozen=True, slots=True)
class Tree(Block):
    """A nested plain value; its first `open` levels are shown opened."""

    type: ClassVar[str] = "tree"
    value: Any
    title: str | None = None
    open: int = 1


@dataclass(frozen=True, slots=True)
class Code(Block):
    """A text in a language; `start` numbers its first line, `highlight` marks one line.

    `parameters` are the values for the placeholders of an SQL statement: a list, a mapping by name, or a list of
    those where it was executed for many. With a `filename` the browser offers the text as a file, and it may be long:
    up to 16 million characters, where other texts are cut after 16 thousand.

    Example: `Code("SELECT * FROM book WHERE id = ?", "sql", parameters=[7])`.
    """

    type: ClassVar[str] = "code"
    text: str
    language: str = "text"
    start: int | None = None
    highlight: int | None = None
    source: Source | None = None
    title: str | None = None
    parameters: Any = None
    filename: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, the text of a file whole."""
        drawn = Block.to_json(self)
        if self.filename and type(self.text) is str:
            drawn["text"] = shorten(self.text, FILE_MOST)
        return drawn


@dataclass(frozen=True, slots=True)
class Diff(Block):
    """Two texts in a language, as what was taken out and put in line by line.

    Example: `Diff("a\\nb", "a\\nc", "sql", "The statement before and after")`.
    """

    type: ClassVar[str] = "diff"
    before: str
    after: str
    language: str = "text"
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Section(Block):
    """A titled group of blocks; `open=False` folds it, `tabs=True` draws its sections as tabs."""

    type: ClassVar[str] = "section"
    title: str
    blocks: Sequence[Block]
    open: bool = True
    tabs: bool = False


@dataclass(frozen=True, slots=True)
class Button(Block):
    """Asks for one of the panel's actions, with its arguments; `confirm` is a question put first."""

    type: ClassVar[str] = "button"
    action: str
    label: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    confirm: str | None = None


def checked(blocks: Iterable[Block]) -> list[Block]:
    """Return what a view or an action yielded, if every output can draw it; a TypeError says what is wrong."""
    found = list(blocks)
    for block in found:
        _check(block)
        block.to_json()
    return found


def _check(block: Any) -> None:
    of(block, Block)
    if isinstance(block, Section):
        _check_all(block.blocks)
    elif isinstance(block, Notice) and block.level not in LEVELS:
        raise TypeError(f"A notice's level is one of {', '.join(LEVELS)}, not {block.level!r}")
    elif isinstance(block, Facts):
        all_of(block.items, Fact)
    elif isinstance(block, (Flame, Lanes)):
        block.check()
    elif isinstance(block, Table):
        all_of(block.columns, Column)
        for row in all_of(block.rows, Row):
            listed(row.cells)
            _check_all(row.details)
            if type(row.depth) is not int or row.depth < 0:
                raise TypeError(f"A row's depth is a number of levels, not {row.depth!r:.40}")


def _check_all(blocks: Any) -> None:
    for block in listed(blocks):
        _check(block)


def walk(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield blocks and those inside sections, outermost first."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)
