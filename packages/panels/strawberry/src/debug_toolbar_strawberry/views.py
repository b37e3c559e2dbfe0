"""Views: the operations of a record as blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Code,
    Column,
    Fact,
    Facts,
    Level,
    Row,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_strawberry.document import measure
from debug_toolbar_strawberry.findings import notices, title
from debug_toolbar_strawberry.operation import PANEL
from debug_toolbar_strawberry.resolvers import resolvers_table

_COUNTS = (
    ("depth", "depth", None),
    ("complexity", "selected", "Fields selected, those of a fragment wherever it is spread."),
    ("events", "events", None),
)
_STEPS = ("parse", "validate", "execute")


def show(record: Record, deep: int, repeated: int) -> Iterable[Block]:
    """Yield a badge, what is worth acting on, and each operation."""
    operations = _operations(record)
    if not operations:
        return
    found = list(notices(record, operations, deep, repeated))
    worst: Level | None = "error" if any(notice.level == "error" for notice in found) else "warning" if found else None
    count = len(operations)
    yield Badge(title(operations[0]) if count == 1 else f"{count} operations", level=worst)
    yield from found
    if count > 1:
        yield Facts([Fact("operations", count, "count")], headline=True)
    for operation in operations:
        blocks = list(_operation(operation))
        if count == 1:
            yield from blocks
        else:
            yield Section(title(operation), blocks)
    yield from _batches(record)
    yield Section("Timeline", [Timeline(PANEL)], open=False)


def _operations(record: Record) -> list[dict[str, Any]]:
    data = record.data.get(PANEL)
    found = data.get("operations") if isinstance(data, dict) else None
    operations = (
        [dict(operation) for operation in found if isinstance(operation, dict)] if isinstance(found, list) else []
    )
    for operation in operations:
        document = operation.get("document")
        if isinstance(document, str):
            depth = measure(document, operation.get("name"))
            operation["depth"], operation["selected"] = depth if depth is not None else (None, None)
    return operations


def _operation(operation: dict[str, Any]) -> Iterable[Block]:
    yield Facts(_facts(operation), headline=True)
    fields = operation.get("fields")
    if isinstance(fields, list) and fields:
        yield resolvers_table(fields)
    document = operation.get("document")
    if isinstance(document, str):
        yield Code(document, "graphql", title="Document")
    elif document is None:
        yield Facts([Fact("document", "not sent, and the server does not know it: a persisted operation")])
    if operation.get("variables"):
        yield Tree(operation["variables"], "Variables")
    yield from _errors(operation)


def _facts(operation: dict[str, Any]) -> list[Fact]:
    steps = operation.get("steps")
    facts = [Fact("operation", title(operation))]
    for name in _STEPS:
        step = steps.get(name) if isinstance(steps, dict) else None
        if isinstance(step, list) and len(step) == 2:
            facts.append(Fact(name, step[1], "s"))
    persisted = operation.get("persisted")
    if isinstance(persisted, str):
        facts.append(Fact("persisted", persisted[:12] or "by the server", hint="The client did not send the document."))
    for label, key, hint in _COUNTS:
        if isinstance(operation.get(key), int):
            facts.append(Fact(label, operation[key], "count", hint))
    if operation.get("error_count"):
        facts.append(Fact("errors", operation["error_count"], "count"))
    return facts


def _errors(operation: dict[str, Any]) -> Iterable[Block]:
    for error in operation.get("errors") or ():
        if not isinstance(error, dict):
            continue
        path = ".".join(str(part) for part in error.get("path") or ())
        places = ", ".join(
            ":".join(map(str, place)) for place in error.get("locations") or () if isinstance(place, list)
        )
        facts = [Fact("message", error.get("message")), Fact("path", path or None, "code")]
        facts += [Fact("in the document at", places or None), Fact("raised", error.get("raised"))]
        blocks: list[Block] = [Facts([fact for fact in facts if fact.value is not None])]
        frames = [frame for frame in error.get("frames") or () if isinstance(frame, list) and len(frame) == 3]
        if frames:
            columns = (Column("Traceback, innermost last", "source"),)
            blocks.append(Table(columns, [Row((Source(*frame),)) for frame in frames]))
        yield Section(f"{error.get('type') or 'Error'}: {str(error.get('message'))[:120]}", blocks, open=False)


def _batches(record: Record) -> Iterable[Block]:
    """Yield a table of the batches of data loaders: what one call loaded for many."""
    rows = []
    for index, span in enumerate(record.spans):
        size = span.attributes.get("graphql.batch.size")
        if span.panel == PANEL and isinstance(size, int):
            loads = span.attributes.get("graphql.loads")
            spared = loads - size if isinstance(loads, int) and loads > size else 0
            name = span.attributes.get("graphql.loader")
            cells = (span.start, name, size, spared, None if span.end is None else span.duration, span.source)
            rows.append(Row(cells, span=index))
    if rows:
        columns = (Column("At", "s"), Column("Loader", "code"), Column("Keys", "count"), Column("From cache", "count"),
                   Column("Time", "s"), Column("Source", "source"))  # fmt: skip
        yield Table(columns, rows, title="Batches of data loaders")
