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
    Diff,
    Facts,
    Flame,
    Lanes,
    Notice,
    Row,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.drawing import (
    DEPTH_MOST,
    DETAILED_MOST,
    INDENT_MOST,
    ROWS_MOST,
    Drawer,
    changes,
    clipped,
    executions,
    flat,
    hot_table,
    indented,
    lane_table,
    short,
)
from debug_toolbar_core.markdown import to_markdown
from debug_toolbar_core.record import Record
from debug_toolbar_core.units import NUMERIC, place, seconds, show
from debug_toolbar_core.visible import columns, fit, visible_lines
from debug_toolbar_core.waterfall import BAR, waterfall

__all__ = ["to_markdown", "to_text"]

_SIGNS = {"error": "✖ ", "warning": "▲ ", "info": "• ", "ok": "✔ "}
_NARROWEST = 20
_TIMES = 24


def to_text(blocks: Iterable[Block], record: Record | None = None, width: int = 100) -> str:
    """Return blocks as plain text of about `width` columns; `record` gives a timeline its spans.

    Nothing in it steers a terminal: control characters and the like are shown as their escapes. Long tables,
    texts and trees are cut and say so.

    Example: `print(to_text(toolbar.blocks(record, "sqlalchemy"), record))`.
    """
    lines = _Terminal(record).blocks(blocks, width, 0)
    return "".join(f"{line.rstrip()}\n" for line in lines)


