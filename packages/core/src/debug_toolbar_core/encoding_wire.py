"""The wire's encoding: request, response, bodies and route of a record as JSON, as its rules show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.application import Route
from debug_toolbar_core.body import read_body
from debug_toolbar_core.exchange import Body, Request, Response
from debug_toolbar_core.fault import Error
from debug_toolbar_core.source import Source
from debug_toolbar_core.strict import plain, tidy

if TYPE_CHECKING:
    from debug_toolbar_core.redacted import Rules


def request_json(rules: Rules, request: Request | None) -> dict[str, Any] | None:
    """Return what came in as JSON."""
    if request is None:
        return None
    query = request.query_string
    document = {
        "method": request.method,
        "scheme": request.scheme,
        "path": rules.text(request.path),
        "root_path": request.root_path,
        "query_string": rules.url("?" + query)[1:] if query else "",
        "url": rules.url(request.url),
        "http_version": request.http_version,
        "client": request.client,
    }
    return {
        **plain(document),
        "query": rules.pairs(request.query),
        "headers": rules.headers(request.headers),
        "cookies": rules.cookies(request.cookies),
        "subprotocols": _subprotocols(rules, request.subprotocols),
        "body": _body(rules, request.body),
    }


def response_json(rules: Rules, response: Response | None) -> dict[str, Any] | None:
    """Return what went out as JSON."""
    if response is None:
        return None
    document = {
        "status": response.status,
        "reason": response.reason,
        "size": response.size,
        "messages": response.messages,
        "started": response.started,
        "ended": response.ended,
        "complete": response.complete,
        "encoding": response.encoding,
    }
    return {
        **plain(document),
        "headers": rules.headers(response.headers),
        "body": _body(rules, response.body),
    }


def _body(rules: Rules, body: Body | None) -> dict[str, Any] | None:
    if body is None:
        return None
    read = read_body(body, rules) if body.content else body
    document = {
        "size": read.size,
        "seen": read.seen,
        "truncated": read.truncated,
        "content_type": read.content_type,
        "encoding": read.encoding,
        "kind": read.kind,
    }
    value = read.value if body.content else tidy(read.value)
    return {**plain(document), "value": value}


def route_json(rules: Rules, route: Route | None) -> dict[str, Any] | None:
    """Return a matched route as JSON."""
    if route is None:
        return None
    document: dict[str, Any] = tidy({"path": route.path, "name": route.name, "handler": route.handler})
    return {
        **document,
        "methods": tidy(list(route.methods)),
        "source": source_json(route.source),
        "path_params": rules.value(dict(route.path_params)),
        "details": rules.value(dict(route.details)),
    }


def source_json(source: Source | None) -> dict[str, Any] | None:
    """Return a place in a source file as JSON."""
    if source is None:
        return None
    return plain({"file": source.file, "line": source.line, "function": source.function})


def error_json(rules: Rules, error: Error | None) -> dict[str, Any] | None:
    """Return the error that decided a record as JSON."""
    if error is None:
        return None
    document = {
        "type": error.type,
        "message": rules.text(error.message),
        "module": error.module,
        "handled": error.handled,
        "status": error.status,
    }
    return plain(document)


def _subprotocols(rules: Rules, names: Sequence[str]) -> list[str]:
    # Some clients hand their token over as a subprotocol: the rule for the header knows them.
    if not names:
        return []
    shown = rules.headers([("sec-websocket-protocol", ", ".join(names))])[0][1]
    return [name.strip() for name in shown.split(",")]
