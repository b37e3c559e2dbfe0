"""Statements: each one that a cursor executes becomes a span, whether it succeeds or fails."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from threading import get_ident
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, Span, current
from debug_toolbar_core.fault import message_of
from debug_toolbar_sqlalchemy.kept import PANEL, Original, kept_of
from debug_toolbar_sqlalchemy.origin import origin
from debug_toolbar_sqlalchemy.parameters import LONG, take_parameters
from debug_toolbar_sqlalchemy.relations import LAZY, lazy_load_around, load_of
from debug_toolbar_sqlalchemy.shapes import Shape
from debug_toolbar_sqlalchemy.transactions import band_of, parent_in

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
    kept = kept_of(record)
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
    text, size = (statement, 0) if len(statement) <= LONG else kept.text(record, statement)
    attributes = {
        "db.system.name": facts.system, "db.namespace": facts.database, "db.query.text": text, "engine": place,
    }  # fmt: skip
    if band is not None:
        attributes["transaction"] = band.number
    if (load := load_of(context)) is not None:
        attributes[load[0]] = load[1]
    _result(attributes, cursor, error, shape)
    source, stack = origin(_INNER)
    if stack is not None:
        attributes["stack"] = stack
    if parameters:
        size += take_parameters(record, attributes, shape, parameters, context)
    span = record.add(PANEL, shape.name, start, end, None, source=source, parent=parent_in(band))
    span.attributes = attributes  # plain already: no second look at each value
    if span.kept and size <= kept.room:
        kept.room -= size
        kept.originals[_index(record, span)] = Original(facts, statement, parameters, get_ident())
        if facts.is_async:
            facts.seen()


def _result(attributes: dict[str, Any], cursor: Any, error: BaseException | None, shape: Shape) -> None:
    if shape.control:
        attributes["aside"] = True
    if error is not None:
        attributes["error.type"], attributes["error.message"] = type(error).__qualname__, message_of(error)
        if attributes["error.type"] == "MissingGreenlet" and (load := lazy_load_around()) is not None:
            attributes[LAZY] = load
    elif (rows := _rows(cursor)) is not None:
        attributes["db.response.returned_rows" if shape.reads else "rows"] = rows


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
