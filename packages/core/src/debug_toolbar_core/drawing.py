"""Drawing: what outputs of text have in common: which method draws which block, and how much is drawn of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Column,
    Facts,
    Notice,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.record import Record
from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.units import NUMERIC, jsonable, show
from debug_toolbar_core.visible import visible

ROWS_MOST = 200
DETAILED_MOST = 50
LINES_MOST = 200
DEPTH_MOST = 8
TEXT_MOST = 2_000
INDENT_MOST = 24


class Drawer:
    """Draws blocks as lines; a method for each type, and a visible placeholder for a type it does not know."""

    def __init__(self, record: Record | None) -> None:
        self.record = record

    def block(self, block: Block, width: int, depth: int) -> Iterator[str]:
        draw = _METHODS.get(type(block))
        if draw is None:
            yield self.emphasis(f"{show(block.type)}: this output cannot draw it")
        elif depth > DEPTH_MOST:
            yield self.emphasis("… deeper")
        else:
            method: Callable[[Any, int, int], Iterator[str]] = getattr(self, draw)
            yield from method(block, width, depth)

    def emphasis(self, text: str) -> str:
        raise NotImplementedError


_METHODS: dict[type[Block], str] = {
    kind: kind.type for kind in (Badge, Notice, Facts, Table, Timeline, Tree, Code, Section, Button)
}


def short(value: object) -> str:
    """Return a value for one line: safe to print, and cut past 2,000 characters."""
    shown = show(value)
    return visible(shown if len(shown) <= TEXT_MOST else f"{shown[:TEXT_MOST]}… ({len(shown) - TEXT_MOST} more)")


def flat(text: str) -> str:
    """Return a text with its line breaks and indents as single blanks, safe to print."""
    return short(" ".join(text.split()))


def clipped(lines: Iterator[str], rest: str = "lines") -> Iterator[str]:
    """Yield the first lines, each cut, and how many more there are."""
    for _ in range(LINES_MOST):
        line = next(lines, None)
        if line is None:
            return
        yield line if len(line) <= TEXT_MOST else f"{line[:TEXT_MOST]}… ({len(line) - TEXT_MOST} more)"
    if left := sum(1 for _ in lines):
        yield f"… ({left} more {rest})"


def indented(columns: Sequence[Column]) -> int:
    """Return which column shows how deep a row of a tree is: the first that holds no numbers."""
    return next((index for index, column in enumerate(columns) if column.unit not in NUMERIC), 0)


def executions(parameters: Any) -> list[str]:
    """Return the parameters of each execution of a statement, as text."""
    if parameters is None:
        return []
    taken = jsonable(snapshot(parameters))
    many = type(taken) is list and bool(taken) and all(type(item) in (list, dict) for item in taken)
    return [short(item) for item in (taken if many else [taken])]
