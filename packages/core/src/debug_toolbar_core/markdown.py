"""Markdown: blocks drawn for documents and language models, as GitHub reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Facts,
    Notice,
    Row,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.record import Record
from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.units import NUMERIC, place, plain, seconds, show
from debug_toolbar_core.visible import visible, visible_lines
from debug_toolbar_core.waterfall import waterfall

_ROWS_MOST = 200
_DETAILED_MOST = 50
_LINES_MOST = 200
_DEPTH_MOST = 8
_TEXT_MOST = 2_000
_TICKS = re.compile("`+")
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#!&~$=+-]")
_LINKING = re.compile(r"\S*(?:@|:/|[Ww][Ww][Ww]\.)\S*")
"""Words that readers of Markdown make a link or a mention of on their own."""
_SPOKEN = re.compile("`([^`]+)`")


def to_markdown(blocks: Iterable[Block], record: Record | None = None) -> str:
    """Return blocks as Markdown; `record` gives a timeline its spans.

    Recorded text stays text: it makes no links, images, HTML or table cells of its own. Long ones are cut.

    Example: `to_markdown(toolbar.blocks(record, "sqlalchemy"), record)`.
    """
    return "\n".join(_Document(record).blocks(blocks, 0)).strip("\n") + "\n"


class _Document:
    """Draws blocks as lines of Markdown, an empty one after each block."""

    def __init__(self, record: Record | None) -> None:
        self.record = record
        self.drawers: dict[type[Block], Any] = {
            Badge: self.badge, Notice: self.notice, Facts: self.facts, Table: self.table, Timeline: self.timeline,
            Tree: self.tree, Code: self.code, Section: self.section, Button: self.button,
        }  # fmt: skip

    def blocks(self, blocks: Iterable[Block], depth: int) -> Iterator[str]:
        for block in blocks:
            yield from self.block(block, depth)
            yield ""

    def block(self, block: Block, depth: int) -> Iterator[str]:
        drawer = self.drawers.get(type(block))
        if drawer is None:
            yield f"*{_escaped(block.type)}: this output cannot draw it*"
        elif depth > _DEPTH_MOST:
            yield "*… deeper*"
        else:
            yield from drawer(block, depth)

    def badge(self, block: Badge, depth: int) -> Iterator[str]:
        level = f" *{_escaped(block.level)}*" if block.level else ""
        detail = f" {_escaped(block.detail)}" if block.detail else ""
        yield f"**{_escaped(block.text)}**{detail}{level}"

    def notice(self, block: Notice, depth: int) -> Iterator[str]:
        label = f" {_escaped(block.label)}" if block.label else ""
        saves = f" (saves {show(block.saves, 's')})" if block.saves is not None else ""
        yield f"- **{_escaped(block.level)}{label}**: {_spoken(block.text)}{saves}"
        if block.hint:
            yield f"  - hint: {_spoken(block.hint)}"
        if block.source is not None:
            yield f"  - at {_code(place(block.source))}"

    def facts(self, block: Facts, depth: int) -> Iterator[str]:
        for fact in block.items:
            hint = f" ({_escaped(fact.hint)})" if fact.hint else ""
            yield f"- **{_escaped(fact.label)}**: {_valued(fact.value, fact.unit)}{hint}"

    def table(self, block: Table, depth: int) -> Iterator[str]:
        if block.title:
            yield f"**{_escaped(block.title)}**\n"
        if not block.rows or not block.columns:
            yield f"*{_escaped(block.empty)}*"
            return
        rows = block.rows[:_ROWS_MOST]
        levels = any(row.level for row in rows)
        heads = [_cell(column.title) for column in block.columns]
        rules = ["---:" if column.unit in NUMERIC else "---" for column in block.columns]
        yield _row(["", *heads] if levels else heads)
        yield _row(["---", *rules] if levels else rules)
        for row in rows:
            cells = [
                _cell(_valued(cell, column.unit), made=True)
                for cell, column in zip(row.cells, block.columns, strict=False)
            ]
            cells += [""] * (len(heads) - len(cells))
            yield _row([_cell(row.level or ""), *cells] if levels else cells)
        if len(block.rows) > len(rows):
            yield f"\n*… {len(block.rows) - len(rows)} more rows*"
        yield from self.details(rows, depth)

    def details(self, rows: Iterable[Row], depth: int) -> Iterator[str]:
        detailed = [(index, row) for index, row in enumerate(rows, 1) if row.details]
        for index, row in detailed[:_DETAILED_MOST]:
            yield f"\nRow {index}:\n"
            yield from self.blocks(row.details, depth + 1)

    def timeline(self, block: Timeline, depth: int) -> Iterator[str]:
        lines = [] if self.record is None else list(waterfall(self.record, block.panel))
        if not lines:
            yield "*No spans.*"
            return
        drawn = []
        for line in lines[:_ROWS_MOST]:
            took = "open" if line.span.end is None else seconds(line.span.duration)
            name = visible(f"{line.span.panel}: {' '.join(line.span.name.split())}")
            drawn.append(f"{line.bar}  {seconds(line.span.start):>8} {took:>8}  {'  ' * line.depth}{name}")
        if len(lines) > _ROWS_MOST:
            drawn.append(f"… ({len(lines) - _ROWS_MOST} more spans)")
        yield from _fenced(drawn, "text")

    def tree(self, block: Tree, depth: int) -> Iterator[str]:
        if block.title:
            yield f"**{_escaped(block.title)}**\n"
        text = json.dumps(snapshot(block.value), indent=2, ensure_ascii=False, default=plain, skipkeys=True)
        yield from _fenced(visible_lines(text), "json")

    def code(self, block: Code, depth: int) -> Iterator[str]:
        head = [f"**{_escaped(block.title)}**"] if block.title else []
        head += [f"at {_code(place(block.source))}"] if block.source is not None else []
        if block.highlight is not None:
            head.append(f"line {block.highlight}")
        if head:
            yield " ".join(head) + "\n"
        yield from _fenced(visible_lines(block.text), block.language)

    def section(self, block: Section, depth: int) -> Iterator[str]:
        yield f"{'#' * min(depth + 2, 6)} {_escaped(block.title)}\n"
        yield from self.blocks(block.blocks, depth + 1)

    def button(self, block: Button, depth: int) -> Iterator[str]:
        arguments = f" with {_code(show(dict(block.arguments)))}" if block.arguments else ""
        yield f"- action {_code(block.action)}: {_escaped(block.label)}{arguments}"


def _short(text: object) -> str:
    shown = show(text)
    return visible(shown if len(shown) <= _TEXT_MOST else f"{shown[:_TEXT_MOST]}… ({len(shown) - _TEXT_MOST} more)")


def _escaped(text: object) -> str:
    """Return a text of which nothing is markup; what would become a link is drawn as code."""
    parts, last, shown = [], 0, _short(text)
    for word in _LINKING.finditer(shown):
        parts += [_marks(shown[last : word.start()]), _code(word[0])]
        last = word.end()
    return "".join([*parts, _marks(shown[last:])])


def _marks(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("|", "&#124;")


def _spoken(text: object) -> str:
    """Return a notice's text: escaped, but for what stands between backticks, which is code."""
    parts, last, shown = [], 0, _short(text)
    for span in _SPOKEN.finditer(shown):
        parts += [_escaped(shown[last : span.start()]), _code(span[1])]
        last = span.end()
    return "".join([*parts, _escaped(shown[last:])])