class _Terminal(Drawer):
    """Draws blocks as lines of plain text."""

    def blocks(self, blocks: Iterable[Block], width: int, depth: int) -> Iterator[str]:
        before = False
        for block in blocks:
            if before and not isinstance(block, (Badge, Notice, Button)):
                yield ""
            before = True
            yield from self.block(block, max(width, _NARROWEST), depth)

    def emphasis(self, text: str) -> str:
        return f"[{short(text)}]"

    def badge(self, block: Badge, width: int, depth: int) -> Iterator[str]:
        detail = f" ({short(block.detail)})" if block.detail else ""
        yield f"{_SIGNS.get(block.level or '', '')}{short(block.text)}{detail}"

    def notice(self, block: Notice, width: int, depth: int) -> Iterator[str]:
        label = f"{short(block.label)}: " if block.label else ""
        saves = f" (saves {show(block.saves, 's')})" if block.saves is not None else ""
        yield f"{_SIGNS.get(block.level, '')}{short(block.level)}: {label}{short(block.text)}{saves}"
        if block.hint:
            yield f"  → {short(block.hint)}"
        if block.source is not None:
            yield f"  at {short(place(block.source))}"

    def facts(self, block: Facts, width: int, depth: int) -> Iterator[str]:
        labels = [short(fact.label) for fact in block.items]
        widest = min(max(map(columns, labels), default=0), width // 2)
        for label, fact in zip(labels, block.items, strict=True):
            hint = f"  ({short(fact.hint)})" if fact.hint else ""
            yield f"{fit(label, widest)}  {short(show(fact.value, fact.unit))}{hint}"

    def table(self, block: Table, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield short(block.title)
        if not block.rows or not block.columns:
            yield short(block.empty)
            return
        rows = block.rows[:ROWS_MOST]
        texts = [_cells(row, block.columns) for row in rows]
        heads = [short(column.title) for column in block.columns]
        widths = _widths([heads, *texts], width)
        rights = [column.unit in NUMERIC for column in block.columns]
        yield "  " + _joined(heads, widths, rights)
        yield "  " + "  ".join("─" * wide for wide in widths)
        for index, (row, text) in enumerate(zip(rows, texts, strict=True)):
            yield _SIGNS.get(row.level or "", "  ") + _joined(text, widths, rights)
            if index < DETAILED_MOST:
                yield from _indented(self.blocks(row.details, width - 4, depth + 1), "    ")
        if len(block.rows) > len(rows):
            yield f"  … ({len(block.rows) - len(rows)} more rows)"

    def timeline(self, block: Timeline, width: int, depth: int) -> Iterator[str]:
        lines = [] if self.record is None else list(waterfall(self.record, block.panel))
        if not lines:
            yield "No spans."
        room = max(width - BAR - _TIMES, _NARROWEST)
        for line in lines[:ROWS_MOST]:
            span = line.span
            name = f"{'  ' * line.depth}{short(span.panel)}: {flat(span.name)}"
            took = "open" if span.end is None else seconds(span.duration)
            yield f"{fit(name, room)}  {line.bar}  {fit(seconds(span.start), 9, True)} {fit(took, 9, True)}"
        if len(lines) > ROWS_MOST:
            yield f"… ({len(lines) - ROWS_MOST} more spans)"

    def tree(self, block: Tree, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield short(block.title)
        yield from clipped(_branches(block.value, 0))

    def code(self, block: Code, width: int, depth: int) -> Iterator[str]:
        name = block.title or block.filename
        title = short(name) if name else ""
        where = f"at {short(place(block.source))}" if block.source is not None else ""
        if title or where:
            yield f"{title}  {where}".strip()
        for number, line in enumerate(clipped(iter(visible_lines(block.text))), block.start or 1):
            mark = ">" if block.highlight == number else " "
            yield f"{mark} {line}" if block.start is None else f"{mark} {number:>5} {line}"
        yield from clipped(f"  with {line}" for line in executions(block.parameters))

    def diff(self, block: Diff, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield short(block.title)
        yield from clipped(iter(changes(block) or ["No line differs."]))

    def flame(self, block: Flame, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield short(block.title)
        yield from self.blocks([hot_table(block, profile) for profile in block.profiles], width, depth + 1)

    def lanes(self, block: Lanes, width: int, depth: int) -> Iterator[str]:
        yield from self.table(lane_table(block), width, depth)

    def section(self, block: Section, width: int, depth: int) -> Iterator[str]:
        yield f"── {short(block.title)} ──"
        yield from _indented(self.blocks(block.blocks, width - 2, depth + 1), "  ")

    def button(self, block: Button, width: int, depth: int) -> Iterator[str]:
        arguments = f" {short(dict(block.arguments))}" if block.arguments else ""
        yield f"[{short(block.label)}: action {short(block.action)}{arguments}]"


def _cells(row: Row, heads: Sequence[Column]) -> list[str]:
    cells = [short(show(cell, column.unit)) for cell, column in zip(row.cells, heads, strict=False)]
    cells += [""] * (len(heads) - len(cells))
    cells[indented(heads)] = "  " * min(row.depth, INDENT_MOST) + cells[indented(heads)]
    return cells


def _joined(cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    return "  ".join(fit(*cell) for cell in zip(cells, widths, rights, strict=True))


def _widths(lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give each column what it needs; where that is too much the widest give way."""
    widths = [max(map(columns, column)) for column in zip(*lines, strict=True)]
    room = max(width - 2 * len(widths), 4 * len(widths))
    most = max(widths)
    while sum(min(wide, most) for wide in widths) > room:
        most -= 1
    return [min(wide, most) for wide in widths]


def _branches(value: Any, depth: int) -> Iterator[str]:
    """Yield a nested value as indented lines, as YAML would."""
    blanks = "  " * depth
    if not _opens(value, depth):
        yield blanks + short(value)
        return
    named = value.items() if type(value) is dict else (("-", item) for item in value)
    for key, item in named:
        head = "-" if type(value) is not dict else f"{short(key)}:"
        if _opens(item, depth + 1):
            yield blanks + head
            yield from _branches(item, depth + 1)
        else:
            yield f"{blanks}{head} {short(item)}"


def _opens(value: Any, depth: int) -> bool:
    return depth < DEPTH_MOST and type(value) in (dict, list, tuple) and len(value) > 0


def _indented(lines: Iterable[str], blanks: str) -> Iterator[str]:
    return (blanks + line for line in lines)
