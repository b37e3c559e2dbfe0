"""Encoding: a record's one way out, to JSON: redaction and limits in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from debug_toolbar_core.decoding import FORMAT, decode, decode_made, decode_text
from debug_toolbar_core.encoding_text import record_text
from debug_toolbar_core.encoding_wire import error_json, request_json, response_json, route_json, source_json
from debug_toolbar_core.exchange import Plain, Request, Response
from debug_toolbar_core.later import Later
from debug_toolbar_core.record import Record
from debug_toolbar_core.redacted import Redacted, Rules
from debug_toolbar_core.span import Fold, Span
from debug_toolbar_core.strict import plain, tidy, write

if TYPE_CHECKING:
    from debug_toolbar_core.redaction import Redactor

Facts = TypeVar("Facts", Request, Response)

__all__ = ["FORMAT", "Encoder", "Written", "decode"]


class Written(NamedTuple):
    """A record as every reader gets it, and the JSON text that it was sent through."""

    record: Record
    text: bytes


class Encoder:
    """Turns records into JSON with one set of redaction rules: strict JSON, in UTF-8, whatever was recorded.

    Example: `json.dumps(Encoder().encode(record))`.
    """

    def __init__(self, rules: Callable[[], Redactor] | None = None) -> None:
        self._rules = rules

    @cached_property
    def redactor(self) -> Redactor:
        """The redaction rules, made when the first record is encoded: their patterns are not start-up's to pay."""
        from debug_toolbar_core.redaction import Redactor

        return Redactor() if self._rules is None else self._rules()

    def encode(self, record: Record) -> dict[str, Any]:
        """Return the record as JSON, redacted and within limits; the record itself is not changed."""
        encoded: dict[str, Any] = tidy(document(record, self.redactor))
        return encoded

    def dump(self, record: Record, json: Callable[[Any], bytes] = record_text) -> bytes:
        """Return the record as a JSON text in UTF-8; `json` may be a faster encoder than the standard library's."""
        return _text(document(record, self.redactor), json)

    def written(self, record: Record) -> Written:
        """Return a record as every reader gets it, with nothing raw in it, and its JSON text."""
        made = document(record, self.redactor)
        try:
            text = record_text(made)
        except _NOT_JSON:
            text = write(tidy(made))
            return Written(decode_text(text), text)
        return Written(decode_made(made), text)  # all in it is of JSON's types: reading the text gives the same

    def again(self, record: Record, text: bytes = b"") -> Written:
        """Return a record that was decoded a moment ago with its JSON text: what was redacted before is not again.

        Only for what this toolbar wrote itself; then the `text` that it was decoded from is as good as another one.
        What was imported is redacted, whoever wrote it.
        """
        if text and not record.imported:
            return Written(record, text)
        rules = self.redactor if record.imported else Redacted()
        return Written(record, _text(document(record, rules)))

    def outline(self, record: Record) -> Record:
        """Return a record as every reader gets it, without bodies, spans and panels' data: enough for its line."""
        bare = copy(record)
        bare.wire = Plain(_bare(record.request), _bare(record.response))
        bare.spans, bare.folded, bare.data = [], {}, {}
        return self.through(bare)

    def through(self, record: Record) -> Record:
        """Return a record as every reader gets it: sent through JSON, with nothing raw in it."""
        return self.written(record).record


_NOT_JSON = (TypeError, ValueError, OverflowError)


def _bare(facts: Facts | None) -> Facts | None:
    return None if facts is None else replace(facts, body=None)


def _text(made: dict[str, Any], json: Callable[[Any], bytes] = record_text) -> bytes:
    try:
        return json(made)
    except _NOT_JSON:  # half a character, say: rare enough to begin anew
        return write(tidy(made))


def document(record: Record, rules: Rules) -> dict[str, Any]:
    """Return a record as JSON, as these rules show it; that a text or number is none of JSON's, its encoder finds.

    It is there to be written: what comes twice in it may be one object.
    """
    dropped = dict(record.dropped)
    if record.slot.late:
        dropped["late"] = dropped.get("late", 0) + record.slot.late
    facts = {
        "format": FORMAT,
        "id": record.id,
        "kind": record.kind,
        "parent": record.parent,
        "started_at": record.started_at,
        "duration": record.duration,
        "open": record.open,
        "cost": record.cost,
        "framework": record.framework,
        "imported": record.imported,
    }
    return {
        **plain(facts),
        "request": request_json(rules, record.request),
        "response": response_json(rules, record.response),
        "route": route_json(rules, record.route),
        "error": error_json(rules, record.error),
        "spans": _spans(rules, record),
        "folded": [_fold(rules, fold) for fold in list(record.folded.values())],
        "data": {_name(name): rules.value(value) for name, value in list(record.data.items())},
        "failures": {
            _name(name): {"hook": tidy(failure.hook), "message": rules.text(failure.message)}
            for name, failure in list(record.failures.items())
        },
        "dropped": plain({_name(name): count for name, count in dropped.items()}),
        "tags": rules.value(record.tags) if record.tags else {},
    }


def _spans(rules: Rules, record: Record) -> list[dict[str, Any]]:
    spans, duration = list(record.spans), record.duration
    places = {id(span): index for index, span in enumerate(spans)}
    names: dict[str, str] = {}
    sources: dict[int, dict[str, Any] | None] = {}
    documents, attributes = [], rules.attributes()
    for span in spans:
        name, source, known = span.name, span.source, span.attributes
        if (shown := names.get(name)) is None:  # many spans are of one name, and of one place
            shown = names[name] = rules.text(name)
        if id(source) not in sources:
            sources[id(source)] = source_json(source)
        if type(known) is Later:
            known = _told(record, span, known)
        if span.end is None and duration is not None:  # still running when its record closed
            known = {**known, "unfinished": True}
        made = _span(span, shown, places, duration)
        made["attributes"] = attributes(known)
        made["source"] = sources[id(source)]
        documents.append(made)
    return documents


def _told(record: Record, span: Span, known: Later) -> dict[str, Any]:
    try:
        return known.told()
    except Exception as error:  # noqa: BLE001 - a border: what is known of this span is more than nothing
        record.fault(span.panel, error)
        return dict(known)


def _span(span: Span, name: str, places: Mapping[int, int], duration: float | None) -> dict[str, Any]:
    start, end, parent = span.start, duration if span.end is None else span.end, span.parent
    made: dict[str, Any] = {
        "panel": span.panel,
        "name": name,
        "start": start if isfinite(start) else 0.0,
        "end": end if end is None or isfinite(end) else 0.0,
        "parent": None if parent is None else places.get(id(parent)),
        "task": span.task,
    }
    return plain(made)


def _fold(rules: Rules, fold: Fold) -> dict[str, Any]:
    seconds = fold.seconds if isfinite(fold.seconds) else 0.0
    return {"panel": tidy(fold.panel), "name": rules.text(fold.name), "count": fold.count, "seconds": seconds}


def _name(name: Any) -> str:
    return name if type(name) is str else str(tidy(name))
