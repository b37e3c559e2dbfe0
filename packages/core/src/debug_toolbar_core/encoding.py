"""Encoding: a record's one way out, to JSON: redaction and limits in one pass, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from debug_toolbar_core.application import Route
from debug_toolbar_core.body import read_body
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.fault import Error, Failure
from debug_toolbar_core.record import Record
from debug_toolbar_core.redaction import Redactor
from debug_toolbar_core.source import Source
from debug_toolbar_core.span import Fold, Span

FORMAT = 1
"""The version of the record's JSON; a reader refuses a newer one."""


class Encoder:
    """Turns records into JSON with one set of redaction rules.

    Example: `json.dumps(Encoder().encode(record))`.
    """

    def __init__(self, redactor: Redactor | None = None) -> None:
        self.redactor = redactor or Redactor()

    def encode(self, record: Record) -> dict[str, Any]:
        """Return the record as JSON, redacted and within limits; the record itself is not changed."""
        spans = list(record.spans)
        places = {id(span): index for index, span in enumerate(spans)}
        dropped = dict(record.dropped)
        if record.slot.late:
            dropped["late"] = dropped.get("late", 0) + record.slot.late
        return {
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
                    "seconds": fold.seconds,
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
            "imported": record.imported,
        }

    def span(self, span: Span, places: Mapping[int, int], duration: float | None) -> dict[str, Any]:
        attributes = span.attributes
        end = span.end
        if end is None and duration is not None:  # still running when its record closed
            end, attributes = duration, {**attributes, "unfinished": True}
        return {
            "panel": span.panel,
            "name": self.redactor.text(span.name),
            "start": span.start,
            "end": end,
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
            "subprotocols": [redactor.text(name) for name in request.subprotocols],
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


def decode(document: Mapping[str, Any]) -> Record:
    """Return the record that a document tells of, closed; a ValueError says what is not understood.

    Unknown keys are passed over, so that a document of a later minor version can be read.
    """
    if document.get("format") != FORMAT:
        raise ValueError(f"A record of format {document.get('format')!r}; this version reads format {FORMAT}.")
    record = Record(document["kind"], id=document["id"], parent=document.get("parent"))
    record.slot.record = None
    record.loaded = True
    record.started_at = document["started_at"]
    record.duration = document["duration"]
    record.wire = Plain(_request(document.get("request")), _response(document.get("response")))
    record.route = _route(document.get("route"))
    record.error = _known(Error, document.get("error"))
    record.spans = _spans(document.get("spans") or [])
    folds = [Fold(**fold) for fold in document.get("folded") or []]
    record.folded = {(fold.panel, fold.name): fold for fold in folds}
    record.data = dict(document.get("data") or {})
    record.failures = {name: Failure(**failure) for name, failure in (document.get("failures") or {}).items()}
    record.dropped = dict(document.get("dropped") or {})
    record.cost = document.get("cost") or 0.0
    record.tags = dict(document.get("tags") or {})
    record.imported = bool(document.get("imported"))
    return record


def _known(kind: type[Any], document: Mapping[str, Any] | None) -> Any:
    if document is None:
        return None
    names = {item.name for item in fields(kind)}
    return kind(**{name: value for name, value in document.items() if name in names})


def _pairs(request: Any, *names: str) -> Any:
    for name in names:
        setattr(request, name, [(key, value) for key, value in getattr(request, name)])
    return request


def _body(owner: Any) -> Any:
    if owner.body is not None:
        owner.body = _known(Body, owner.body)
    return owner


def _request(document: Mapping[str, Any] | None) -> Request | None:
    if document is None:
        return None
    request: Request = _body(_pairs(_known(Request, document), "query", "headers", "cookies"))
    return request


def _response(document: Mapping[str, Any] | None) -> Response | None:
    if document is None:
        return None
    response: Response = _body(_pairs(_known(Response, document), "headers"))
    return response


def _route(document: Mapping[str, Any] | None) -> Route | None:
    if document is None:
        return None
    values = {**document, "methods": tuple(document["methods"]), "source": _place(document.get("source"))}
    route: Route = _known(Route, values)
    return route


def _spans(documents: list[Mapping[str, Any]]) -> list[Span]:
    spans: list[Span] = []
    for index, document in enumerate(documents):
        span: Span = _known(Span, {**document, "parent": None, "source": _place(document.get("source"))})
        span.index = index
        spans.append(span)
    for span, document in zip(spans, documents, strict=True):
        parent = document.get("parent")
        span.parent = spans[parent] if isinstance(parent, int) and 0 <= parent < len(spans) else None
    return spans


def _source(source: Source | None) -> dict[str, Any] | None:
    return None if source is None else source._asdict()


def _place(document: Mapping[str, Any] | None) -> Source | None:
    return None if document is None else Source(document["file"], document["line"], document["function"])
