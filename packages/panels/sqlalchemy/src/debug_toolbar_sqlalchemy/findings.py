"""Findings: what a reader should act on, in a record's SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from debug_toolbar_core import Record, Span
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.units import seconds
from debug_toolbar_sqlalchemy.reading import Reading, Statement, whole, word
from debug_toolbar_sqlalchemy.repetition import Repeated, commit_loops

_SHOWN = 5
_WAITED = 0.01


def notices(record: Record, reading: Reading, found: Sequence[Repeated], slow: float, least: int) -> Iterator[Notice]:
    """Yield the notices of a record, the worst kinds first."""
    yield from _failures(reading)
    yield from (each.notice for each in found[:_SHOWN])
    if len(found) > _SHOWN:
        rest = sum(each.notice.saves or 0.0 for each in found[_SHOWN:])
        yield Notice("info", f"{len(found) - _SHOWN} more repetitions are marked below", saves=rest, label="repeated")
    yield from commit_loops(reading.ends, least)
    yield from _lost(record, reading)
    yield from _slow(reading.statements, slow)
    yield from _waits(reading.waits)
    yield from _past(reading)


def _failures(reading: Reading) -> Iterator[Notice]:
    kinds: dict[object, list[Statement]] = defaultdict(list)
    for statement in reading.statements:
        if statement.error:
            kinds[(statement.error, statement.source)].append(statement)
    for group in list(kinds.values())[:_SHOWN]:
        yield _failure(group[0], len(group))
    failed = [span for _, span in (*reading.waits, *reading.ends) if word(span, "error.type")]
    for span in failed[:_SHOWN]:
        where = "No connection" if "pool" in span.attributes else span.name
        text = f"{where}: {word(span, 'error.type')}: {_line(word(span, 'error.message'))}"
        yield Notice("error", text, None, span.source, "SQL error")


def _failure(statement: Statement, count: int) -> Notice:
    times = "" if count == 1 else f" ({count:,} times)"
    if statement.error == "MissingGreenlet":
        what = f"`{statement.lazy}`" if statement.lazy else "An attribute"
        hint = "Load it with the query, or await it: `await book.awaitable_attrs.author`."
        if statement.lazy:
            awaited = f"`await ….awaitable_attrs.{statement.lazy.rpartition('.')[2]}`"
            hint = f"Load it with the query: `.options(selectinload({statement.lazy}))`, or {awaited}."
        text = f"{what} was loaded lazily where nothing can be awaited{times}"
        return Notice("error", text, hint, statement.source, "lazy load")
    text = f"{statement.error}: {_line(word(statement.span, 'error.message'))}{times}"
    return Notice("error", text, f"It was `{statement.span.name}`.", statement.source, "SQL error")


def _line(message: str) -> str:
    return message.partition("\n")[0]


def _lost(record: Record, reading: Reading) -> Iterator[Notice]:
    """Tell of what was written and then rolled back because nobody committed it."""
    if record.error is not None:
        return
    for _, span in reading.bands:
        writes = whole(span, "db.transaction.writes")
        if writes and word(span, "db.transaction.end") == "close" and not word(span, "error.type"):
            text = f"{writes:,} {'write was' if writes == 1 else 'writes were'} rolled back: nothing committed"
            hint = "The session or connection was closed with its transaction open: `await session.commit()`."
            yield Notice("warning", text, hint, span.source, "not committed")


def _slow(statements: Sequence[Statement], slow: float) -> Iterator[Notice]:
    found = sorted((each for each in statements if each.seconds >= slow), key=lambda each: -each.seconds)
    for statement in found[:_SHOWN]:
        text = f"A statement took {seconds(statement.seconds)}: `{statement.span.name}`"
        hint = "Ask the database how it goes about it: Explain, below."
        yield Notice("warning", text, hint, statement.source, "slow SQL")


def _waits(waits: Sequence[tuple[int, Span]]) -> Iterator[Notice]:
    full = [span for _, span in waits if span.duration >= _WAITED and _was_full(span)]
    if full:
        worst = max(full, key=lambda span: span.duration)
        took, used = sum(span.duration for span in full), whole(worst, "pool.checked_out")
        text = f"Waited {seconds(took)} for a connection: all {used} of the pool were in use"
        hint = "Hold connections for less time, or allow more: `create_engine(…, pool_size=…, max_overflow=…)`."
        yield Notice("warning", text, hint, worst.source, "pool", took)


def _was_full(span: Span) -> bool:
    used, size = whole(span, "pool.checked_out"), whole(span, "pool.size")
    full = used is not None and size is not None and used >= max(size, 1)
    return full and span.attributes.get("pool.opened") is not True and not word(span, "error.type")


def _past(reading: Reading) -> Iterator[Notice]:
    if reading.past:
        text = f"{sum(reading.past.values()):,} statements past the limit are counted, not kept"
        hint = f"The first {len(reading.statements):,} are below. `limits.panel_spans` keeps more of them."
        yield Notice("info", text, hint, label="statements dropped")
