"""Loops: what held the event loop while a record was watched, and how late the loop was."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_async.seen import Held, Seen, Stall
from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Block, Code, Column, Fact, Facts, Row, Section, Table
from debug_toolbar_core.units import seconds

_BARS = " ▁▂▃▄▅▆▇█"
_WIDTH = 60
_TENTH = 0.1


def blockers(record: Record, seen: Seen) -> Iterator[Block]:
    """Yield a table of what held the loop, with stacks: a line for each of the culprits."""
    columns = [
        Column("Who"), Column("Task"), Column("Culprit", "source"), Column("From", "s"), Column("Held", "s"),
        Column("Record", "record"),
    ]  # fmt: skip
    rows = [row for stall in seen.stalls for row in _rows(record, stall)]
    if rows:
        yield Table(columns, rows, title="What held the event loop")


def _rows(record: Record, stall: Stall) -> Iterator[Row]:
    own = stall.record == record.id
    who = "this request" if own else stall.label or ("another request" if stall.record else "no request")
    other = stall.record if stall.record and not own else None
    for held in stall.culprits or (Held(None, stall.end - stall.begin, ""),):
        took = held.seconds if len(stall.culprits) > 1 else stall.end - stall.begin
        cells = (who, stall.task, held.source, stall.begin, took, other)
        details = [Code(held.stack, title="Innermost first")] if held.stack else []
        yield Row(cells, level="warning" if own else "info", details=details)


def lag(seen: Seen) -> Iterator[Block]:
    """Yield how late the loop was over time."""
    if not seen.lags:
        return
    worst = max(late for _, late in seen.lags)
    mean = sum(late for _, late in seen.lags) / len(seen.lags)
    facts = Facts([Fact("Worst", worst, "s"), Fact("Mean", mean, "s", "Of the worst in each twentieth of a second.")])
    first = seen.lags[0][0]
    start = first if first > seen.end * _TENTH else 0.0  # of a long connection only the last minute is kept
    told = f"the last {seconds(seen.end - start)}" if start else seconds(seen.end)
    chart = Code(_chart(seen, start), title=f"Lag over {told}, to {seconds(worst)}")
    yield Section("Lag of the event loop", [facts, chart])


def _chart(seen: Seen, start: float) -> str:
    """Return the lag over the record's time from then on as a line of bars: `▁▁▁█▁▁`."""
    worst = [0.0] * _WIDTH
    top = max(max(late for _, late in seen.lags), 0.001)
    size = max(seen.end - start, 1e-9) / _WIDTH
    for at, late in seen.lags:
        cell = max(min(int((at - start) / size), _WIDTH - 1), 0)
        first = max(int((at - start - late) / size), 0)
        for place in range(min(first, cell), cell + 1):
            worst[place] = max(worst[place], late)
    return "".join(_BARS[max(1, round(late / top * (len(_BARS) - 1)))] for late in worst)
