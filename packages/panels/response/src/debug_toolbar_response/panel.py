"""The response panel: what went out, how it was sent, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Badge, Block, Fact, Facts, Section
from debug_toolbar_core.exchange import Response
from debug_toolbar_core.preview import preview
from debug_toolbar_core.record import Kind
from debug_toolbar_core.units import size
from debug_toolbar_response.faults import faults
from debug_toolbar_response.header import header


class ResponsePanel(Panel):
    """Shows the response as it was sent: status, size, encoding, how long it took, and its body."""

    name: ClassVar[str] = "response"
    title: ClassVar[str] = "Response"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"http", "websocket"})
    group: ClassVar[str] = "request"
    order: ClassVar[int] = 30

    def view(self, record: Record) -> Iterable[Block]:
        response = record.response
        if response is not None:
            yield Badge(size(response.size))
            yield Facts(_known(_headline(response)), headline=True)
        yield from faults(record)
        if response is not None:
            yield Facts(_known(_line(response, record)))
            shown = list(preview(response.body))
            if shown:
                yield Section("Body", shown)


def _known(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.value not in (None, "")]


def _headline(response: Response) -> Iterator[Fact]:
    status = None if response.status is None else f"{response.status} {response.reason}".strip()
    yield Fact("status", status)
    yield Fact("as sent", response.size, "bytes")
    yield Fact("to the first byte", response.started, "s")
    yield Fact("sending", _sending(response), "s")


def _line(response: Response, record: Record) -> Iterator[Fact]:
    yield Fact("Content type", header(response, "content-type"), "code")
    yield Fact("Encoding", response.encoding, None, "How the body was compressed; its size is the compressed one.")
    yield Fact("Location", header(response, "location"), "code", "Where the client is sent on to.")
    yield Fact("Messages", response.messages, "count", "Pieces in which the application sent the body.")
    yield Fact("Complete", _completeness(response, record))
    body = response.body
    if body is not None and body.truncated:
        yield Fact("Kept of the body", body.seen, "bytes", "More is kept with `Limits(body=…)`.")


def _completeness(response: Response, record: Record) -> str:
    if response.complete:
        return "yes"
    return "not yet" if record.open else "no"


def _sending(response: Response) -> float | None:
    if response.started is None or response.ended is None:
        return None
    return max(0.0, response.ended - response.started)
