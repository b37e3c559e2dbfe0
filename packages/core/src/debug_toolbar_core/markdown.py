"""Markdown: blocks drawn for documents and language models, as GitHub reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

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
from debug_toolbar_core.record import Record
from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.span import Span
from debug_toolbar_core.units import NUMERIC, jsonable, place, seconds, show
from debug_toolbar_core.visible import visible_lines
from debug_toolbar_core.waterfall import waterfall

_CODED = frozenset({"sql", "code", "json", "source"})
_TICKS = re.compile("`+")
_MARKS = re.compile(r"[\\`*\[\]<~$]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])")
_LINKING = re.compile(r"@|:/|www\.", re.IGNORECASE)
"""What readers of Markdown make a link or a mention of, without any brackets."""
_SPOKEN = re.compile("`([^`]+)`")
_LANGUAGE = re.compile(r"[a-z0-9+#-]{1,20}")


def to_markdown(blocks: Iterable[Block], record: Record | None = None) -> str:
    """Return blocks as Markdown; `record` gives a timeline its spans.

    Recorded text stays text: it makes no links, images, HTML or table cells of its own. Long ones are cut.

    Example: `to_markdown(toolbar.blocks(record, "sqlalchemy"), record)`.
    """
    return "\n".join(_Document(record).blocks(blocks, 0)).strip("\n") + "\n"


class _Document(Drawer):
    """Draws blocks as lines of Markdown, an empty one after each block."""

    def blocks(self, blocks: Iterable[Block], depth: int) -> Iterator[str]:
        for block in blocks:
            yield from self.block(block, 0, depth)
            yield ""

    def emphasis(self, text: str) -> str:
        return f"*{_escaped(text)}*"

    def badge(self, block: Badge, width: int, depth: int) -> Iterator[str]:
        detail = f" {_escaped(block.detail)}" if block.detail else ""
        level = f" *{_escaped(block.level)}*" if block.level else ""
        yield f"**{_escaped(block.text)}**{detail}{level}"

    def notice(self, block: Notice, width: int, depth: int) -> Iterator[str]:
        label = f", {_escaped(block.label)}" if block.label else ""
        saves = f" (saves {show(block.saves, 's')})" if block.saves is not None else ""
        yield f"- **{_escaped(block.level)}{label}**: {_spoken(block.text)}{saves}"
        if block.hint:
            yield f"  - hint: {_spoken(block.hint)}"
        if block.source is not None:
            yield f"  - at {_code(place(block.source))}"

    def facts(self, block: Facts, width: int, depth: int) -> Iterator[str]:
        for fact in block.items:
            hint = f" ({_escaped(fact.hint)})" if fact.hint else ""
            yield f"- **{_escaped(fact.label)}**: {_valued(fact.value, fact.unit)}{hint}"

    def table(self, block: Table, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield f"**{_escaped(block.title)}**\n"
        if not block.rows or not block.columns:
            yield f"*{_escaped(block.empty)}*"
            return
        rows = block.rows[:ROWS_MOST]
        levels = any(row.level for row in rows)
        yield _row(([""] if levels else []) + [_escaped(column.title) for column in block.columns])
        yield _row((["---"] if levels else []) + [_rule(column) for column in block.columns])
        for row in rows:
            yield _row(([_escaped(row.level or "")] if levels else []) + _cells(row, block.columns))
        if len(block.rows) > len(rows):
            yield f"\n*… {len(block.rows) - len(rows)} more rows*"
        yield from self.details(rows, depth)

    def details(self, rows: Iterable[Row], depth: int) -> Iterator[str]:
        detailed = [(index, row) for index, row in enumerate(rows, 1) if row.details]
        for index, row in detailed[:DETAILED_MOST]:
            yield f"\nRow {index}:\n"
            yield from self.blocks(row.details, depth + 1)

    def timeline(self, block: Timeline, width: int, depth: int) -> Iterator[str]:
        lines = [] if self.record is None else list(waterfall(self.record, block.panel))
        if not lines:
            yield "*No spans.*"
            return
        yield from _fenced((_line(*line) for line in lines), "text", "spans")

    def tree(self, block: Tree, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield f"**{_escaped(block.title)}**\n"
        text = json.dumps(jsonable(snapshot(block.value)), indent=2, ensure_ascii=False)
        yield from _fenced(visible_lines(text), "json")

    def code(self, block: Code, width: int, depth: int) -> Iterator[str]:
        name = block.title or block.filename
        title = f"**{_escaped(name)}** " if name else ""
        where = f"at {_code(place(block.source))} " if block.source is not None else ""
        line = f"line {block.highlight:d}" if block.highlight is not None else ""
        if title or where or line:
            yield f"{title}{where}{line}".strip() + "\n"
        yield from _fenced(visible_lines(block.text), block.language)
        if lines := executions(block.parameters):
            yield "\nParameters\n"
            yield from clipped(f"- {_code(line)}" for line in lines)

    def diff(self, block: Diff, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield f"**{_escaped(block.title)}**\n"
        lines = changes(block)
        yield from _fenced(lines, "diff") if lines else ["*No line differs.*"]

    def flame(self, block: Flame, width: int, depth: int) -> Iterator[str]:
        if block.title:
            yield f"**{_escaped(block.title)}**\n"
        yield from self.blocks([hot_table(block, profile) for profile in block.profiles], depth + 1)

    def lanes(self, block: Lanes, width: int, depth: int) -> Iterator[str]:
        yield from self.table(lane_table(block), width, depth)

    def section(self, block: Section, width: int, depth: int) -> Iterator[str]:
        yield f"{'#' * min(depth + 2, 6)} {_escaped(block.title)}\n"
        yield from self.blocks(block.blocks, depth + 1)

    def button(self, block: Button, width: int, depth: int) -> Iterator[str]:
        arguments = f" with {_code(dict(block.arguments))}" if block.arguments else ""
        yield f"- action {_code(block.action)}: {_escaped(block.label)}{arguments}"


def _escaped(text: object) -> str:
    """Return a text of which nothing is markup; words that would become a link are drawn as code."""
    return _words(short(text).strip() or "–")


def _words(text: str) -> str:
    return " ".join(_code(word) if _LINKING.search(word) else _marks(word) for word in text.split(" "))


def _marks(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text).replace("|", "&#124;")


def _spoken(text: object) -> str:
    """Return a notice's text: escaped, but for what stands between backticks, which is code."""
    parts = _SPOKEN.split(short(text))
    drawn: tuple[Callable[[str], str], ...] = (_words, _code)
    return "".join(drawn[index % 2](part) for index, part in enumerate(parts) if part)


