"""Pools: the time that a connection takes to get, as a span of its own, with the pool's size and use."""

from __future__ import annotations

from time import time
from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_sqlalchemy.kept import PANEL, kept_of
from debug_toolbar_sqlalchemy.origin import origin

WAIT = "connection"
_COUNTS = (("pool.size", "size"), ("pool.checked_out", "checkedout"), ("pool.overflow", "overflow"))


def asked(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span | None:
    """Begin the span of `Engine.raw_connection`, which every connection of an engine comes through."""
    engine = args[0]
    kept = kept_of(record)
    if record.positions.get(PANEL, 0) >= kept.most:
        return None
    facts, place = kept.engine(engine)
    if facts.is_async:
        facts.seen()
    attributes: dict[str, Any] = {
        "db.system.name": facts.system,
        "db.namespace": facts.database,
        "engine": place,
        "pool": type(engine.pool).__name__,
        "pool.asked_at": time(),
        "aside": True,
    }
    for name, method in _COUNTS:
        told = getattr(engine.pool, method, None)
        count = told() if callable(told) else told  # not every pool counts
        if type(count) is int:
            attributes[name] = count
    source, _ = origin()
    return record.add(PANEL, WAIT, record.now(), None, attributes, source=source)


def given(span: Span, connection: Any) -> dict[str, Any]:
    """Tell whether the connection was opened for this, or waited in the pool."""
    made = getattr(getattr(connection, "_connection_record", None), "starttime", None)
    return {"pool.opened": made >= span.attributes["pool.asked_at"]} if type(made) is float else {}
