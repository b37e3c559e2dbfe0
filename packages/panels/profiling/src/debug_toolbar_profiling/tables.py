"""Tables: the functions, the call tree, the lines and the await points of a profile."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core.blocks import Block, Column, Row, Section, Table
from debug_toolbar_core.source import Source
from debug_toolbar_profiling.hot import hottest, tree
from debug_toolbar_profiling.packages import APP
from debug_toolbar_profiling.taken import Function, Taken

_ROWS_MOST = 200
_TREE_MOST = 500
_LEAST = 0.005
"""The share of the CPU time below which a call is not in the tree."""
YOURS = "yours"


def tables(taken: Taken) -> Iterator[Block]:
    """Yield the tables that have rows, as sections for tabs."""
    for title, table in (
        ("Call tree", _tree(taken)),
        ("Your lines", _lines(taken)),
        ("Awaits", _awaits(taken)),
        ("Functions", _functions(taken)),
    ):
        if table.rows:
            yield Section(title, [table])


def whose(function: Function) -> str:
    """Return whose code a function is: `yours`, a library's name, or nothing for what is no code."""
    return YOURS if function.package == APP else function.package or ""


def _functions(taken: Taken) -> Table:
    columns = [Column("Function", "code"), Column("Whose"), Column("Own", "s"), Column("With calls", "s")]
    columns.append(Column("Share", "percent"))
    if taken.calls:
        columns.append(Column("Calls", "count"))
    columns.append(Column("Defined at", "source"))
    hot = hottest(taken)[:_ROWS_MOST]
    whole = sum(taken.cpu_by_node().values()) or sum(found.own for found in hot)
    rows = []
    for found in hot:
        calls = [found.calls] if taken.calls else []
        share = found.total / whole if whole else None
        cells = (found.function.name, whose(found.function), found.own, found.total, share, *calls)
        rows.append(Row((*cells, found.function.source)))
    return Table(columns, rows)


def _tree(taken: Taken) -> Table:
    columns = [Column("Call", "code"), Column("Whose"), Column("With calls", "s"), Column("Own", "s")]
    columns += [Column("Share", "percent"), Column("Defined at", "source")]
    whole = sum(taken.cpu_by_node().values())
    rows = [
        Row(
            (call.function.name, whose(call.function), call.total, call.own, call.total / whole, call.function.source),
            depth=call.depth,
        )
        for call, _ in zip(tree(taken, whole * _LEAST), range(_TREE_MOST), strict=False)
    ]
    return Table(columns, rows)


def _lines(taken: Taken) -> Table:
    whole = sum(cpu for _, _, cpu in taken.lines)
    rows = [
        Row((_line(function, line), function.name, cpu, cpu / whole))
        for function, line, cpu in sorted(taken.lines, key=lambda found: -found[2])[:_ROWS_MOST]
        if cpu
    ]
    columns = [Column("Line", "source"), Column("In", "code"), Column("CPU", "s"), Column("Share", "percent")]
    return Table(columns, rows)


def _awaits(taken: Taken) -> Table:
    rows = [
        Row((_line(wait.function, wait.line), wait.what.name, wait.times, wait.seconds, wait.longest))
        for wait in taken.waits[:_ROWS_MOST]
    ]
    located = sum(wait.seconds for wait in taken.waits)
    rest = (taken.number("waiting") or 0.0) - located
    count = int(taken.number("waits") or 0) - sum(wait.times for wait in taken.waits)
    if count > 0 and rest > 0:
        rows.append(Row((None, "short waits, not located", count, rest, None)))
    columns = [Column("Awaited at", "source"), Column("What", "code"), Column("Times", "count")]
    return Table([*columns, Column("Waited", "s"), Column("Longest", "s")], rows)


def _line(function: Function, line: int) -> Source | None:
    return None if function.file is None else Source(function.file, line or function.line, function.name)