def _code(text: object) -> str:
    """Return a text between backticks, more of them than it holds itself."""
    shown = short(text).strip() or "–"
    ticks = "`" * (max(map(len, _TICKS.findall(shown)), default=0) + 1)
    blank = " " if "`" in shown else ""
    return f"{ticks}{blank}{shown}{blank}{ticks}"


def _valued(value: object, unit: str | None) -> str:
    return _code(show(value, unit)) if unit in _CODED and value is not None else _escaped(show(value, unit))


def _cells(row: Row, columns: Sequence[Column]) -> list[str]:
    cells = [_valued(cell, column.unit) for cell, column in zip(row.cells, columns, strict=False)]
    cells += [""] * (len(columns) - len(cells))
    cells[indented(columns)] = "· " * min(row.depth, INDENT_MOST) + cells[indented(columns)]
    return cells


def _rule(column: Column) -> str:
    return "---:" if column.unit in NUMERIC else "---"


def _row(cells: Iterable[str]) -> str:
    """Return a table's row; a bar within code cannot be written in a table, so it stands there broken."""
    return f"| {' | '.join(cell.replace('|', '¦') for cell in cells)} |"


def _line(depth: int, bar: str, span: Span) -> str:
    took = "open" if span.end is None else seconds(span.duration)
    name = f"{'  ' * depth}{short(span.panel)}: {flat(span.name)}"
    return f"{bar}  {seconds(span.start):>9} {took:>9}  {name}"


def _fenced(lines: Iterable[str], language: str, rest: str = "lines") -> Iterator[str]:
    """Yield lines in a fence that none of them can close."""
    kept = list(clipped(iter(lines), rest))
    ticks = "`" * max(3, *(len(run) + 1 for line in kept for run in _TICKS.findall(line)), 0)
    yield ticks + (language if _LANGUAGE.fullmatch(language) else "text")
    yield from kept
    yield ticks
