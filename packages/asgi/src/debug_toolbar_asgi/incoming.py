"""Incoming: a request's scope as it came, copied before routers change it, read when somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl

from debug_toolbar_core.exchange import Request

from .tee import Tee

Pairs = list[tuple[str, str]]


def texts(headers: Iterable[Any]) -> Pairs:
    """Decode headers: latin-1 says every byte, and odd ones are escaped where they are drawn."""
    try:
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    except (AttributeError, TypeError, ValueError):
        return _odd_texts(headers)


def _odd_texts(headers: Iterable[Any]) -> Pairs:
    """Decode what is decodable of headers that no server would send."""
    pairs = [pair for pair in headers if isinstance(pair, (list, tuple)) and len(pair) == 2]
    return [
        (
            name.decode("latin-1") if type(name) is bytes else _text(name),
            value.decode("latin-1") if type(value) is bytes else _text(value),
        )
        for name, value in pairs
    ]


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return value.decode("latin-1")
    return value if type(value) is str else ""


def whole(number: object) -> int | None:
    """Return a status or code as a plain number: enumerations and other subclasses lose what else they are."""
    return int.__add__(number, 0) if isinstance(number, int) else None


def first(headers: Pairs, name: str) -> str:
    """Return a header's first value, or an empty text."""
    for key, value in headers:
        if key == name or key.lower() == name:
            return value
    return ""


_USUAL = itemgetter(
    "headers", "root_path", "path", "query_string", "scheme", "client", "server", "method", "http_version"
)


class Incoming(NamedTuple):
    """The plain values of a scope, which hold no object of the server or the application; made when somebody reads."""

    headers: Any = ()
    """The same list as the scope's, for a recorder inside to know it by."""
    root_path: Any = ""
    path: Any = ""
    query: Any = b""
    scheme: Any = "http"
    client: Any = None
    server: Any = None
    method: Any = "GET"
    version: Any = ""
    subprotocols: Any = ()

    @classmethod
    def thin(cls, scope: Mapping[str, Any]) -> Self:
        """Take the values of any scope: what it lacks has the specification's default."""
        return cls(**{name: scope[key] for name, key in _NAMES.items() if key in scope})

    def request(self, body: Tee | None) -> Request:
        """Return the request in plain form."""
        headers = texts(self.headers if isinstance(self.headers, (list, tuple)) else ())
        query_string = self.query.decode("latin-1") if isinstance(self.query, bytes) else ""
        request = Request(
            method=str(self.method),
            scheme=str(self.scheme),
            path=str(self.path),
            root_path=str(self.root_path),
            query_string=query_string,
            query=_query(query_string),
            http_version=str(self.version),
            headers=headers,
            cookies=[pair for name, value in headers if name.lower() == "cookie" for pair in _cookies(value)],
            client=_address(self.client),
            subprotocols=[str(name) for name in self.subprotocols or ()],
        )
        request.url = self._url(headers, query_string)
        request.body = (
            None
            if body is None
            else body.body(first(headers, "content-type"), first(headers, "content-encoding") or None)
        )
        return request

    def _url(self, headers: Pairs, query_string: str) -> str:
        host = first(headers, "host") or _address(self.server) or "localhost"
        path = str(self.path)
        root = str(self.root_path)
        if root and not path.startswith(root):  # hypercorn and granian leave the root out of the path
            path = root + path
        return f"{self.scheme}://{host}{path}" + (f"?{query_string}" if query_string else "")


def incoming_of(scope: Mapping[str, Any]) -> tuple[Any, ...]:
    """Take what an Incoming is made of; in one step of C where the scope has what servers give with every request."""
    try:
        facts: tuple[Any, ...] = _USUAL(scope)
    except KeyError:
        return Incoming.thin(scope)
    return facts


_NAMES = {name: name for name in Incoming._fields} | {"query": "query_string", "version": "http_version"}


def _query(query_string: str) -> Pairs:
    if not query_string:
        return []
    try:
        return parse_qsl(query_string, keep_blank_values=True, max_num_fields=1_000)
    except ValueError:  # more fields than anybody reads
        return [("", query_string)]


def _cookies(value: str) -> Pairs:
    pairs = [part.strip().partition("=") for part in value.split(";") if part.strip()]
    return [(name, text) for name, _, text in pairs]


def _address(pair: Any) -> str | None:
    if not isinstance(pair, (list, tuple)) or not pair:
        return None
    host = f"[{pair[0]}]" if ":" in str(pair[0]) else str(pair[0])
    return host if len(pair) < 2 or pair[1] is None else f"{host}:{pair[1]}"
