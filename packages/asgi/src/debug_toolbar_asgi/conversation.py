"""Conversation: one websocket connection on its way through; counts what passes, and passes it on as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.exchange import Listener, Request, Response
from debug_toolbar_core.record import Record

from .incoming import Incoming, texts, whole
from .types import Message, Receive, Scope, Send

if TYPE_CHECKING:
    from .recorder import Recorder

ACCEPTED = 101
PACE = 1.0
"""Seconds between two savings of a connection that goes on."""


class Connection:
    """The wire of one websocket record: its handshake, and counts of messages and bytes both ways."""

    __slots__ = (
        "close",
        "headers",
        "incoming",
        "listener",
        "received",
        "received_bytes",
        "sent",
        "sent_bytes",
        "started",
        "status",
    )

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.incoming = Incoming.thin(scope)
        self.headers: Any = ()
        self.status: int | None = None
        self.started: float | None = None
        self.close: dict[str, Any] = {}
        self.listener: Listener | None = None
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

    def listen(self, listener: Listener) -> None:
        """Tell a panel's listener of each message."""
        self.listener = listener

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

    __slots__ = ("connection", "inner_receive", "inner_send", "kept", "owner", "record")

    record: Record

    def __init__(self, owner: Recorder, scope: Scope, receive: Receive, send: Send) -> None:
        self.owner = owner
        self.connection = Connection(scope)
        self.inner_receive = receive
        self.inner_send = send
        self.kept = perf_counter()

    def begin(self, record: Record) -> None:
        """Show the connection in the list from the moment it opens, and let the listener see the server."""
        self.record = record
        self.owner.toolbar.keep(record)
        if (listener := self.connection.listener) is not None:
            try:
                listener.opened(self.inner_receive, self.inner_send)
            except Exception as fault:
                self.deaf(listener, fault)

    def deaf(self, listener: Listener, fault: Exception) -> None:
        """Note a panel's fault; its listener is told nothing more of this connection."""
        self.connection.listener = None
        self.owner.toolbar.border.fault(listener.panel, "message", self.record, fault)

    def refresh(self, now: float) -> None:
        """Have readers see what passed; called once a second at most."""
        self.kept = now
        self.owner.toolbar.keep(self.record)

    def receive(self) -> Awaitable[Message]:
        """Hand the server's next message on, counted."""
        listener = self.connection.listener
        return self.counted() if listener is None else self.heard(listener)

    async def counted(self) -> Message:
        """Hand a message on."""
        return self.count(await self.inner_receive())

    async def heard(self, listener: Listener) -> Message:
        """Hand a message on, and tell the listener."""
        try:
            listener.waiting()
        except Exception as fault:
            self.deaf(listener, fault)
        message = self.count(await self.inner_receive())
        try:
            listener.received(message)
        except Exception as fault:
            self.deaf(listener, fault)
        if (now := perf_counter()) - self.kept >= PACE:
            self.refresh(now)
        return message

    def count(self, message: Message) -> Message:
        """Count a message that came in."""
        connection = self.connection
        kind = message["type"]
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
        if (listener := self.connection.listener) is not None:
            return self.told(message, listener)
        return self.inner_send(message)

    async def told(self, message: Message, listener: Listener) -> None:
        """Pass a message on, and tell the listener how long the server took it."""
        start = perf_counter()
        try:
            await self.inner_send(message)
        except BaseException as error:
            self.gone(message, listener, start, error)
            raise
        self.gone(message, listener, start, None)
        if start - self.kept >= PACE:
            self.refresh(start)

    def gone(self, message: Message, listener: Listener, start: float, error: BaseException | None) -> None:
        """Tell the listener of a message that the server took, or did not."""
        try:
            listener.sent(message, start - self.record.started, error)
        except Exception as fault:
            self.deaf(listener, fault)

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
