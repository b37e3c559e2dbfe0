"""The view of the application: its document, where it is shown, and every operation in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Notice, Row, Table
from debug_toolbar_openapi.document import Document
from debug_toolbar_openapi.operation import Operation, mapping

_COLUMNS = (Column("Operation", "code"), Column("Summary"), Column("Answers", "code"))
_MOST = 2_000


def show_application(document: Document) -> Iterable[Block]:
    """Yield the application's document, or say that there is none: without a badge the panel is greyed."""
    if not document.known:
        return
    if not document.content:
        why = f"This {document.framework} application has no OpenAPI document; FastAPI's and Litestar's have."
        if document.left_out:
            why = "The application's OpenAPI document is too long to be kept."
        yield Table(_COLUMNS, (), None, why)
        return
    operations = document.operations
    yield Badge(f"{len(operations):,}")
    yield from _notices(document, operations)
    yield Facts(list(_facts(document)))
    count = f"{len(operations):,} operation{'' if len(operations) == 1 else 's'}"
    yield Table(_COLUMNS, [_row(operation) for operation in operations[:_MOST]], count, "It has no operations.")


def _notices(document: Document, operations: list[Operation]) -> Iterator[Notice]:
    twice = [name for name, count in Counter(item.id for item in operations if item.id).items() if count > 1]
    if twice:
        names = ", ".join(f"`{name}`" for name in twice[:5])
        text = f"{len(twice)} operation id{'s are' if len(twice) > 1 else ' is'} used more than once: {names}"
        yield Notice("warning", text, "Clients made from the document lose one of them.", label="operation id")
    if document.left_out:
        text = f"The document is too long to be kept whole: {document.left_out} are left out"
        yield Notice("info", text, "What needs them is not checked.", label="document cut")


def _facts(document: Document) -> Iterator[Fact]:
    info = mapping(document.content.get("info"))
    title = " ".join(str(info.get(name) or "") for name in ("title", "version")).strip()
    yield Fact("API", title or "without a title")
    yield Fact("OpenAPI", document.version or "no version")
    schemas = mapping(mapping(document.content.get("components")).get("schemas"))
    yield Fact("Schemas", len(schemas), "count")
    for name, address in document.links():
        yield Fact(name, address, "link")


def _row(operation: Operation) -> Row:
    told = [Fact("operationId", operation.id, "code"), Fact("Tags", ", ".join(operation.tags))]
    known = [fact for fact in told if fact.value]
    cells = (operation.name, operation.summary, " ".join(operation.responses()))
    return Row(cells, details=[Facts(known)] if known else [])
