"""Growth: this request beside the ones before it on the same route, and the lines that keep memory each time."""

from __future__ import annotations

from collections.abc import Iterable

from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import Block, Column, Notice, Row, Section, Table
from debug_toolbar_core.units import size
from debug_toolbar_memory.reading import Grown, Measured

_LEAST = 16_384
_IN_A_ROW = 3
_SHOWN, _ROWS, _COLUMNS = 1_024, 10, 3


def is_leak(grown: Grown) -> bool:
    """Tell whether a line kept so much, in so many requests in a row, that it is no cache that fills once."""
    return grown.kept >= _LEAST and grown.again >= _IN_A_ROW


def leaks(measured: Measured) -> Iterable[Block]:
    """Yield a notice of the lines that keep memory in every request, at the one that keeps most."""
    found = sorted(filter(is_leak, measured.growth), key=lambda grown: -grown.kept)
    if not found:
        return
    worst, again = found[0], min(grown.again for grown in found)
    kept = sum(sum(grown.before[len(grown.before) - again + 1 :]) + grown.kept for grown in found)
    who = "This line" if len(found) == 1 else f"{len(found)} lines, this one most,"
    text = f"{who} kept memory in each of the last {again} measured requests: {size(kept)} together."
    hint = "Does something grow there that nothing empties: a list, a cache without a limit, a listener?"
    yield Notice("warning", text, hint, _source(measured, worst.site), "memory growth")


def growth(record: Record, measured: Measured) -> Iterable[Block]:
    """Yield the requests of this route, and what its lines kept in each."""
    if not measured.earlier:
        return
    blocks: list[Block] = [_requests(record, measured)]
    large = [grown for grown in measured.growth if max([grown.kept, *grown.before]) >= _SHOWN][:_ROWS]
    ago = range(min(len(measured.earlier), _COLUMNS), 0, -1)
    rows = [_row(measured, grown, len(ago)) for grown in large]
    if rows:
        before = [Column(_ago(requests), "bytes") for requests in ago]
        blocks.append(Table((Column("Kept at", "source"), *before, Column("Now", "bytes")), rows))
    yield Section(f"Growth of {measured.route}", blocks)


def _ago(requests: int) -> str:
    return "The one before" if requests == 1 else f"{requests} before"


def _requests(record: Record, measured: Measured) -> Table:
    columns = (Column("Request", "record"), Column("Kept", "bytes"), Column("Process's memory after", "bytes"),
               Column("Blocks after", "count"))  # fmt: skip
    rows = [Row((visit.id, visit.kept, visit.resident, visit.blocks)) for visit in measured.earlier]
    now = (record.id, measured.numbers["kept"], measured.resident[1], measured.blocks[1])
    return Table(columns, [*rows, Row(now)])


def _row(measured: Measured, grown: Grown, earlier: int) -> Row:
    before = [*[0.0] * earlier, *grown.before][-earlier:]
    return Row((_source(measured, grown.site), *before, grown.kept), "warning" if is_leak(grown) else None)


def _source(measured: Measured, site: str) -> Source:
    """Return the place that a site names; the function is in the stacks."""
    file, _, line = site.rpartition(":")
    number = int(line) if line.isdecimal() and len(line) < 10 else 0
    for stack in measured.stacks:
        for place in stack:
            if place.file == file and place.line == number:
                return Source(file, number, place.function)
    return Source(file, number, "")
