"""Drawing: what outputs of text have in common: which method draws which block, and how much is drawn of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Facts,
    Notice,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.record import Record
from debug_toolbar_core.units import show
from debug_toolbar_core.visible import visible

ROWS_MOST = 200
DETAILED_MOST = 50
LINES_MOST = 200
DEPTH_MOST = 8
TEXT_MOST = 2_000


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
