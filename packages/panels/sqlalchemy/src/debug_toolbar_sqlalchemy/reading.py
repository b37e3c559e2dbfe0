"""Reading: the spans of a stored record as statements, waits and transactions, whatever a file may hold in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from debug_toolbar_core import Record, Source, Span
from debug_toolbar_core.redaction import REDACTED
from debug_toolbar_core.snapshot import shorten
from debug_toolbar_sqlalchemy.kept import PANEL, REPEATS
from debug_toolbar_sqlalchemy.relations import EAGER, LAZY, REFRESH
from debug_toolbar_sqlalchemy.shapes import CONTROL, fingerprint, verb_of

READS = frozenset({"SELECT", "WITH", "VALUES", "TABLE"})
_STACK_MOST = 10
_WORD = 200
_WORDS = (("error.type", "error"), (LAZY, "lazy"), (EAGER, "eager"), (REFRESH, "refreshed"))
_SAID = frozenset(name for name, _ in _WORDS)


@dataclass(slots=True, eq=False)
class Statement:
    """One execution of a statement, as its record tells of it."""

    index: int
    """Its span's place in the record."""
    span: Span
    text: str
    fingerprint: str
    verb: str
    source: Source | None
    seconds: float
    number: int = 0
    """Its place among the record's statements, from 1."""
    error: str = ""
    lazy: str = ""
    """The relationship that it loads for one object alone: `Book.author`."""
    eager: str = ""
    refreshed: str = ""
    engine: int | None = None
    transaction: int | None = None
    repeats: float | None = None
    """When the same statement began with the same parameters, found when they were still known."""

    @property
    def given(self) -> Any:
        """Its parameters as the record has them: pairs, or sets of those."""
        return self.span.attributes.get("db.query.parameters")

    @property
    def pairs(self) -> list[tuple[str, Any]]:
        """Its parameters with what they are about; of an execution for many, those of the first set."""
        many = self.many
        return pairs_of(self.given if many is None else many[0])

    @property
    def many(self) -> list[Any] | None:
        """The sets of parameters of an execution for many, else None."""
        given = self.given
        return given if is_many(given) else None

    @property
    def rows(self) -> int | None:
        return whole(self.span, "db.response.returned_rows", "rows")

    @property
    def batch(self) -> int | None:
        return whole(self.span, "db.operation.batch.size")

    @property
    def reads(self) -> bool:
        return self.verb in READS

    @property
    def redacted(self) -> bool:
        """Whether a parameter is not shown: then others may look the same and be different."""
        return any(type(value) is str and REDACTED in value for _, value in self.pairs)

    @property
    def parameters(self) -> Any:
        """The values as a placeholder's place or name asks for them, or None where there are none."""
        names = self.span.attributes.get("db.query.parameter_names")
        known = [name for name in names if type(name) is str] if isinstance(names, list) else []
        if (many := self.many) is not None:
            return [_filled(pairs_of(each), known) for each in many]
        return _filled(self.pairs, known) if self.pairs else None


def _filled(pairs: list[tuple[str, Any]], names: list[str]) -> Any:
    values = [value for _, value in pairs]
    return dict(zip(names, values, strict=False)) if names else values


@dataclass(slots=True)
class Reading:
    """All that the panel has of a record."""

    statements: list[Statement] = field(default_factory=list)
    waits: list[tuple[int, Span]] = field(default_factory=list)
    bands: list[tuple[int, Span]] = field(default_factory=list)
    ends: list[tuple[int, Span]] = field(default_factory=list)
    """COMMITs and ROLLBACKs, and the statements of savepoints."""
    past: dict[str, int] = field(default_factory=dict)
    """Statements past the limits: how many, by their names."""
    engines: list[Mapping[str, Any]] = field(default_factory=list)
    plans: Mapping[str, Any] = field(default_factory=dict)

    seconds: float = 0.0
    """The seconds of all statements, of those past the limits too."""

    @property
    def count(self) -> int:
        return len(self.statements) + sum(self.past.values())


def read(record: Record) -> Reading:
    """Return what a record has of SQL, statements in the order in which they began."""
    reading, prints = Reading(), dict[str, tuple[str, str]]()
    for index, span in enumerate(record.spans):
        if span.panel == PANEL:
            _sort(reading, index, span, prints)
    reading.statements.sort(key=lambda statement: statement.span.start)
    for number, statement in enumerate(reading.statements, 1):
        statement.number = number
        reading.seconds += statement.seconds
    for (panel, name), fold in record.folded.items():
        if panel == PANEL:
            reading.past[name] = fold.count
            reading.seconds += fold.seconds
    data = record.data.get(PANEL)
    if isinstance(data, dict):
        engines, plans = data.get("engines"), data.get("plans")
        reading.engines = [each for each in engines if isinstance(each, dict)] if isinstance(engines, list) else []
        reading.plans = plans if isinstance(plans, dict) else {}
    return reading


def _sort(reading: Reading, index: int, span: Span, prints: dict[str, tuple[str, str]]) -> None:
    attributes = span.attributes
    if attributes.get("band") is True:
        reading.bands.append((index, span))
    elif "pool" in attributes:
        reading.waits.append((index, span))
    else:
        text = attributes.get("db.query.text")
        text = text if type(text) is str else span.name
        known = prints.get(text)
        if known is None:
            known = prints[text] = fingerprint(text), verb_of(text)
        if known[1] in CONTROL:
            reading.ends.append((index, span))
        else:
            reading.statements.append(_statement(index, span, text, *known))


def _statement(index: int, span: Span, text: str, alike: str, verb: str) -> Statement:
    took = 0.0 if span.end is None else span.end - span.start
    statement, get = Statement(index, span, text, alike, verb, span.source, took), span.attributes.get
    if not _SAID.isdisjoint(span.attributes):
        for name, field_name in _WORDS:
            if name in span.attributes:
                setattr(statement, field_name, word(span, name))
    engine, transaction, repeats = get("engine"), get("transaction"), get(REPEATS)
    if type(engine) is int:
        statement.engine = engine
    if type(transaction) is int:
        statement.transaction = transaction
    if type(repeats) is float:
        statement.repeats = repeats
    return statement


def is_many(given: Any) -> bool:
    """Tell whether parameters are sets of them, each a list of pairs."""
    if type(given) is not list or not given:
        return False
    first = given[0]
    if type(first) is list and first and type(first[0]) is str:  # a pair, with its label: one look tells most
        return False
    return all(isinstance(each, list) and (not each or isinstance(each[0], list)) for each in given)


def pairs_of(value: Any) -> list[tuple[str, Any]]:
    """Return the labels and values among what a record holds as parameters."""
    if type(value) is not list:
        return []
    return [(each[0], each[1]) for each in value if type(each) is list and len(each) == 2 and type(each[0]) is str]


def whole(span: Span, *names: str) -> int | None:
    """Return the first attribute of these names that is a whole number."""
    for name in names:
        value = span.attributes.get(name)
        if type(value) is int:
            return value
    return None


def word(span: Span, name: str) -> str:
    """Return an attribute that is a short text, or an empty one."""
    value = span.attributes.get(name)
    return shorten(value, _WORD) if type(value) is str else ""


def stack_of(span: Span) -> list[Source]:
    """Return the callers that a span has, innermost first."""
    stack = span.attributes.get("stack")
    places: list[Source] = []
    for each in stack[:_STACK_MOST] if isinstance(stack, list) else ():
        parts: list[Any] = [each.get(name) for name in Source._fields] if isinstance(each, dict) else []
        if [type(part) for part in parts] == [str, int, str]:
            places.append(Source(*parts))
    return places
