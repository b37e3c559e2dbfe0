"""Encoding: a record's one way out, to JSON: redaction and limits in one pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.application import Route
from debug_toolbar_core.body import read_body
from debug_toolbar_core.decoding import FORMAT, decode, decode_text
from debug_toolbar_core.exchange import Body, Request, Response
from debug_toolbar_core.fault import Error
from debug_toolbar_core.record import Record
from debug_toolbar_core.redaction_attributes import by_name
from debug_toolbar_core.source import Source
from debug_toolbar_core.span import Span
from debug_toolbar_core.strict import plain, tidy, write

if TYPE_CHECKING:
    from debug_toolbar_core.redaction import Redactor

__all__ = ["FORMAT", "Encoder", "decode"]


_REQUEST = ("query", "headers", "cookies", "subprotocols", "body")
_DOCUMENT = (
    "request", "response", "route", "error", "spans", "folded", "data", "failures", "dropped", "tags",
)  # fmt: skip


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
        encoded: dict[str, Any] = tidy(self.document(record))
        return encoded

    def dump(self, record: Record, json: Callable[[Any], bytes] = write) -> bytes:
        """Return the record as a JSON text in UTF-8; `json` may be a faster encoder than the standard library's."""
        try:
            return json(self.document(record))
        except (TypeError, ValueError, OverflowError):  # half a character, say: rare enough to begin anew
            return write(self.encode(record))

    def through(self, record: Record) -> Record:
        """Return a record as every reader gets it: sent through JSON, with nothing raw in it."""
        return decode_text(self.dump(record))

    def document(self, record: Record) -> dict[str, Any]:
        """Return what `encode` does, of JSON's types; that a text or number is none of JSON's, its encoder finds."""
        spans = list(record.spans)
        places = {id(span): index for index, span in enumerate(spans)}
        dropped = dict(record.dropped)
        if record.slot.late:
            dropped["late"] = dropped.get("late", 0) + record.slot.late
        document = {
            "format": FORMAT,
            "id": record.id,
            "kind": record.kind,
            "parent": record.parent,
            "started_at": record.started_at,
            "duration": record.duration,
            "open": record.open,
            "request": plain(self.request(record.request), *_REQUEST),
            "response": plain(self.response(record.response), "headers", "body"),
            "route": tidy(self.route(record.route)),
            "error": plain(self.error(record.error)),
            "spans": [plain(self.span(span, places, record.duration), "attributes", "source") for span in spans],
            "folded": [
                {
                    "panel": tidy(fold.panel),
                    "name": self.redactor.text(fold.name),
                    "count": fold.count,
                    "seconds": _finite(fold.seconds),
                }
                for fold in list(record.folded.values())
            ],
            "data": {name: self.redactor.value(value) for name, value in list(record.data.items())},
            "failures": {
                name: {"hook": tidy(failure.hook), "message": self.redactor.text(failure.message)}
                for name, failure in list(record.failures.items())
            },
            "dropped": plain(dropped),
            "cost": record.cost,
            "tags": self.redactor.value(record.tags) if record.tags else {},
            "framework": record.framework,
            "imported": record.imported,
        }
        return plain(document, *_DOCUMENT)

    def span(self, span: Span, places: Mapping[int, int], duration: float | None) -> dict[str, Any]:
        attributes = span.attributes
        end = span.end
        if end is None and duration is not None:  # still running when its record closed
            end, attributes = duration, {**attributes, "unfinished": True}
        return {
            "panel": span.panel,
            "name": self.redactor.text(span.name),
            "start": _finite(span.start),
            "end": None if end is None else _finite(end),
            "attributes": self.attributes(attributes),
            "parent": places.get(id(span.parent)) if span.parent is not None else None,
            "task": span.task,
            "source": plain(_source(span.source)),
        }

    def attributes(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        shown = self.redactor.value(dict(attributes))
        return by_name(self.redactor, attributes, shown) if isinstance(shown, dict) else {}

    def request(self, request: Request | None) -> dict[str, Any] | None:
        if request is None:
            return None
        redactor = self.redactor
        return {
            "method": request.method,
            "scheme": request.scheme,
            "path": redactor.text(request.path),
            "root_path": request.root_path,
            "query": [list(pair) for pair in redactor.pairs(request.query)],
            "query_string": redactor.url("?" + request.query_string)[1:] if request.query_string else "",
            "url": redactor.url(request.url),
            "http_version": request.http_version,
            "headers": [list(pair) for pair in redactor.headers(request.headers)],
            "cookies": [list(pair) for pair in redactor.cookies(request.cookies)],
            "client": request.client,
            "subprotocols": _subprotocols(redactor, request.subprotocols),
            "body": plain(self.body(request.body), "value"),
        }

    def response(self, response: Response | None) -> dict[str, Any] | None:
        if response is None:
            return None
        return {
            "status": response.status,
            "reason": response.reason,
            "headers": [list(pair) for pair in self.redactor.headers(response.headers)],
            "size": response.size,
            "messages": response.messages,
            "started": response.started,
            "ended": response.ended,
            "complete": response.complete,
            "encoding": response.encoding,
            "body": plain(self.body(response.body), "value"),
        }

    def body(self, body: Body | None) -> dict[str, Any] | None:
        if body is None:
            return None
        read = read_body(body, self.redactor) if body.content else body
        value = [list(pair) for pair in read.value] if read.kind == "form" and read.value else read.value
        return {
            "size": read.size,
            "seen": read.seen,
            "truncated": read.truncated,
            "content_type": read.content_type,
            "encoding": read.encoding,
            "kind": read.kind,
            "value": value,
        }

    def route(self, route: Route | None) -> dict[str, Any] | None:
        if route is None:
            return None
        return {
            "path": route.path,
            "name": route.name,
            "handler": route.handler,
            "methods": list(route.methods),
            "source": _source(route.source),
            "path_params": self.redactor.value(dict(route.path_params)),
            "details": self.redactor.value(dict(route.details)),
        }

    def error(self, error: Error | None) -> dict[str, Any] | None:
        if error is None:
            return None
        return {
            "type": error.type,
            "message": self.redactor.text(error.message),
            "module": error.module,
            "handled": error.handled,
            "status": error.status,
        }


def _subprotocols(redactor: Redactor, names: Sequence[str]) -> list[str]:
    # Some clients hand their token over as a subprotocol: the rule for the header knows them.
    if not names:
        return []
    shown = redactor.headers([("sec-websocket-protocol", ", ".join(names))])[0][1]
    return [name.strip() for name in shown.split(",")]


def _source(source: Source | None) -> dict[str, Any] | None:
    return None if source is None else source._asdict()


def _finite(seconds: float) -> float:
    return seconds if math.isfinite(seconds) else 0.0
