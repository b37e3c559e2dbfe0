"""Reading: a record's cache operations out of its spans, whatever state their attributes are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from debug_toolbar_cache.command import words
from debug_toolbar_cache.operation import PANEL
from debug_toolbar_core import Record, Source, Span

_BACKENDS = {
    "redis": "Redis", "valkey": "Valkey", "memcached": "memcached", "SimpleMemoryCache": "memory",
    "RedisCache": "Redis", "MemcachedCache": "memcached",
}  # fmt: skip
_LIBRARIES = {"litestar": "Litestar"}
_HIDDEN = "[redacted]"
BLOCKING = words("message BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP XREAD XREADGROUP WAIT WAITAOF")
"""Operations that wait because they are asked to."""
NO_ERRORS = frozenset({"CancelledError", "GeneratorExit", "WatchError", "NoScriptError"})
"""What is raised where nothing is wrong: cancelled, lost a race that is retried, a script's first use."""
_INSIDE = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a cache; `counted` unless it is what another one did in its back end."""

    index: int
    name: str
    library: str
    backend: str
    keys: Sequence[str]
    marks: Sequence[object]
    key_count: int
    hits: int
    reads: int
    read: int | None
    written: int | None
    start: float
    seconds: float
    ended: bool
    error: str | None
    message: str | None
    source: Source | None
    parent: int | None
    none: bool
    commands: Sequence[Mapping[str, Any]]
    batch: int
    namespace: str | None

    @property
    def counted(self) -> bool:
        """Whether it is an operation of the application's own."""
        return self.parent is None

    @property
    def wrong(self) -> bool:
        """Whether it failed in a way that somebody should know of."""
        return self.error is not None and self.error not in NO_ERRORS and self.name != "message"

    @property
    def memory(self) -> bool:
        """Whether nothing but this process is asked."""
        return self.backend.endswith(("memory", "MemoryStore"))

    @property
    def key(self) -> str:
        """Its keys in a line: `price:7`, or `price:7, price:8, … (60 keys)`."""
        if len(self.keys) < 4 and self.key_count <= len(self.keys):
            return ", ".join(self.keys)
        return f"{', '.join(self.keys[:3])}, … ({self.key_count} keys)"


def operations(record: Record) -> list[Operation]:
    """Return a record's operations in the order of their beginnings."""
    found = [(index, span) for index, span in enumerate(record.spans) if span.panel == PANEL]
    places = {id(span): index for index, span in found}
    read = [_operation(index, span, _around(span, places), record.spans) for index, span in found]
    return sorted(read, key=lambda operation: (operation.start, operation.index))


def _around(span: Span, places: Mapping[int, int]) -> int | None:
    """Return the operation that a span is inside of, the outermost."""
    outer = None
    for _ in range(_INSIDE):
        if span.parent is None:
            break
        span = span.parent
        outer = places.get(id(span), outer)
    return outer


def _operation(index: int, span: Span, parent: int | None, spans: Sequence[Span]) -> Operation:
    attributes = span.attributes
    # What a back end is asked is often asked in a task of the library's: its caller is whoever asked the library.
    source = span.source if parent is None else spans[parent].source
    name, system = _text(attributes.get("db.operation.name")) or span.name, _text(attributes.get("db.system.name"))
    library, backend = (_text(attributes.get(what)) or system for what in ("cache.library", "cache.backend"))
    keys = _keys(attributes)
    hits, reads = _answers(attributes)
    error = _text(attributes.get("error.type")) or None
    return Operation(
        index=index, name=name, library=library, backend=_backend(library, backend),
        keys=keys, marks=_marks(attributes, keys), key_count=_number(attributes.get("cache.key_count")) or len(keys),
        hits=hits, reads=reads, read=_number(attributes.get("cache.bytes_read")),
        written=None if error else _number(attributes.get("cache.bytes_written")), start=span.start,
        seconds=max(span.duration, 0.0), ended=span.end is not None, error=error,
        message=_text(attributes.get("error.message")) or None, source=source, parent=parent,
        none=attributes.get("cache.none") is True, commands=list(_commands(attributes.get("cache.commands"))),
        batch=_number(attributes.get("db.operation.batch.size")) or 0,
        namespace=_text(attributes.get("cache.namespace")) or None,
    )  # fmt: skip


def _backend(library: str, backend: str) -> str:
    shown = _BACKENDS.get(backend, backend or "cache")
    return f"{_LIBRARIES.get(library, library)} {shown}" if library in ("aiocache", "litestar") else shown


def _answers(attributes: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many of how many keys were found."""
    reads, hit = _number(attributes.get("cache.reads")), attributes.get("cache.hit")
    if reads is not None:
        return min(_number(attributes.get("cache.hits")) or 0, reads), reads
    return (int(hit), 1) if type(hit) is bool else (0, 0)


def _keys(attributes: Mapping[str, Any]) -> list[str]:
    """Return the keys that an operation is said to have: one, or those of a list."""
    many = attributes.get("cache.keys")
    return [item for item in many if type(item) is str] if type(many) is list else [*_one(attributes.get("cache.key"))]


def _one(value: Any) -> Iterator[str]:
    if type(value) is str:
        yield value


def _marks(attributes: Mapping[str, Any], keys: Sequence[str]) -> list[object]:
    """Return what tells keys apart: their marks, or the keys themselves where none of them is redacted."""
    mark = attributes.get("cache.mark")
    marks = attributes.get("cache.marks") if mark is None else [mark]
    if type(marks) is list and len(marks) == len(keys) and all(type(mark) is int for mark in marks):
        return list(marks)
    return [] if any(_HIDDEN in key for key in keys) else list(keys)


def _commands(value: Any) -> Iterator[Mapping[str, Any]]:
    if type(value) is list:
        yield from (item for item in value if type(item) is dict)


def told(command: Mapping[str, Any]) -> tuple[str, str, int, int, int | None, str | None]:
    """Return the name, keys, hits, reads, bytes and error of one command of a pipeline."""
    keys = _keys(command)
    error = _text(command.get("error")) or None
    size = _number(command.get("cache.bytes_read")) or _number(command.get("cache.bytes_written"))
    shown = ", ".join(keys[:3]) + (", …" if len(keys) > 3 else "")
    return _text(command.get("name")), shown, *_answers(command), None if error else size, error


def _text(value: Any) -> str:
    return value if type(value) is str else ""


def _number(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None
