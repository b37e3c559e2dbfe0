"""One websocket: its messages both ways, what handling each took, and the states of the connection."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_core.context import Position, position
from debug_toolbar_core.observed import Perhaps
from debug_toolbar_core.record import Slot
from debug_toolbar_websocket.log import AT, ERROR, IN, OUT, PANEL, TOOK, Log
from debug_toolbar_websocket.pings import Pings


class Socket:
    """Notes what passes; spans of the handling of a message become its children, and it a span only then."""

    __slots__ = ("log", "panel", "pings", "place")

    def __init__(self, log: Log) -> None:
        self.panel = PANEL
        self.log = log
        self.place: Handling | None = None
        self.pings = Pings(log.data["pings"])

    def opened(self, receive: Any, send: Any) -> None:
        """Note that the connection is being made, and look whether the server shows its pings."""
        self.log.state("connecting", 0.0, "client")
        self.pings.open(send)

    def waiting(self) -> None:
        """End the handling of the last message."""
        place, self.place = self.place, None
        record = self.log.record
        if place is None or record is None:
            return
        message = place.message
        message[TOOK] = perf_counter() - record.started - message[AT]
        if place.made is not None:
            record.finish(place.made)
        if position.get() is place:  # else the application is inside a span of its own, or asks from another task
            position.set(place.outer)

    def received(self, message: Mapping[str, Any]) -> None:
        """Note a message that came, and be the place in which it is handled."""
        log = self.log
        record = log.record
        if record is None:
            return
        if message["type"] == "websocket.receive":
            content = message.get("text")
            if content is None:
                content = message.get("bytes") or b""
            number = log.data["first"] + len(log.messages)
            noted = log.add(perf_counter() - record.started, IN, content, None, len(content))
            self.place = place = Handling(record.slot, noted, number, position.get())
            position.set(place)
        elif message["type"] == "websocket.disconnect":
            log.state("closed", record.now(), "client", _code(message.get("code")), _text(message.get("reason")))

    def sent(self, message: Mapping[str, Any], start: float, error: BaseException | None) -> None:
        """Note a message that went, and how long the server kept the application waiting for it."""
        log = self.log
        record = log.record
        if record is None:
            return
        kind, now = message["type"], perf_counter() - record.started
        if kind == "websocket.send":
            content = message.get("text")
            if content is None:
                content = message.get("bytes") or b""
            noted = log.add(start, OUT, content, now - start, len(content))
            if error is not None:
                noted[ERROR] = type(error).__qualname__
        elif kind == "websocket.accept":
            self.log.state("open", now, "server", None, _text(message.get("subprotocol")))
        elif kind == "websocket.close":
            self.log.state("closing", start, "server", _code(message.get("code", 1000)), _text(message.get("reason")))
            self.log.state("closed", now, "server", _code(message.get("code", 1000)), _text(message.get("reason")))

    def close(self) -> None:
        """End with the connection: what still runs in its tasks notes nothing more."""
        self.waiting()
        self.pings.close()
        record, self.log.record = self.log.record, None
        if record is not None:
            self.log.close(record)
        states = self.log.data["states"]
        if record is not None and states and states[-1][0] != "closed":
            self.log.state("closed", record.now(), "server", None, "the application ended without closing")


class Handling(Perhaps):
    """The place in which a message is handled; its span is made once something happens there."""

    __slots__ = ("message", "number", "outer")

    def __init__(self, slot: Slot, message: list[Any], number: int, outer: Position | None) -> None:
        self.slot = slot
        self.made = None
        self.message = message
        self.number = number
        self.outer = outer

    def make(self, record: Record) -> Span:
        """Add the span of the handling, inside of what was around."""
        outer = self.outer
        around = outer.span if outer is not None and outer.slot is record.slot else None
        name, attributes = f"message {self.number + 1}", {"websocket.message": self.number}
        return record.add(PANEL, name, self.message[AT], None, attributes, parent=around)


def _code(code: object) -> int | None:
    try:
        return None if code is None else int(code)  # type: ignore[call-overload]  # wsproto has an enum
    except (TypeError, ValueError):
        return None


def _text(text: object) -> str:
    return text[:200] if type(text) is str else ""
