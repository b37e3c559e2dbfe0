"""Collections: the garbage collector's runs while the request was open, and in whose code they were due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Block, Column, Notice, Row, Section, Table
from debug_toolbar_core.units import seconds
from debug_toolbar_memory.reading import Measured, number

_LONG = 0.01


def collections(record: Record, measured: Measured) -> Iterable[Block]:
    """Yield the runs in a table, and a notice where they took long."""
    if not measured.runs:
        return
    if measured.paused >= _LONG:
        hint = "Fewer objects that live long, `gc.freeze()` after start-up, or a higher `gc.set_threshold`."
        text = f"The garbage collector stopped this request for {seconds(measured.paused)}."
        yield Notice("info", text, hint, label="garbage collection")
    columns = (Column("At", "s"), Column("Pause", "s"), Column("Generation", "count"), Column("Collected", "count"),
               Column("Uncollectable", "count"), Column("Due in"), Column("Record", "record"))  # fmt: skip
    rows = [_row(record, run) for run in measured.runs]
    if measured.more_runs:
        rows.append(Row((None, None, None, None, None, f"and {measured.more_runs:.0f} more runs", None)))
    yield Section("Garbage collector", [Table(columns, rows)])


def _row(record: Record, run: Sequence[Any]) -> Row:
    own, other = run[5] is True, run[6] if isinstance(run[6], str) else None
    whose = "this request" if own else "another request" if other else "outside of any request"
    numbers = [number(value) for value in run[:5]]
    return Row(
        (*numbers, whose, None if own or other is None else other), "warning" if (numbers[1] or 0) >= _LONG else None
    )
