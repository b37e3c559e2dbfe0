"""Decoding: a record read back from JSON, which may come from a store, a file, or a stranger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from math import isfinite
from typing import Any, get_args

from debug_toolbar_core.application import Route
from debug_toolbar_core.exchange import Body, BodyKind, Plain, Request, Response
from debug_toolbar_core.fault import Error, Failure
from debug_toolbar_core.pattern import pattern
from debug_toolbar_core.record import Kind, Record
from debug_toolbar_core.source import Source
from debug_toolbar_core.span import Fold, Span

FORMAT = 1
"""The version of the record's JSON; a reader refuses a newer one."""

_ID = pattern(r"[0-9A-Za-z_.:~-]{1,128}")
_DEEPEST = 48
_KINDS = frozenset(get_args(Kind))
_BODY_KINDS = frozenset(get_args(BodyKind))
_NUMBER = (int, float)
_NESTED = frozenset({dict, list})
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("started_at", "cost", "start", "seconds"), _NUMBER),
    **dict.fromkeys(("duration", "end", "started", "ended"), (*_NUMBER, type(None))),
    **dict.fromkeys(("count", "size", "seen", "messages"), (int,)),
    **dict.fromkeys(("complete", "handled", "imported"), (bool,)),
    **dict.fromkeys(("spans", "folded", "methods", "subprotocols", "query", "headers", "cookies"), (list,)),
    **dict.fromkeys(("data", "failures", "dropped", "tags", "attributes", "path_params", "details"), (dict,)),
    **dict.fromkeys(("client", "encoding", "framework", "task"), (str, type(None))),
    **dict.fromkeys(("request", "response", "route", "error", "body", "source"), (dict, type(None))),
    "status": (int, type(None)),
    "value": (object,),
}
"""What a field of each name may be; all others are texts."""
_SPAN = frozenset({"panel", "name", "start", "end", "attributes", "task"})
_USUAL = frozenset((str, str, float, float, dict, type(None), task) for task in (str, type(None)))
_ROUTE = frozenset({"path", "name", "handler", "methods", "path_params", "details"})


def decode(document: Mapping[str, Any]) -> Record:
    """Return the record that a document tells of, closed; a ValueError says what is not understood.

    Unknown keys are passed over, so that a document of a later minor version can be read.
    """
    if not isinstance(document, Mapping):
        raise ValueError(f"A record is a JSON object; this is a {type(document).__name__}.")
    if document.get("format") != FORMAT:
        raise ValueError(f"A record of format {document.get('format')!r:.40}; this version reads format {FORMAT}.")
    _check_depth(document)
    return decode_made(document)


def decode_made(document: Mapping[str, Any]) -> Record:
    """Return the record of a document that was encoded a moment ago: that is never nested too deep."""
    try:
        return _record(document)
    except KeyError as error:
        raise ValueError(f"A record without {error.args[0]!r}.") from None
    except TypeError as error:
        raise ValueError(f"Not a record: {error}.") from None


def decode_text(text: str | bytes) -> Record:
    """Return the record of a JSON text; a ValueError says what is not understood."""
    return decode(json.loads(text, object_hook=_Places().one, parse_constant=_refuse))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is nothing that JSON has.")


class _Places:
    """The places of one text, each one object: thousands of spans are of a few, and as many dictionaries
    would have the garbage collector walk over all that the process holds."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int, str], dict[str, Any]] = {}

    def one(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return what was read, or the same if it is a place that was read before."""
        if len(found) != len(Source._fields) or "file" not in found:
            return found
        file, line, function = found["file"], found.get("line"), found.get("function")
        if type(file) is str and type(line) is int and type(function) is str:
            return self.known.setdefault((file, line, function), found)
        return found


def _record(document: Mapping[str, Any]) -> Record:
    id, kind, parent = document["id"], document["kind"], document.get("parent")
    if type(kind) is not str or kind not in _KINDS:
        raise ValueError(f"A record's kind is one of {', '.join(sorted(_KINDS))}, not {kind!r:.40}.")
    for name, value in (("id", id), ("parent", parent or id)):
        if type(value) is not str or not _ID.fullmatch(value):
            raise ValueError(f"A record's {name} is letters, digits and _.:~-, not {value!r:.80}.")
    record = Record(kind, id=id, parent=parent)  # type: ignore[arg-type]  # checked above
    record.slot.record = None
    record.loaded = True
    record.started_at = _typed(document, "started_at")
    record.duration = _typed(document, "duration")
    record.wire = Plain(_request(document.get("request")), _response(document.get("response")))
    record.route = _route(document.get("route"))
    record.error = _perhaps(Error, document.get("error"))
    record.spans = _spans(_typed(document, "spans", []))
    folds = [_known(Fold, fold) for fold in _typed(document, "folded", [])]
    record.folded = {(fold.panel, fold.name): fold for fold in folds}
    record.data = dict(_typed(document, "data", {}))
    record.failures = {name: _known(Failure, item) for name, item in _typed(document, "failures", {}).items()}
    record.dropped = {name: _number(name, count) for name, count in _typed(document, "dropped", {}).items()}
    record.cost = _typed(document, "cost", 0.0)
    record.tags = dict(_typed(document, "tags", {}))
    record.framework = _typed(document, "framework", None)
    record.imported = _typed(document, "imported", False)
    return record


