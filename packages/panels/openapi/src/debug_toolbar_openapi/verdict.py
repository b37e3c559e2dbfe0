"""Verdict: how one exchange kept to its operation: which schema was asked of each body, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Level, Notice
from debug_toolbar_core.body import media_type
from debug_toolbar_core.exchange import Body
from debug_toolbar_openapi.checking import Checked, check, unreadable
from debug_toolbar_openapi.dialect import Side, schemas
from debug_toolbar_openapi.document import Document
from debug_toolbar_openapi.operation import Operation, Place, chosen

_SILENT = frozenset({204, 205, 304})
_JSON_ENDS = ("json", "+json")


@dataclass(frozen=True)
class Judge:
    """Holds a record's bodies against one operation; looks for `most` violations in each."""

    document: Document
    operation: Operation
    most: int

    def request(self, record: Record) -> Checked | None:
        """Check the request's body; None where the operation takes none and none came."""
        body = record.request.body if record.request is not None else None
        described = self.operation.request()
        if body is None or not body.size:
            if not described or not self.operation.needs_body:
                return None
            return Checked(why="no body came, and the operation needs one")
        return self.body(body, described, "request")

    def response(self, record: Record) -> Checked:
        """Check the response's body."""
        response = record.response
        if response is None or response.status is None:
            return Checked(why="there was no response")
        said = self.operation.response(response.status)
        if said is None:
            return Checked(why=f"the operation does not describe the status {response.status}")
        described = self.operation.bodies(said)
        if not response.size or response.body is None:
            if not described or response.status in _SILENT or self._is_head(record):
                return Checked()
            return Checked(why="no body was kept" if response.size else "the body is empty")
        return self.body(response.body, described, "response")

    def _is_head(self, record: Record) -> bool:
        return record.request is not None and record.request.method == "HEAD"

    def body(self, body: Body, described: dict[str, Place], side: Side) -> Checked:
        """Check a body against the schema described for its media type."""
        media = media_type(body.content_type)
        place = chosen(described, media)
        if place is None:
            names = ", ".join(described) or "no body"
            return Checked(why=f"the operation describes {names}, and this is {media or 'of no type'}")
        if why := unreadable(body):
            return Checked(why=why)
        if not place.schema:
            return Checked(why="its schema allows anything")
        document = schemas(self.document.pieces, self.document.is_old, side)
        return check(body.value, document, place.pointer, self.most)


def notices(record: Record, operation: Operation, sent: Checked | None, answered: Checked | None) -> Iterator[Notice]:
    """Yield what breaks the document: first what clients made from it would fail on."""
    status = record.response.status if record.response is not None else None
    source = record.route.source if record.route is not None else None
    if answered is not None and answered.violations:
        text = f"The response does not conform to its schema: {_first(answered)}"
        hint = "Clients made from the document fail on it: correct the handler, or the schema."
        yield Notice("warning", text, hint, source, "response schema")
    if sent is not None and sent.violations:
        accepted = status is not None and status < 400
        level: Level = "warning" if accepted else "info"
        verb = "was accepted, and does" if accepted else f"was refused with {status}: it does"
        text = f"The request's body {verb} not conform to its schema: {_first(sent)}"
        more = "The handler takes more than the document says." if accepted else None
        yield Notice(level, text, more, source, "request schema")
    if status is not None and status < 400 and operation.response(status) is None:
        text = f"The status {status} is not among those that the document describes for `{operation.name}`"
        yield Notice("warning", text, "Describe it, or answer with another.", source, "undescribed status")


def _first(checked: Checked) -> str:
    first, *others = checked.violations
    times = f" ({first.times} times)" if first.times > 1 else ""
    return f"{first.sentence}{times}" + (f", and {len(others)} more" if others else "")
