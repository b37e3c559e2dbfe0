"""Samples: an application, records of every kind, and texts that somebody hostile would send."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from debug_toolbar_core import Application, Record, Route, Source
from debug_toolbar_core.encoding import Encoder, decode
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.record import Kind
from debug_toolbar_testing.clock import Clock

HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "</style></textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "`code` **bold** [link](javascript:alert(1)) | a |\n# title",
    "{{ 7 * 7 }} ${7*7} {0.__class__} %s%n",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\u202etxt.exe\u2066",
    "nul \x00, bell \x07, lone \ud800",
    "../../../etc/passwd",
)
"""Texts that must stay text wherever they are shown."""

_SOURCE = Source("/app/shop/views.py", 48, "list_books")
_ROUTE = Route("/books/{id}", "book", "shop.views.show", ("GET",), _SOURCE, {"id": "7"}, {"kind": "http"})


class SampleApplication(Application):
    """An application with two routes, some settings and a schema, for panels that show them."""

    framework = "Sample"
    version: str | None = "1.0"
    debug = True

    def routes(self) -> Iterable[Route]:
        return [Route("/books", "books", "shop.views.list_books", ("GET", "POST"), _SOURCE), _ROUTE]

    def settings(self) -> Mapping[str, Any]:
        return {"debug": True, "title": "Shop", "secret_key": "a-very-secret-key"}

    def openapi(self) -> Mapping[str, Any] | None:
        return {"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/books": {"get": {}}}}


def through_json(record: Record) -> Record:
    """Return a record as a store gives it back: redacted, through JSON."""
    return decode(json.loads(json.dumps(Encoder().encode(record))))


def sample_wire(text: str = "new") -> Plain:
    """Return what came in and went out of a request for a page, with a text of yours in every place that has one."""
    headers = [("host", "localhost:8000"), ("accept", "text/html"), ("x-text", text), ("cookie", f"theme={text}")]
    answer = [("content-type", "text/html; charset=utf-8"), ("x-text", text), ("x-text", "again")]
    page = f"<!doctype html><title>Books</title><p>{text}".encode("utf-8", "replace")
    request = Request(
        path=f"/books/{text}", query_string="sort=x", query=[("sort", text)], headers=headers,
        url="http://localhost:8000/books", cookies=[("theme", text)], client="127.0.0.1:5123",
        body=Body(len(page), len(page), "text/plain; charset=utf-8", content=page),
    )  # fmt: skip
    body = Body(len(page), len(page), "text/html; charset=utf-8", content=page)
    response = Response(200, "OK", answer, len(page), 1, 0.080, 0.0835, True, None, body)
    return Plain(request, response)


def sample_record(
    *,
    queries: int = 0,
    error: BaseException | None = None,
    kind: Kind = "http",
    panel: str = "sqlalchemy",
    data: Mapping[str, Any] | None = None,
    duration: float = 0.084,
    text: str = "new",
    stored: bool = True,
) -> Record:
    """Return a finished record of `duration` seconds, as a store gives it back.

    `queries` spans of `panel` take a millisecond each; `data` is what panels collected, by their names;
    `text` stands in the path, the query, headers and the like; with `stored=False` it is still to be encoded.

    Example: `sample_record(queries=3, error=ValueError("no such book"))`.
    """
    clock = Clock()
    record = clock.record(kind)
    if kind in ("http", "websocket"):
        record.wire, record.route = sample_wire(text), _ROUTE
    elif kind == "task":
        record.tags["name"] = text
    for index in range(queries):
        start = 0.010 + index * 0.002
        attributes = {"db.query.text": f"SELECT title FROM book WHERE id = {index}"}
        record.add(panel, "SELECT book", start, start + 0.001, attributes, source=_SOURCE)
    record.data.update(data or {})
    if error is not None:
        record.fail(error)
    clock.advance(duration)
    record.close()
    return through_json(record) if stored else record
