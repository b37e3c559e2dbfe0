"""Server-sent events: the fields of the events in a stream's parts, as the standard reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from debug_toolbar_websocket.log import AT, CONTENT, SIZE


@dataclass
class Event:
    """One event: the second its last byte was sent at, its fields, and its bytes."""

    at: float
    name: str = "message"
    id: str | None = None
    data: str = ""
    size: int = 0
    comment: bool = False


def events_of(messages: Sequence[Sequence[Any]]) -> list[Event]:
    """Return the events in the parts of a stream; what a part's kept bytes do not show is left out.

    An event may come in several parts, and a part may hold several events. A comment alone (`: ping`) counts as one.
    """
    found: list[Event] = []
    rest = ""
    for message in messages:
        text, size = message[CONTENT], message[SIZE]
        if type(text) is not str:
            rest = ""
            continue
        *blocks, rest = (rest + text.replace("\r\n", "\n").replace("\r", "\n")).split("\n\n")
        found += [event for block in blocks if (event := _event(block, message[AT])) is not None]
        if len(text) < size:  # the rest of this part was not kept
            rest = ""
    return found


def _event(block: str, at: float) -> Event | None:
    event, data, seen = Event(at, size=len(block) + 2), [], False
    for line in block.split("\n"):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        seen = seen or field in ("event", "data", "id", "retry")
        if field == "event":
            event.name = value
        elif field == "id":
            event.id = value
        elif field == "data":
            data.append(value)
        elif not field and value:
            event.comment = True
            event.data = value
    if seen:
        event.comment, event.data = False, "\n".join(data)
    return event if seen or event.comment else None
