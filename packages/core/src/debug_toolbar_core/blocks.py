"""Blocks: what a view is made of; each is drawn once for the browser, the terminal and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any, ClassVar, Literal

from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.source import Source
from debug_toolbar_core.units import jsonable

Level = Literal["info", "warning", "error"]
Unit = Literal["s", "bytes", "count", "percent", "code", "source", "json", "time", "sql", "level"]
LEVELS: tuple[Level, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a view. Plain values only: no markup, colours, or formatted numbers."""

    type: ClassVar[str] = "block"

    def to_json(self) -> dict[str, Any]:
        """Return the block as JSON, its class's name in lower case as `type`."""
        values = {item.name: _plain(getattr(self, item.name)) for item in fields(self)}
        return {"type": self.type, **values}


def _plain(value: Any) -> Any:
    if isinstance(value, (Block, Column, Row, Fact)):
        return value.to_json()
    if isinstance(value, Source):
        return value._asdict()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key if type(key) is str else str(jsonable(snapshot(key))): _plain(item) for key, item in value.items()}
    if type(value) is float and not isfinite(value):
        return str(value)
    return jsonable(snapshot(value))


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
class Fact:
    """One labelled value; `hint` explains it."""

    label: str
    value: Any
    unit: Unit | None = None
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "value": _plain(self.value), "unit": self.unit, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Facts(Block):
    """Labelled values; `headline` draws them as the big numbers at the top of a panel.

    Example: `Facts([Fact("queries", 23, "count"), Fact("of the request", 0.49, "percent")], headline=True)`.
    """

    type: ClassVar[str] = "facts"
    items: Sequence[Fact]
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its unit decides how its cells are drawn, aligned and sorted."""

    title: str
    unit: Unit | None = None

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row: its cells, a severity, the blocks that open beneath it, and the span it tells of.

    `depth` makes the table a tree: a row belongs to the nearest row above it that is less deep, which folds it.
    """

    cells: Sequence[Any]
    level: Level | None = None
    details: Sequence[Block] = ()
    span: int | None = None
    depth: int = 0

    def to_json(self) -> dict[str, Any]:
        cells, details = _plain(self.cells), _plain(self.details)
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
    those where it was executed for many.

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
        _of(block, Block)
        if isinstance(block, Section):
            checked(_listed(block.blocks))
        elif isinstance(block, Notice) and block.level not in LEVELS:
            raise TypeError(f"A notice's level is one of {', '.join(LEVELS)}, not {block.level!r}")
        elif isinstance(block, Facts):
            _of_all(block.items, Fact)
        elif isinstance(block, Table):
            _of_all(block.columns, Column)
            for row in _of_all(block.rows, Row):
                _listed(row.cells)
                checked(_listed(row.details))
                if type(row.depth) is not int or row.depth < 0:
                    raise TypeError(f"A row's depth is a number of levels, not {row.depth!r:.40}")
        block.to_json()
    return found


def _listed(value: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"A block holds lists and tuples; here is a {type(value).__qualname__}")
    return value


def _of(value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"Expected a {kind.__name__}, found a {type(value).__qualname__}")


def _of_all(values: Any, kind: type) -> Any:
    for value in _listed(values):
        _of(value, kind)
    return values


def walk(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield blocks and those inside sections, outermost first."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)
