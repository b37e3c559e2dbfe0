"""Streamed responses: the parts one was sent in, from the first that was not the last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debug_toolbar_core import Record, current
from debug_toolbar_websocket.log import ERROR, OUT, PANEL, Log, Room


class Streams:
    """Notes the parts of all streamed responses, each in its own record; a plain response costs nothing."""

    def __init__(self, room: Room) -> None:
        self.panel = PANEL
        self.room = room

    def opened(self, receive: Any, send: Any) -> None:
        """Nothing to see: a response has no keep-alive of its own."""

    def waiting(self) -> None:
        """A stream has no messages from the client."""

    def received(self, message: Mapping[str, Any]) -> None:
        """A stream has no messages from the client."""

    def sent(self, message: Mapping[str, Any], start: float, error: BaseException | None) -> None:
        """Note a part that went, and how long the server kept the application waiting for it."""
        record = current()
        body = message.get("body")
        if record is None or not body or type(body) is not bytes:
            return
        log: Log = record.held.get(PANEL) or self.begin(record)
        now = record.now()
        content = body[: self.room.each].decode(errors="replace") if log.data["text"] else body
        noted = log.add(start, OUT, content, now - start, len(body))
        if error is not None:
            noted[ERROR] = type(error).__qualname__

    def begin(self, record: Record) -> Log:
        """Make the log of a response that turns out to be a stream."""
        log = Log(None, self.room, "stream")
        log.data["text"] = _is_text(record)
        record.data[PANEL] = log.data
        record.hold(PANEL, log, lambda: log.close(record))
        return log


def _is_text(record: Record) -> bool:
    """Tell whether a response's parts can be read: server-sent events and other text that is not compressed."""
    response = record.response
    if response is None or response.encoding:
        return False
    kind = next((value for name, value in response.headers if name.lower() == "content-type"), "").lower()
    return kind.startswith("text/") or "json" in kind or "xml" in kind