def _check_depth(document: Mapping[str, Any]) -> None:
    """Refuse what is nested deeper than encoding makes it: those who draw it walk it by recursion."""
    layer = [value for name, value in document.items() if name != "spans" and type(value) in _NESTED]
    layer += _attributes(document.get("spans"))
    for _ in range(_DEEPEST):
        layer = [item for value in layer for item in _items(value) if type(item) in _NESTED]
        if not layer:
            return
    raise ValueError(f"A record nested deeper than {_DEEPEST} levels.")


def _items(value: Any) -> Any:
    return value.values() if type(value) is dict else value


def _attributes(spans: Any) -> list[Any]:
    """Return the attributes of spans: all else that is read of a span is flat."""
    if type(spans) is not list:
        return []
    found = [span.get("attributes") for span in spans if type(span) is dict]
    return [each for each in found if type(each) is dict]


def _typed(document: Mapping[str, Any], name: str, *default: Any) -> Any:
    """Return a field, if it is of its type; a missing one is its default, or a KeyError."""
    value = document.get(name, *default) if default else document[name]
    allowed = _TYPES.get(name, (str,))
    if type(value) not in allowed and allowed != (object,):
        raise ValueError(f"A record's {name!r} cannot be a {type(value).__name__}.")
    return _finite(name, value) if type(value) is float else value


def _finite(name: str, value: float) -> float:
    if not isfinite(value):
        raise ValueError(f"A record's {name!r} cannot be {value}.")
    return value


def _number(name: str, value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"A record's count of dropped {name!r:.40} cannot be a {type(value).__name__}.")
    return value


def _known(kind: type[Any], document: Any) -> Any:
    """Make a dataclass of what a document has of its fields."""
    if not isinstance(document, Mapping):
        raise ValueError(f"A record's {kind.__name__.lower()} cannot be a {type(document).__name__}.")
    return kind(**{name: _typed(document, name) for name in _NAMES[kind] if name in document})


_NAMES: dict[type[Any], tuple[str, ...]] = {
    kind: tuple(item.name for item in fields(kind)) for kind in (Request, Response, Body, Error, Failure, Fold, Span)
}


def _perhaps(kind: type[Any], document: Any) -> Any:
    return None if document is None else _known(kind, document)


def _pairs(owner: Any, *names: str) -> Any:
    for name in names:
        pairs = getattr(owner, name)
        if not all(type(pair) in (list, tuple) and [type(item) for item in pair] == [str, str] for pair in pairs):
            raise ValueError(f"A record's {name!r} are pairs of texts.")
        setattr(owner, name, [(key, value) for key, value in pairs])
    return owner


def _body(owner: Any) -> Any:
    body: Body | None = _perhaps(Body, owner.body)
    if body is not None and body.kind not in _BODY_KINDS:
        raise ValueError(f"A body's kind is one of {', '.join(sorted(_BODY_KINDS))}, not {body.kind!r:.40}.")
    if body is not None and body.kind == "form":
        _pairs(body, "value")
    owner.body = body
    return owner


def _request(document: Any) -> Request | None:
    request = _perhaps(Request, document)
    if request is None:
        return None
    _texts("subprotocols", request.subprotocols)
    found: Request = _body(_pairs(request, "query", "headers", "cookies"))
    return found


def _response(document: Any) -> Response | None:
    response = _perhaps(Response, document)
    if response is None:
        return None
    found: Response = _body(_pairs(response, "headers"))
    return found


def _route(document: Any) -> Route | None:
    if document is None:
        return None
    if not isinstance(document, Mapping):
        raise ValueError(f"A record's route cannot be a {type(document).__name__}.")
    values = {name: _typed(document, name) for name in _ROUTE if document.get(name) is not None}
    values["methods"] = _texts("methods", values.get("methods", []))
    return Route(**values, source=_place(document.get("source")))


def _texts(name: str, values: Any) -> tuple[str, ...]:
    if not all(type(value) is str for value in values):
        raise ValueError(f"A record's {name!r} are texts.")
    return tuple(values)


def _spans(documents: list[Any]) -> list[Span]:
    spans, places = list[Span](), dict[int, Source | None]()
    for index, document in enumerate(documents):
        if not isinstance(document, Mapping):
            raise ValueError(f"A record's span cannot be a {type(document).__name__}.")
        span = _usual(document) or _known(Span, {key: value for key, value in document.items() if key in _SPAN})
        place, parent = document.get("source"), document.get("parent")
        if id(place) not in places:  # one object for all spans of a place, where it comes from an encoder
            places[id(place)] = _place(place)
        span.source = places[id(place)]
        span.parent = spans[parent] if type(parent) is int and 0 <= parent < index else None
        span.index = index
        spans.append(span)
    return spans


def _usual(document: Mapping[str, Any]) -> Span | None:
    """Return a span that has all of its fields, each of its usual type: there are thousands of them, looked at once."""
    get = document.get
    values: tuple[Any, ...] = get("panel"), get("name"), get("start"), get("end"), get("attributes"), None, get("task")
    if tuple(map(type, values)) not in _USUAL or not (isfinite(values[2]) and isfinite(values[3])):
        return None
    return Span(*values)


def _place(document: Any) -> Source | None:
    if document is None:
        return None
    if isinstance(document, Mapping):
        file, line, function = map(document.get, Source._fields)
        if type(file) is str and type(line) is int and type(function) is str:
            return Source(file, line, function)
    raise ValueError("A record's source is a file, a line and a function.")