def _code(text: object) -> str:
    """Return a text between backticks, more of them than it holds itself."""
    shown = _short(text).strip() or "–"
    ticks = "`" * (max(map(len, _TICKS.findall(shown)), default=0) + 1)
    blank = " " if "`" in shown else ""
    return f"{ticks}{blank}{shown}{blank}{ticks}"


def _valued(value: object, unit: str | None) -> str:
    shown = show(value, unit)
    return _code(shown) if unit in ("sql", "code", "json", "source") and shown != "–" else _escaped(shown)


def _cell(text: object, made: bool = False) -> str:
    """Return a cell's text; within code a bar cannot be written in a table, so it stands there broken."""
    return (str(text) if made else _escaped(text)).replace("|", "¦")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _fenced(lines: list[str], language: str) -> Iterator[str]:
    """Return lines in a fence that none of them can close."""
    kept = [line[:_TEXT_MOST] for line in lines[:_LINES_MOST]]
    if len(lines) > len(kept):
        kept.append(f"… ({len(lines) - len(kept)} more lines)")
    ticks = "`" * max(3, *(len(run) + 1 for line in kept for run in _TICKS.findall(line)), 3)
    yield ticks + (language if re.fullmatch(r"[a-z0-9+#-]{1,20}", language) else "text")
    yield from kept
    yield ticks
