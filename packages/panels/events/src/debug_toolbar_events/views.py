"""Views: what ran for a request, in order, and what an application has registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from debug_toolbar_core import Record, Source, Span
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Level, Row, Section, Table
from debug_toolbar_core.callables import short
from debug_toolbar_core.waterfall import waterfall
from debug_toolbar_events.notices import ENDLESS, expected, notices
from debug_toolbar_events.timed import PANEL

_RAN = (Column("What", "code"), Column("Kind"), Column("Took", "s"), Column("Source", "source"))
_REGISTERED = (Column("Kind"), Column("For", "code"), Column("Callable", "code"), Column("Source", "source"))
_STARTED = (Column("Kind"), Column("Callable", "code"), Column("Took", "s"), Column("Error"))


def show(record: Record, slow: float) -> Iterable[Block]:
    """Yield a badge, notices, and what ran, in order; what something else set off is beneath it."""
    spans = [span for span in record.spans if span.panel == PANEL]
    past = sum(fold.count for fold in record.folded.values() if fold.panel == PANEL)
    if not spans and not past:
        return
    failed = sum("error.type" in span.attributes and not expected(span, record) for span in spans)
    yield Badge(f"{len(spans) + past:,}", f"{failed} failed" if failed else None, "error" if failed else None)
    yield from notices(record, spans, slow)
    yield Facts(list(_headline(record, spans)), headline=True)
    places = {id(span): index for index, span in enumerate(record.spans)}
    rows = [_row(record, line.span, places[id(line.span)], line.depth) for line in waterfall(record, PANEL)]
    yield Table(_RAN, rows)
    if past:
        yield Facts([Fact("past the limit, counted only", past, "count")])


def _headline(record: Record, spans: Sequence[Span]) -> Iterable[Fact]:
    end = None if record.response is None else record.response.ended
    first = [span for span in spans if not _within(span)]
    before = sum(span.duration for span in first if end is None or span.start < end)
    yield Fact("ran" if spans else "", len(spans), "count")
    yield Fact("before the response", before, "s")
    after = [span.duration for span in first if end is not None and span.start >= end]
    if after:
        yield Fact("after it", sum(after), "s")


def _within(span: Span) -> bool:
    """Tell whether a span is part of another one of this panel's."""
    around = span.parent
    return around is not None and (around.panel == PANEL or _within(around))


def _row(record: Record, span: Span, index: int, depth: int) -> Row:
    kind = span.attributes.get("event.kind")
    said = ", ".join(word for word in (kind, _note(span)) if type(word) is str)
    cells = (span.name, said or None, None if _open(span) else span.duration, span.source)
    return Row(cells, _level(record, span), [Facts(list(_facts(record, span)))], index, depth)


def _note(span: Span) -> str | None:
    error = span.attributes.get("error.type")
    if type(error) is str:
        return error
    if _open(span):
        return "not begun" if span.attributes.get("event.kind") == "listener" and not _began(span) else "not done"
    return None


def _open(span: Span) -> bool:
    """Tell whether a span was not done when its record was."""
    return span.end is None or span.attributes.get("unfinished") is True


def _began(span: Span) -> bool:
    return type(span.attributes.get("event.began")) in (int, float)


def _level(record: Record, span: Span) -> Level | None:
    if "error.type" not in span.attributes:
        return None
    return "info" if expected(span, record) else "error"


def _facts(record: Record, span: Span) -> Iterable[Fact]:
    for label, name in (("callable", "code.function.name"), ("error", "error.message")):
        value = span.attributes.get(name)
        if type(value) is str and value:
            yield Fact(label, value, "code" if label == "callable" else None)
    yield Fact("began at", span.start, "s")
    if _began(span):
        yield Fact("waited for its turn", span.attributes["event.began"] - span.start, "s")
    if _open(span):
        yield Fact("ended", ENDLESS)


def show_application(data: Any) -> Iterable[Block]:
    """Yield what an application has registered, and what ran when it started."""
    entries = data.get("registered") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return
    started = [entry for entry in data.get("started") or () if isinstance(entry, list) and len(entry) == 4]
    rows = [_registered(entry) for entry in entries if isinstance(entry, list) and len(entry) == 4]
    if rows or started:
        yield Badge(f"{len(rows):,}")
    if started:
        levels: list[Level | None] = ["error" if error else None for *_, error in started]
        ran = [
            Row((kind, short(str(name)), took, error), level)
            for (kind, name, took, error), level in zip(started, levels, strict=True)
        ]
        yield Section("Ran at the start", [Table(_STARTED, ran)])
    yield Section("Registered", [Table(_REGISTERED, rows, empty="No hooks, handlers or listeners.")])


def _registered(entry: list[Any]) -> Row:
    kind, what, name, place = entry
    return Row((kind, what or None, short(str(name)), _source(place)))


def _source(place: Any) -> Source | None:
    parts = place.rsplit(":", 2) if type(place) is str else []
    return Source(parts[0], int(parts[1]), parts[2]) if len(parts) == 3 and parts[1].isdecimal() else None
