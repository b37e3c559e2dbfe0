"""Text: blocks drawn for a terminal, on a page of plain characters; `to_markdown` draws them for documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Column,
    Facts,
    Notice,
    Row,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.markdown import to_markdown
from debug_toolbar_core.record import Record
from debug_toolbar_core.units import NUMERIC, place, seconds, show
from debug_toolbar_core.visible import columns, fit, visible, visible_lines
from debug_toolbar_core.waterfall import waterfall

__all__ = ["to_markdown", "to_text"]

_SIGNS = {"error": "✖ ", "warning": "▲ ", "info": "• ", "ok": "✔ "}
_ROWS_MOST = 200
_DETAILED_MOST = 50
_LINES_MOST = 200
_DEPTH_MOST = 8
_NARROWEST = 20
_TEXT_MOST = 2_000


def to_text(blocks: Iterable[Block], record: Record | None = None, width: int = 100) -> str:
    """Return blocks as plain text of about `width` columns; `record` gives a timeline its spans.

    Nothing in it steers a terminal: control characters and the like are shown as their escapes. Long tables,
    texts and trees are cut and say so.

    Example: `print(to_text(toolbar.blocks(record, "sqlalchemy"), record))`.
    """
    lines = _Terminal(record).blocks(blocks, max(width, _NARROWEST), 0)
    return "\n".join(line.rstrip() for line in lines)


class _Terminal:
    """Draws blocks as lines."""

    def __init__(self, record: Record | None) -> None:
        self.record = record
        self.drawers: dict[type[Block], Any] = {
            Badge: self.badge, Notice: self.notice, Facts: self.facts, Table: self.table, Timeline: self.timeline,
            Tree: self.tree, Code: self.code, Section: self.section, Button: self.button,
        }  # fmt: skip

    def blocks(self, blocks: Iterable[Block], width: int, depth: int) -> Iterator[str]:
        before = False
        for block in blocks:
            if before and not isinstance(block, (Badge, Notice, Button)):
                yield ""
            before = True
            yield from self.block(block, width, depth)

    def block(self, block: Block, width: int, depth: int) -> Iterator[str]:
        drawer = self.drawers.get(type(block))
        if drawer is None:
            yield f"[{visible(show(block.type))}: this output cannot draw it]"
        elif depth > _DEPTH_MOST:
            yield "… (deeper)"
        else:
            yield from drawer(block, width, depth)

    def badge(self, block: Badge, width: int, depth: int) -> Iterator[str]:
        detail = f" ({_line(block.detail)})" if block.detail else ""
        yield f"{_SIGNS.get(block.level or '', '')}{_line(block.text)}{detail}"

    def notice(self, block: Notice, width: int, depth: int) -> Iterator[str]:
        label = f"{_line(block.label)}: " if block.label else ""
        saves = f" (saves {show(block.saves, 's')})" if block.saves is not None else ""
        yield f"{_SIGNS.get(block.level, '')}{visible(show(block.level))}: {label}{_line(block.text)}{saves}"
        if block.hint:
            yield f"  → {_line(block.hint)}"
        if block.source is not None:
            yield f"  at {visible(place(block.source))}"

    def facts(self, block: Facts, width: int, depth: int) -> Iterator[str]:
        labels = [_line(fact.label) for fact in block.items]
        widest = min(max(map(columns, labels), default=0), width // 2)
        for label, fact in zip(labels, block.items, strict=True):
            hint = f"  ({_line(fact.hint)})" if fact.hint else ""
            yield f"{fit(label, widest)}  {_line(show(fact.value, fact.unit))}{hint}"

    def table(self, block: Table, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield _line(block.title)
        if not block.rows:
            yield _line(block.empty)
            return
        rows = block.rows[:_ROWS_MOST]
        texts = [_cells(row, block.columns) for row in rows]
        heads = [_line(column.title) for column in block.columns]
        widths = _widths([heads, *texts], width)
        rights = [column.unit in NUMERIC for column in block.columns]
        yield "  " + _joined(heads, widths, rights)
        yield "  " + "  ".join("─" * wide for wide in widths)
        for index, (row, text) in enumerate(zip(rows, texts, strict=True)):
            yield _SIGNS.get(row.level or "", "  ") + _joined(text, widths, rights)
            if index < _DETAILED_MOST:
                yield from _indented(self.blocks(row.details, max(width - 4, _NARROWEST), depth + 1), "    ")
        if len(block.rows) > len(rows):
            yield f"  … ({len(block.rows) - len(rows)} more rows)"

    def timeline(self, block: Timeline, width: int, depth: int) -> Iterator[str]:
        lines = [] if self.record is None else list(waterfall(self.record, block.panel))
        if not lines:
            yield "No spans."
        for line in lines[:_ROWS_MOST]:
            span = line.span
            took = "open" if span.end is None else seconds(span.duration)
            name = f"{'  ' * line.depth}{visible(span.panel)}: {_flat(span.name)}"
            room = max(width - 20 - 24, _NARROWEST)
            yield f"{fit(name, room)}  {line.bar}  {fit(seconds(span.start), 9, True)} {fit(took, 9, True)}"
        if len(lines) > _ROWS_MOST:
            yield f"… ({len(lines) - _ROWS_MOST} more spans)"

    def tree(self, block: Tree, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield _line(block.title)
        yield from _clipped(_branches(block.value, 0), _LINES_MOST)

    def code(self, block: Code, width: int, depth: int) -> Iterator[str]:
        where = f"at {visible(place(block.source))}" if block.source is not None else ""
        if head := "  ".join(part for part in (_line(block.title or ""), where) if part):
            yield head
        first = 1 if block.start is None else block.start
        for number, line in enumerate(_clipped(iter(visible_lines(block.text)), _LINES_MOST), first):
            mark = ">" if block.highlight == number else " "
            numbered = f"{number:>5} " if block.start is not None else ""
            yield f"{mark} {numbered}{line[:_TEXT_MOST]}"

    def section(self, block: Section, width: int, depth: int) -> Iterator[str]:
        yield f"── {_line(block.title)} ──"
        yield from _indented(self.blocks(block.blocks, max(width - 2, _NARROWEST), depth + 1), "  ")

    def button(self, block: Button, width: int, depth: int) -> Iterator[str]:
        arguments = f" {_line(show(dict(block.arguments)))}" if block.arguments else ""
        yield f"[{_line(block.label)}: action {_line(block.action)}{arguments}]"


def _line(text: object) -> str:
    """Return a text for one line: safe, and cut past 2,000 characters."""
    shown = show(text)
    return visible(shown if len(shown) <= _TEXT_MOST else f"{shown[:_TEXT_MOST]}… ({len(shown) - _TEXT_MOST} more)")


def _flat(text: str) -> str:
    return visible(" ".join(text.split()))


def _cells(row: Row, heads: Sequence[Column]) -> list[str]:
    cells = [_line(show(cell, column.unit)) for cell, column in zip(row.cells, heads, strict=False)]
    return cells + [""] * (len(heads) - len(cells))


def _joined(cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    return "  ".join(fit(*cell) for cell in zip(cells, widths, rights, strict=True))


def _widths(lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give each column what it needs; where that is too much the widest give way."""
    widths = [max(map(columns, column)) for column in zip(*lines, strict=True)]
    room = max(width - 2 - 2 * (len(widths) - 1), 4 * len(widths))
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        second = max((other for other in widths if other < widths[widest]), default=4)
        widths[widest] = max(widths[widest] - (sum(widths) - room), min(second, widths[widest] - 1))
    return widths


def _branches(value: Any, depth: int) -> Iterator[str]:
    """Yield a nested value as indented lines, as YAML would."""
    pairs = value.items() if type(value) is dict else enumerate(value) if type(value) in (list, tuple) else ()
    if depth >= _DEPTH_MOST or not pairs:
        yield "  " * depth + _line(show(value))
        return
    for key, item in pairs:
        head = "  " * depth + ("- " if type(key) is int and type(value) is not dict else f"{_line(show(key))}: ")
        if type(item) in (dict, list, tuple) and item and depth + 1 < _DEPTH_MOST:
            yield head.rstrip()
            yield from _branches(item, depth + 1)
        else:
            yield head + _line(show(item))


def _clipped(lines: Iterator[str], most: int) -> Iterator[str]:
    for _ in range(most):
        line = next(lines, None)
        if line is None:
            return
        yield line
    if left := sum(1 for _ in lines):
        yield f"… ({left} more lines)"


def _indented(lines: Iterable[str], blanks: str) -> Iterator[str]:
    return (blanks + line for line in lines)
