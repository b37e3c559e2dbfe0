"""Kept: what belongs to one record: its engines, and the statements as the driver was given them, for EXPLAIN.

Redaction is a view of a record, and EXPLAIN needs the values themselves. They are never encoded, and live in this
process only, as long as a store holds the very record that they belong to: when it is evicted, they go.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from threading import RLock
from typing import Any, NamedTuple

from debug_toolbar_core import Record
from debug_toolbar_core.snapshot import ATOMS
from debug_toolbar_sqlalchemy.engines import Facts, facts_of

PANEL = "sqlalchemy"
REPEATS = "db.query.repeats"
ORIGINALS_BYTES = 1_048_576
"""What the original parameters of one record may take in all, roughly."""
_MAKING = RLock()  # a collection in there may close a connection, which rolls back


class Original(NamedTuple):
    """A statement as the driver was given it, the thread that gave it, and when, in seconds of its record."""

    facts: Facts
    statement: str
    parameters: Any
    thread: int
    start: float = 0.0


class Kept:
    """What is kept of one record besides its spans; it never refers to the record."""

    __slots__ = (
        "__weakref__",
        "again",
        "bands",
        "closed",
        "described",
        "engines",
        "most",
        "originals",
        "room",
        "texts",
    )

    def __init__(self, record: Record) -> None:
        self.most = record.limits.panel_spans - record.limits.panel_spans // 10
        self.engines: dict[int, tuple[Facts, int]] = {}
        self.described: list[dict[str, Any]] = []
        self.originals: dict[int, Original] = {}
        self.texts: dict[str, Any] = {}
        self.again: dict[int, float] | None = None
        self.closed = False
        self.bands = 0
        self.room = ORIGINALS_BYTES

    def engine(self, engine: Any) -> tuple[Facts, int]:
        """Return what is known of an engine, and its place among those of the record."""
        known = self.engines.get(id(engine))
        if known is None or known[0].engine() is not engine:
            facts = facts_of(engine)
            known = self.engines[id(engine)] = facts, len(self.described)
            self.described.append(facts.described)
        return known

    def text(self, record: Record, statement: str) -> tuple[Any, int]:
        """Return a long statement as the record may keep it, and what it takes: nothing when it ran before."""
        taken = self.texts.get(statement)
        if taken is not None:
            return taken, 0
        taken = record.take(statement)
        if len(statement) <= self.room:
            self.texts[statement] = taken
        return taken, len(statement)

    def close(self) -> None:
        """Let go of what only more statements would need."""
        self.texts = {}
        self.closed = True

    def repeated(self) -> Mapping[int, float]:
        """Return when those first ran that ran again with the very same parameters, once the record is closed.

        For a reader those are redacted, and look alike.
        """
        if self.again is None:
            if not self.closed:
                return {}
            seen: dict[Any, Original] = {}
            again: dict[int, float] = {}
            for index, original in self.originals.items():
                key = _key(original.parameters)
                if key is not None:
                    first = seen.setdefault((id(original.facts), original.statement, key), original)
                    if first is not original:
                        again[index] = first.start
            self.again = again
        return self.again


def _key(parameters: Any) -> Any:
    """Return what compares parameters without running any code of the application's, or None."""
    if type(parameters) is dict:
        names, values = tuple(parameters), tuple(parameters.values())
    elif type(parameters) is tuple:
        names, values = (), parameters
    else:
        return None
    kinds = tuple(map(type, values))
    return (names, kinds, values) if ATOMS.issuperset(kinds) else None


_of_records: weakref.WeakKeyDictionary[Record, Kept] = weakref.WeakKeyDictionary()
_by_id: weakref.WeakValueDictionary[str, Kept] = weakref.WeakValueDictionary()


def kept_of(record: Record) -> Kept:
    """Return what is kept of an open record, made with its first statement."""
    kept = record.held.get(PANEL)
    return _made(record) if kept is None else kept


def _made(record: Record) -> Kept:
    with _MAKING:  # two threads may be first at once
        kept: Kept | None = record.held.get(PANEL)
        if kept is None:
            kept = Kept(record)
            record.hold(PANEL, kept, kept.close)
            record.data[PANEL] = {"engines": kept.described}
            _of_records[record], _by_id[record.id] = kept, kept
    return kept


def originals_of(record: Record) -> Kept | None:
    """Return what is kept of a record that was loaded, and keep it for as long as this copy is stored instead."""
    kept = _by_id.get(record.id)
    if kept is not None:
        _of_records[record] = kept
    return kept
