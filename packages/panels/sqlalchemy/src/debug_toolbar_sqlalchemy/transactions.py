"""Transactions: a band around the statements of each transaction and savepoint, and its COMMIT or ROLLBACK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from debug_toolbar_core import Record, Span, current
from debug_toolbar_core.context import position
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.record import Slot
from debug_toolbar_sqlalchemy.kept import PANEL, kept_of
from debug_toolbar_sqlalchemy.origin import origin

_BANDS = "_debug_toolbar_bands"


class Band:
    """An open transaction or savepoint of a connection; it does not keep the record alive."""

    __slots__ = ("number", "root", "slot", "span", "writes")

    def __init__(self, slot: Slot, span: Span, number: int, root: bool) -> None:
        self.slot = slot
        self.span = span
        self.number = number
        self.root = root
        self.writes = 0


def band_of(conn: Any, record: Record) -> Band | None:
    """Return the innermost open band of a connection, if it began in this record."""
    bands = getattr(conn, _BANDS, None)
    return bands[-1] if bands and bands[-1].slot is record.slot else None


def parent_in(band: Band | None, slot: Slot) -> Span | None:
    """Return the band where a statement belongs directly to it, else what runs around it.

    A statement in a span that began inside the transaction stays in that span: who asked for it says more.
    """
    here = position.get()
    around = None if here is None or here.slot is not slot else here.span
    if band is None:
        return around
    above = band.span.parent
    while above is not around and above is not None:
        above = above.parent
    if above is not around:
        return around
    return band.span if band.span.kept else band.span.parent


def begun(conn: Any) -> None:
    """Open the band of a transaction."""
    _open(conn, "transaction", root=True)


def begun_twophase(conn: Any, xid: Any) -> None:
    """Open the band of a transaction in two phases."""
    _open(conn, "transaction", root=True)


def saved(conn: Any, name: Any) -> None:
    """Open the band of a savepoint, inside its transaction's."""
    _open(conn, "savepoint", root=False)


def _open(conn: Any, name: str, root: bool) -> None:
    if (record := current()) is None:
        return
    try:
        kept = kept_of(record)
        kept.bands += 1
        outer = None if root else band_of(conn, record)
        facts, place = kept.engine(conn.engine)
        attributes = {"band": True, "transaction": kept.bands, "engine": place, "db.system.name": facts.system}
        source, _ = origin()
        span = record.add(
            PANEL, name, record.now(), None, attributes, source=source, parent=parent_in(outer, record.slot)
        )
        band = Band(record.slot, span, kept.bands, root)
        setattr(conn, _BANDS, [band] if root else [*getattr(conn, _BANDS, ()), band])
    except Exception as error:  # noqa: BLE001 - a border: the application's transaction must not fail for ours
        record.fault(PANEL, error)


def ending(word: str) -> Callable[[Any], Any]:
    """Return what wraps a method of Transaction that ends it: the time it takes, and the end of the band.

    `word` is what that does: `commit`, `rollback`, or `close`, which rolls back what nobody committed.
    """

    def make(original: Any) -> Any:
        def end(self: Any) -> Any:
            inside = _ending(self, word)
            if inside is None:
                return original(self)
            try:
                result = original(self)
            except BaseException as error:
                _ended(*inside, word, error)
                raise
            _ended(*inside, word, None)
            return result

        return end

    return make


def _ending(transaction: Any, word: str) -> tuple[Any, Band, Span | None] | None:
    """Begin the end of a transaction: the span of its COMMIT or ROLLBACK; a savepoint's is a statement already."""
    record = current()
    if record is None or not transaction.is_active:
        return None
    try:
        conn = transaction.connection
        band = band_of(conn, record)
        if band is None:
            return None
        span = None
        if band.root:
            name = "COMMIT" if word == "commit" else "ROLLBACK"
            source, _ = origin()
            attributes = {**band.span.attributes, "db.query.text": name, "writes": band.writes, "aside": True}
            del attributes["band"]
            span = record.add(PANEL, name, record.now(), None, attributes, source=source, parent=band.span)
        return conn, band, span
    except Exception as error:  # noqa: BLE001 - a border: the transaction is to end all the same
        record.fault(PANEL, error)
        return None


def _ended(conn: Any, band: Band, span: Span | None, word: str, error: BaseException | None) -> None:
    record = band.slot.record
    bands = getattr(conn, _BANDS, None)
    if bands and band in bands:
        inner = bands[bands.index(band) :]
        del bands[bands.index(band) :]
    else:
        inner = [band]
    if record is None:
        return
    told = {} if error is None else {"error.type": type(error).__qualname__, "error.message": message_of(error)}
    if span is not None:
        record.finish(span, **told)
    for each in inner:
        record.finish(each.span, **{"db.transaction.end": word, "db.transaction.writes": each.writes, **told})
