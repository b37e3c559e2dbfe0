"""Conversation: one websocket connection on its way through; counts what passes, and passes it on as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.exchange import Request, Response
from debug_toolbar_core.record import Record

from .incoming import Incoming, texts, whole
from .types import Message, Receive, Scope, Send

if TYPE_CHECKING:
    from .recorder import Recorder

ACCEPTED = 101


class Connection:
    """The wire of one websocket record: its handshake, and counts of messages and bytes both ways."""

    __slots__ = (
        "close",
        "headers",
        "incoming",
        "received",
        "received_bytes",
        "sent",
        "sent_bytes",
        "started",
        "status",
    )

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.incoming = Incoming(scope)
        self.headers: Any = ()
        self.status: int | None = None
        self.started: float | None = None
        self.close: dict[str, Any] = {}
        self.received = self.received_bytes = self.sent = self.sent_bytes = 0

    def request(self) -> Request:
        """Return the handshake in plain form."""
        return self.incoming.request(None)

    def response(self) -> Response | None:
        """Return the answer to the handshake, or None while there is none."""
        if self.status is None:
            return None
        reason = "Switching Protocols" if self.status == ACCEPTED else "Denied"
        return Response(
            self.status,
            reason,
            texts(self.headers),
            self.sent_bytes,
            self.sent,
            self.started,
            complete=bool(self.close),
        )

    def held(self) -> int:
        """Return the bytes of messages that are kept: none, they are counted."""
        return 0

    def counts(self) -> dict[str, Any]:
        """Return the counts as the record's tag `websocket`."""
        return {
            "received": self.received,
            "received_bytes": self.received_bytes,
            "sent": self.sent,
            "sent_bytes": self.sent_bytes,
            "close": self.close,
        }


class Conversation:
    """`receive` and `send` for the application of one connection."""

    __slots__ = ("connection", "inner_receive", "inner_send", "owner", "record")

    record: Record

    def __init__(self, owner: Recorder, scope: Scope, receive: Receive, send: Send) -> None:
        self.owner = owner
        self.connection = Connection(scope)
        self.inner_receive = receive
        self.inner_send = send

    async def receive(self) -> Message:
        """Hand the server's message on, counted."""
        message = await self.inner_receive()
        kind = message["type"]
        connection = self.connection
        if kind == "websocket.receive":
            connection.received += 1
            connection.received_bytes += _size(message)
        elif kind == "websocket.disconnect" and not connection.close:
            connection.close = {
                "by": "client",
                "code": whole(message.get("code")),
                "reason": _text(message.get("reason")),
            }
        return message

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a message on, counted; no frame of ours stays between."""
        kind = message["type"]
        if kind == "websocket.send":
            connection = self.connection
            connection.sent += 1
            connection.sent_bytes += _size(message)
        else:
            try:
                self.shake(kind, message)
            except Exception as fault:
                self.owner.broken("send", self.record, fault)
        return self.inner_send(message)

    def shake(self, kind: str, message: Message) -> None:
        """Note how the handshake and the closing went."""
        connection = self.connection
        if kind == "websocket.accept":
            self.answer(ACCEPTED, message)
        elif kind == "websocket.http.response.start":
            self.answer(whole(message.get("status")), message)
        elif kind == "websocket.close":
            if connection.status is None:
                self.answer(403, message)
            connection.close = {
                "by": "server",
                "code": whole(message.get("code", 1000)),
                "reason": _text(message.get("reason")),
            }

    def answer(self, status: int | None, message: Message) -> None:
        """Note the answer to the handshake, and show the connection in the list from now on."""
        connection = self.connection
        connection.status, connection.started = status, self.record.now()
        headers = message.get("headers")  # an iterator is the server's to read
        connection.headers = list(headers) if isinstance(headers, (list, tuple)) else ()
        self.owner.toolbar.keep(self.record)


def _size(message: Message) -> int:
    content = message.get("text") or message.get("bytes")
    return len(content) if isinstance(content, (str, bytes, bytearray)) else 0


def _text(reason: object) -> str:
    return reason if type(reason) is str else ""
