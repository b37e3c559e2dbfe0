"""Blocks: what a view is made of; each is drawn once for the browser, the terminal and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

from debug_toolbar_core.source import Source

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
        return {str(key): _plain(item) for key, item in value.items()}
    return value


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
    """A table's row: its cells, a severity, the blocks that open beneath it, and the span it tells of."""

    cells: Sequence[Any]
    level: Level | None = None
    details: Sequence[Block] = ()
    span: int | None = None

    def to_json(self) -> dict[str, Any]:
        cells, details = _plain(self.cells), _plain(self.details)
        return {"cells": cells, "level": self.level, "details": details, "span": self.span}


@dataclass(frozen=True, slots=True)
class Table(Block):
    """Rows under columns; sorting, filtering and scrolling are the drawer's. `empty` says what would be here.

    Example: `Table([Column("Statement", "sql"), Column("Time", "s")], [Row(("SELECT 1", 0.0013))])`.
    """

    type: ClassVar[str] = "table"
    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str | None = None
    empty: str = "Nothing here."


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
    """A text in a language; `start` numbers its first line, `highlight` marks one line."""

    type: ClassVar[str] = "code"
    text: str
    language: str = "text"
    start: int | None = None
    highlight: int | None = None
    source: Source | None = None
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


def walk(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield blocks and those inside sections, outermost first."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)
