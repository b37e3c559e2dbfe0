"""Findings: what in an operation is worth a notice: N+1s by field, shared loaders, errors, depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from debug_toolbar_core import Record, Source, Span
from debug_toolbar_core.blocks import Notice
from debug_toolbar_strawberry.operation import PANEL

_FIRST = 5
_QUESTIONS = frozenset({"db.query.text", "db.operation.name", "http.request.method"})


def notices(record: Record, operations: Sequence[dict[str, Any]], deep: int, repeated: int) -> Iterable[Notice]:
    """Yield what is worth acting on."""
    for operation in operations:
        yield from _errors(operation)
    yield from n_plus_one(record, repeated)
    for name, span in _shared(record).items():
        text = f"The data loader `{name}` served several requests: its cache and its batches mix them."
        yield Notice("warning", text, "Make loaders in the context of each request.", span.source, "shared DataLoader")
    for operation in operations:
        depth = operation.get("depth")
        if isinstance(depth, int) and depth > deep:
            yield Notice("warning", f"`{title(operation)}` selects {depth} levels deep.", label="deep operation")


def _errors(operation: dict[str, Any]) -> Iterable[Notice]:
    errors = [error for error in operation.get("errors") or () if isinstance(error, dict)]
    for error in errors[:_FIRST]:
        path = ".".join(str(part) for part in error.get("path") or ())
        where = f" at `{path}`" if path else ""
        frames = [frame for frame in error.get("frames") or () if isinstance(frame, list) and len(frame) == 3]
        source = Source(*frames[-1]) if frames else None
        yield Notice(
            "error", f"{error.get('message')}{where}", source=source, label=str(error.get("type") or "GraphQL")
        )
    total = operation.get("error_count")
    if isinstance(total, int) and total > _FIRST:
        yield Notice("error", f"{total - _FIRST:,} more errors in `{title(operation)}`.", label="GraphQL")


def n_plus_one(record: Record, repeated: int) -> Iterable[Notice]:
    """Yield a notice for each field of which several calls asked a database or a server by themselves.

    A data loader's batch is asked for by one call for all, and stands under the operation: it is never counted.
    """
    calls = {id(span): span for span in record.spans if span.panel == PANEL and "graphql.field.path" in span.attributes}
    asked: dict[str, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for span in record.spans:
        call = _call_of(span, calls)
        if call is not None and _asks(span):
            asked[str(call.attributes["graphql.field.path"])][id(call)].append(span)
    for path, by_call in asked.items():
        if len(by_call) < repeated:
            continue
        spans = [span for found in by_call.values() for span in found]
        ends = [span.start if span.end is None else span.end for span in spans]
        together = max(ends) - min(span.start for span in spans)  # resolvers run at once: sums would promise too much
        saves = max(0.0, together - max(span.duration for span in spans))
        text = f"`{path}` ran {len(by_call):,} times with {len(spans):,} queries of its own ({spans[0].name[:80]})."
        hint = "Load them all at once with a `DataLoader`, or join them where the list is loaded."
        yield Notice("warning", text, hint, spans[0].source, "N+1", saves, key=f"n+1 {path}")


def _call_of(span: Span, calls: dict[int, Span]) -> Span | None:
    """Return the resolver's call that a span ran in, unless a batch stands between."""
    parent = span.parent
    while parent is not None:
        if id(parent) in calls:
            return parent
        if "graphql.batch.size" in parent.attributes:
            return None
        parent = parent.parent
    return None


def _asks(span: Span) -> bool:
    """Tell by its attributes whether a span asks a database, a cache or a server, whichever panel made it."""
    attributes = span.attributes
    return not (attributes.get("band") or attributes.get("aside")) and not _QUESTIONS.isdisjoint(attributes)


def _shared(record: Record) -> dict[str, Span]:
    spans = (span for span in record.spans if span.panel == PANEL and span.attributes.get("graphql.loader.shared"))
    return {str(span.attributes.get("graphql.loader")): span for span in spans}


def title(operation: dict[str, Any]) -> str:
    """Return an operation's type and name.

    >>> title({"type": "query", "name": "Books"})
    'query Books'
    """
    name, kind = operation.get("name"), operation.get("type") or "operation"
    return f"{kind} {name}" if name else str(kind)
