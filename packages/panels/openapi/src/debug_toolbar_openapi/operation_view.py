"""The view of a request: its operation, whether what was sent and answered keeps to it, and its schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Row, Section, Table
from debug_toolbar_core.exchange import Request
from debug_toolbar_openapi.checking import Checked
from debug_toolbar_openapi.document import Document
from debug_toolbar_openapi.operation import Operation, mapping
from debug_toolbar_openapi.outline import Outline, filled, table, told_limits
from debug_toolbar_openapi.verdict import Judge, notices


@dataclass(frozen=True)
class Shows:
    """Shows requests, checking what the options ask for."""

    requests: bool
    responses: bool
    most: int

    def operation(self, record: Record, document: Document) -> Iterable[Block]:
        """Yield a request's operation and how it was kept to, or why nothing can be said of it."""
        route, request = record.route, record.request
        if route is None or request is None:
            return
        operation = document.find(route.path, request.method, route.details.get("operation_id"))
        if operation is None:
            yield from _none(document, record)
            return
        judge = Judge(document, operation, self.most)
        sent = judge.request(record) if self.requests else None
        answered = judge.response(record) if self.responses and not record.open else None
        yield _badge(operation, sent, answered)
        yield from notices(record, operation, sent, answered)
        yield from _headline(sent, answered)
        yield from _violations("What is wrong with the response", answered)
        yield from _violations("What is wrong with the request", sent)
        yield Facts(list(_facts(document, operation, request)))
        yield from _schemas(record, operation)


def _none(document: Document, record: Record) -> Iterator[Block]:
    """Say why there is no operation; without a badge the panel is greyed."""
    route = record.route
    path = "" if route is None else route.path
    if not document.known:
        why = "The document of the application that made this record is not known here."
    elif not document.content and document.left_out:
        why = "The application's OpenAPI document is too long to be kept."
    elif not document.content:
        why = f"This {document.framework} application has no OpenAPI document."
    else:
        why = f"{path} is not in the application's OpenAPI document."
    yield Table((Column("Operation"),), (), None, why)


def _badge(operation: Operation, sent: Checked | None, answered: Checked | None) -> Badge:
    count = sum(violation.times for checked in (sent, answered) if checked for violation in checked.violations)
    if count:
        return Badge(f"{count} wrong")
    if answered is not None and not answered.why:
        return Badge("conforms", level="ok")
    return Badge(operation.id or operation.name)


def _headline(sent: Checked | None, answered: Checked | None) -> Iterator[Block]:
    told = [Fact(label, checked.words) for label, checked in (("response", answered), ("request", sent)) if checked]
    if told:
        yield Facts(told, headline=not any(checked.why for checked in (sent, answered) if checked))
    hidden = sum(checked.hidden for checked in (sent, answered) if checked)
    if hidden:
        yield Facts([Fact("not checked", hidden, "count", "Values that redaction hides, or that were too long.")])


def _facts(document: Document, operation: Operation, request: Request) -> Iterator[Fact]:
    yield Fact("Operation", operation.id or "without an id", "code")
    yield Fact("Path", operation.name, "code")
    if operation.summary:
        yield Fact("Summary", operation.summary)
    if operation.tags:
        yield Fact("Tags", ", ".join(operation.tags))
    if operation.content.get("deprecated") is True:
        yield Fact("Deprecated", "yes", None, "The document says that clients should not use it any more.")
    for name, address in document.links(operation, request):
        yield Fact(name, address, "link")


def _violations(title: str, checked: Checked | None) -> Iterator[Block]:
    if checked is None or not checked.violations:
        return
    columns = (Column("Where"), Column("What is wrong"), Column("Times", "count"))
    rows = [Row((_plain(item.where), _plain(item.what), item.times)) for item in checked.violations]
    if checked.more:
        title += f", the first {sum(item.times for item in checked.violations)}"
    yield Table(columns, rows, title)


def _plain(text: str) -> str:
    """Return a text for a table's cell, which draws it as it is."""
    return text.replace("`", "")


def _schemas(record: Record, operation: Operation) -> Iterator[Block]:
    tabs = [*_parameters(record, operation), *_request(operation), *_responses(record, operation)]
    if tabs:
        yield Section("Schemas", tabs, tabs=True)


def _parameters(record: Record, operation: Operation) -> Iterator[Section]:
    found = operation.parameters()
    if not found:
        return
    outline, sent = Outline(operation), _sent(record)
    columns = (
        Column("Name", "code"), Column("In"), Column("Sent", "code"), Column("Type", "code"),
        Column("Limits"), Column("About"),
    )  # fmt: skip
    rows = []
    for item in found:
        schema = mapping(operation.resolve(item.schema, "").schema)
        value = sent.get((item.where, item.name.lower() if item.where == "header" else item.name))
        told = told_limits(schema, item.required)
        rows.append(Row((item.name, item.where, value, outline.kind(item.schema), told, item.description)))
    yield Section("Parameters", [filled(Table(columns, rows))])


def _sent(record: Record) -> dict[tuple[str, str], str]:
    """Return what the request sent, by place and name; of names that repeat, all of it."""
    request, route = record.request, record.route
    if request is None:
        return {}
    pairs = [("query", *pair) for pair in request.query] + [("cookie", *pair) for pair in request.cookies]
    pairs += [("header", name.lower(), value) for name, value in request.headers]
    if route is not None:
        pairs += [("path", name, str(value)) for name, value in route.path_params.items()]
    found: dict[tuple[str, str], str] = {}
    for where, name, value in pairs:
        known = found.get((where, name))
        found[where, name] = value if known is None else f"{known}, {value}"
    return found


def _request(operation: Operation) -> Iterator[Section]:
    tables = [table(media, place, operation) for media, place in operation.request().items()]
    if tables:
        yield Section("Request body", tables)


def _responses(record: Record, operation: Operation) -> Iterator[Section]:
    """Yield a tab for each described response, the one of this request first."""
    response = record.response
    own = operation.response(response.status) if response is not None and response.status is not None else None
    described = sorted(operation.responses().items(), key=lambda item: item[1] != own)
    for status, place in described:
        about = str(mapping(place.schema).get("description") or "")
        bodies = operation.bodies(place)
        blocks: list[Block] = [Facts([Fact("Described as", about)])] if about else []
        blocks += [table(media, body, operation) for media, body in bodies.items()]
        if not bodies:
            blocks.append(Table((Column("Body"),), (), None, "It has no body."))
        yield Section(f"Response {status}", blocks)
