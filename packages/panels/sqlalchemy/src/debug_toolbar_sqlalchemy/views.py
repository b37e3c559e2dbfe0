"""Views: the SQL of a record as blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from debug_toolbar_core import Record, Span
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Row, Section, Table, Timeline
from debug_toolbar_core.units import percent, seconds
from debug_toolbar_sqlalchemy.findings import notices
from debug_toolbar_sqlalchemy.kept import PANEL
from debug_toolbar_sqlalchemy.reading import Reading, read, whole, word
from debug_toolbar_sqlalchemy.repetition import DUPLICATE, N_PLUS_ONE, Repeated, repeated
from debug_toolbar_sqlalchemy.rows import Rows

_ENDS = {"commit": "committed", "rollback": "rolled back", "close": "closed"}
_MOST = 500


def show(record: Record, slow: float, least: int) -> Iterable[Block]:
    """Yield a badge, the numbers, what to act on, the statements, and then how they ran."""
    reading = read(record)
    if not (reading.count or reading.waits or reading.bands or reading.ends):
        return
    found = repeated(reading, least)
    yield Badge(f"{reading.count:,}", seconds(reading.seconds))
    yield Facts(list(_headline(record, reading, found)), headline=True)
    yield from notices(record, reading, found, slow, least)
    yield Rows(reading, found, slow).table()
    yield Section("Timeline", [Timeline(PANEL)])
    if reading.bands:
        yield Section(f"Transactions ({len(reading.bands):,})", [_transactions(reading)], open=False)
    if reading.waits:
        yield Section(f"Connections ({len(reading.waits):,})", [_connections(reading)], open=False)
    if reading.engines:
        yield Section("Databases", [_engines(reading)], open=len(reading.engines) > 1)


def _headline(record: Record, reading: Reading, found: Sequence[Repeated]) -> Iterator[Fact]:
    yield Fact("statement" if reading.count == 1 else "statements", reading.count, "count")
    share = f"{percent(reading.seconds / record.duration)} of the whole" if record.duration else "in SQL"
    yield Fact(share, reading.seconds, "s")
    for label, title in ((N_PLUS_ONE, "in N+1 loads"), (DUPLICATE, "duplicates")):
        groups = [each for each in found if each.label == label]
        if groups:
            less = label == DUPLICATE  # the first one was needed
            yield Fact(title, sum(len(each.statements) - less for each in groups), "count")
    saves = sum(each.notice.saves or 0.0 for each in found)
    if saves:
        yield Fact("could be saved", saves, "s")
    if failed := sum(bool(each.error) for each in reading.statements):
        yield Fact("failed", failed, "count")
    if reading.waits:
        yield Fact("waiting for a connection", sum(span.duration for _, span in reading.waits), "s")


def _transactions(reading: Reading) -> Table:
    columns = (Column("#"), Column("Transaction"), Column("Ended"), Column("Statements", "count"),
               Column("Writes", "count"), Column("In SQL", "s"), Column("Open for", "s"),
               Column("Source", "source"))  # fmt: skip
    sums = _sums((each.transaction, each.seconds) for each in reading.statements)
    return Table(columns, [_transaction(sums, index, span) for index, span in reading.bands[:_MOST]])


def _transaction(sums: Mapping[int | None, tuple[int, float]], index: int, span: Span) -> Row:
    number, writes = whole(span, "transaction"), whole(span, "db.transaction.writes")
    end = _ENDS.get(word(span, "db.transaction.end"), "still open")
    cells = (number, span.name, end, *sums[number], span.duration, span.source)
    return Row((*cells[:4], writes, *cells[4:]), "warning" if end == "closed" and writes else None, (), index)


def _sums(pairs: Iterable[tuple[int | None, float]]) -> Mapping[int | None, tuple[int, float]]:
    """Return how many statements each of something has, and their seconds."""
    sums: dict[int | None, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for key, took in pairs:
        count, whole_time = sums[key]
        sums[key] = count + 1, whole_time + took
    return sums


def _connections(reading: Reading) -> Table:
    columns = (Column("Connection"), Column("Pool", "code"), Column("In use", "count"), Column("Size", "count"),
               Column("Overflow", "count"), Column("Waited", "s"), Column("Source", "source"))  # fmt: skip
    return Table(columns, [_connection(index, span) for index, span in reading.waits[:_MOST]])


def _connection(index: int, span: Span) -> Row:
    failed = word(span, "error.type")
    how = failed or ("opened" if span.attributes.get("pool.opened") is True else "from the pool")
    counts = [whole(span, f"pool.{name}") for name in ("checked_out", "size", "overflow")]
    over = None if counts[2] is None else max(counts[2], 0)
    cells = (how, word(span, "pool"), counts[0], counts[1], over, span.duration, span.source)
    return Row(cells, "error" if failed else None, (), index)


def _engines(reading: Reading) -> Table:
    columns = (Column("Database", "code"), Column("System"), Column("Driver"), Column("Address"),
               Column("Pool", "code"), Column("Statements", "count"), Column("In SQL", "s"))  # fmt: skip
    sums = _sums((each.engine, each.seconds) for each in reading.statements)
    return Table(columns, [Row((*_described(each), *sums[n])) for n, each in enumerate(reading.engines[:_MOST])])


def _described(engine: Mapping[str, object]) -> list[str | None]:
    names = [engine.get(name) for name in ("database", "system", "driver", "address", "pool")]
    return [name if type(name) is str else None for name in names]
