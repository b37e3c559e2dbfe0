"""Encoding: a record's one way out, to JSON: redaction and limits in one pass."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.application import Route
from debug_toolbar_core.body import read_body
from debug_toolbar_core.decoding import FORMAT, decode
from debug_toolbar_core.exchange import Body, Request, Response
from debug_toolbar_core.fault import Error
from debug_toolbar_core.record import Record
from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.source import Source
from debug_toolbar_core.span import Span
from debug_toolbar_core.units import jsonable

if TYPE_CHECKING:
    from debug_toolbar_core.redaction import Redactor

__all__ = ["FORMAT", "Encoder", "decode"]


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
            "request": self.request(record.request),
            "response": self.response(record.response),
            "route": self.route(record.route),
            "error": self.error(record.error),
            "spans": [self.span(span, places, record.duration) for span in spans],
            "folded": [
                {
                    "panel": fold.panel,
                    "name": self.redactor.text(fold.name),
                    "count": fold.count,
                    "seconds": _finite(fold.seconds),
                }
                for fold in list(record.folded.values())
            ],
            "data": {name: self.redactor.value(value) for name, value in list(record.data.items())},
            "failures": {
                name: {"hook": failure.hook, "message": self.redactor.text(failure.message)}
                for name, failure in list(record.failures.items())
            },
            "dropped": dropped,
            "cost": record.cost,
            "tags": self.redactor.value(record.tags),
            "framework": record.framework,
            "imported": record.imported,
        }
        return {name: _tidy(value) for name, value in document.items()}

    def through(self, record: Record) -> Record:
        """Return a record as every reader gets it: sent through JSON, with nothing raw in it."""
        return decode(json.loads(json.dumps(self.encode(record))))

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
            "source": _source(span.source),
        }

    def attributes(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        shown = self.redactor.value(dict(attributes))
        return shown if isinstance(shown, dict) else {}

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
            "body": self.body(request.body),
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
            "body": self.body(response.body),
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


def _tidy(value: Any) -> Any:
    """Return what strict JSON can hold of a value that adapters and panels set: they may set anything."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if kind is dict:
        return {_tidy(key) if type(key) is str else str(_tidy(key)): _tidy(item) for key, item in value.items()}
    if kind is list:
        return [_tidy(item) for item in value]
    if kind is float:
        return value if math.isfinite(value) else None
    if value is None or kind is bool or kind is int:
        return value
    return _tidy(jsonable(snapshot(value)))
