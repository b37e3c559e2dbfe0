"""Statements: each one that a cursor executes becomes a span, whether it succeeds or fails."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from threading import get_ident
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, Span, current
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.later import Later
from debug_toolbar_sqlalchemy.kept import PANEL, Kept, Original, kept_of
from debug_toolbar_sqlalchemy.origin import origin
from debug_toolbar_sqlalchemy.parameters import LONG, take_parameters
from debug_toolbar_sqlalchemy.relations import LAZY, lazy_load_around, load_of
from debug_toolbar_sqlalchemy.told import all_told, facts_told, is_short, repeats
from debug_toolbar_sqlalchemy.transactions import band_of, parent_in

_FEW = 64
"""What a few short parameters take, roughly."""
_INNER = 5
"""Callers that are SQLAlchemy's own for certain: from here to where it makes a cursor."""


def before(conn: Any, cursor: Any, statement: Any, parameters: Any, context: Any, executemany: bool) -> Any:
    """Note when a statement starts, on what SQLAlchemy made for this one execution."""
    if current() is not None and context is not None:
        with suppress(AttributeError):  # a dialect's own kind of context, without room for it: not recorded
            context._debug_toolbar_started = perf_counter()
    return statement, parameters


def after(conn: Any, cursor: Any, statement: Any, parameters: Any, context: Any, executemany: bool) -> None:
    """Add the span of a statement that succeeded."""
    if (record := current()) is None:
        return
    try:
        started = getattr(context, "_debug_toolbar_started", None)
        if started is not None:
            end = perf_counter() - record.started
            context._debug_toolbar_started = None  # what fails after this was not the statement
            _add(record, conn, statement, parameters, context, started - record.started, end, cursor, None)
    except Exception as error:  # noqa: BLE001 - a border: the application has its result
        record.fault(PANEL, error)


def failed(exception: Any) -> None:
    """Add the span of a statement that failed; one that could not even be given to the driver has no duration."""
    if (record := current()) is None:
        return
    try:
        context, conn, statement = exception.execution_context, exception.connection, exception.statement
        if conn is None or statement is None:
            return
        end = perf_counter() - record.started
        started = getattr(context, "_debug_toolbar_started", None)
        start = end if started is None else started - record.started
        _add(record, conn, statement, exception.parameters, context, start, end, None, exception.original_exception)
    except Exception as error:  # noqa: BLE001 - a border: the application is about to see its own exception
        record.fault(PANEL, error)


def _add(
    record: Record, conn: Any, statement: Any, parameters: Any, context: Any, start: float, end: float,
    cursor: Any, error: BaseException | None,
) -> None:  # fmt: skip
    kept = record.held.get(PANEL) or kept_of(record)
    facts, place = kept.engine(conn.engine)
    if type(statement) is not str:  # a subclass's own methods are not to run
        statement = str.__getitem__(statement, slice(None))
    shape = facts.shape(statement, context)
    band = band_of(conn, record)
    if band is not None and shape.writes:
        band.writes += 1
    if error is None and record.positions.get(PANEL, 0) >= kept.most:
        record.fold(Span(PANEL, shape.name, start, end))
        return
    source, stack = origin(_INNER)
    known: dict[str, Any] = {"aside": True} if shape.control else {}
    rows = _rows(cursor) if error is None else None
    number = None if band is None else band.number
    text, size = (statement, 0) if len(statement) <= LONG else kept.text(record, statement)
    told = (facts, place, text, shape, number, rows, load_of(context), stack)
    span = record.put(PANEL, shape.name, start, end, known, source, parent_in(band, record.slot))
    index = _index(record, span) if span.kept else -1
    size += _tell(record, span, kept, index, told, parameters, context, error)
    if span.kept and size <= kept.room:
        kept.room -= size
        kept.originals[index] = tuple.__new__(Original, (facts, statement, parameters, get_ident(), start))
        if facts.is_async:
            facts.seen()


def _tell(
    record: Record, span: Span, kept: Kept, index: int, told: tuple[Any, ...], parameters: Any, context: Any,
    error: BaseException | None,
) -> int:  # fmt: skip
    """Have a span say what is known of its statement, most of it when it is read; return what its parameters take."""
    known, shape = span.attributes, told[3]
    if error is None and is_short(parameters) and not (shape.writes and context is not None and context.executemany):
        given = parameters.copy() if type(parameters) is dict else parameters  # it may be the application's
        span.attributes = Later(known, all_told, kept, index, *told, given)
        return _FEW if parameters else 0
    known |= facts_told(*told)
    if error is not None:
        _fault(known, error)
    size = take_parameters(record, known, shape, parameters, context) if parameters else 0
    if type(parameters) is not list:  # of many nobody says that they ran before
        span.attributes = Later(known, repeats, kept, index)
    return size


def _fault(attributes: dict[str, Any], error: BaseException) -> None:
    attributes["error.type"], attributes["error.message"] = type(error).__qualname__, message_of(error)
    if attributes["error.type"] == "MissingGreenlet" and (load := lazy_load_around()) is not None:
        attributes[LAZY] = load


def _index(record: Record, span: Span) -> int:
    last = len(record.spans) - 1
    return last if record.spans[last] is span else record.spans.index(span)  # a thread added one since


def _rows(cursor: Any) -> int | None:
    """Return how many rows a statement returned or changed, where the driver knows; no row is fetched for it."""
    count = cursor.rowcount
    if type(count) is int and count >= 0:
        return count
    fetched = getattr(cursor, "_rows", None)  # SQLAlchemy's cursors of async drivers have fetched all of them
    return len(fetched) if type(fetched) is deque else None
