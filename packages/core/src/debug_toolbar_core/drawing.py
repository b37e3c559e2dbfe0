"""Drawing: what outputs of text have in common: which method draws which block, and how much is drawn of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import unified_diff
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
    Profile,
    Row,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.flame import Heat, hottest
from debug_toolbar_core.lanes import SOME, line, signs, states, totals
from debug_toolbar_core.record import Record
from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.units import NUMERIC, jsonable, show
from debug_toolbar_core.visible import visible, visible_lines

ROWS_MOST = 200
DETAILED_MOST = 50
LINES_MOST = 200
DEPTH_MOST = 8
TEXT_MOST = 2_000
INDENT_MOST = 24
HOTTEST_MOST = 30
COMPARED_MOST = 1_000
LANE_CELLS = 32
STATES_MOST = 6


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
    kind: kind.type for kind in (Badge, Notice, Facts, Table, Timeline, Tree, Code, Diff, Flame, Lanes, Section, Button)
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


def hot_table(flame: Flame, profile: Profile) -> Table:
    """Return a profile as what a page of text has of a flame graph: its frames with the most weight of their own."""
    compared = profile.before is not None
    whole = sum(profile.weights)
    unit = profile.unit
    heads = [Column("Own", unit), Column("Share", "percent"), Column("Total", unit)]
    heads += [Column("Own before", unit), Column("Total before", unit)] if compared else []
    found = hottest(flame, profile)
    rows = [Row(_hot(heat, whole, compared)) for heat in found[:HOTTEST_MOST]]
    left = len(found) - len(rows)
    title = f"{profile.name}: {show(whole, unit)} in {len(profile.stacks):,} stacks"
    title += f"; {left:,} more frames are not listed" if left else ""
    return Table([*heads, Column("Frame", "code"), Column("Where")], rows, title, "No stack was taken.")


def _hot(heat: Heat, whole: float, compared: bool) -> tuple[Any, ...]:
    frame = heat.frame
    where = f"{frame.file or ''}{f':{frame.line}' if frame.line is not None else ''}" or frame.package
    before = (heat.own_before, heat.total_before) if compared else ()
    return (heat.own, heat.own / whole if whole else 0.0, heat.total, *before, frame.name, where)


def lane_table(block: Lanes) -> Table:
    """Return lanes as what a page of text has of them: the states over time as signs, and the seconds in each."""
    names = states(block)
    drawn = signs(names)
    listed = names[:STATES_MOST]
    legend = ", ".join(f"{drawn[name]} {name}" for name in listed)
    legend += f", {SOME} running briefly" if "running" in listed else ""
    heads = [Column(""), Column(f"0 to {show(block.seconds, 's')}", "code")]
    heads += [*(Column(name, "s") for name in listed), Column(""), Column("At", "source")]
    rows = []
    for lane in block.lanes[:ROWS_MOST]:
        took = totals(lane)
        times = [took.get(name) for name in listed]
        over = line(lane, block.seconds, drawn, LANE_CELLS)
        rows.append(Row((lane.label, over, *times, lane.detail, lane.source), lane.level, depth=lane.depth))
    left = f"; {len(block.lanes) - ROWS_MOST:,} more are not listed" if len(block.lanes) > ROWS_MOST else ""
    title = ": ".join(part for part in (block.title, legend + left) if part)
    return Table(heads, rows, title, block.empty)


def changes(block: Diff) -> list[str]:
    """Return the lines taken out and put in, marked `-` and `+`, with three lines around them; none if alike."""
    before, after = visible_lines(str(block.before)), visible_lines(str(block.after))
    lines = unified_diff(before[:COMPARED_MOST], after[:COMPARED_MOST], lineterm="")
    left = max(len(before), len(after)) - COMPARED_MOST
    return list(lines)[2:] + ([f"… ({left} more lines are not compared)"] if left > 0 else [])
