"""The websocket panel: a connection's messages and states, and a streamed response's parts."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_websocket.log import PANEL, Log, Room
from debug_toolbar_websocket.socket import Socket
from debug_toolbar_websocket.stream import Streams
from debug_toolbar_websocket.views import show


@dataclass
class WebsocketPanel(Panel):
    """The messages of a websocket both ways, server-sent events, and other streamed responses."""

    name = PANEL
    title = "Messages"
    kinds = frozenset({"http", "websocket"})
    group = "request"
    order = 40

    messages: int = 500
    """Messages that are kept of a connection, the newest; older ones are counted."""
    message_bytes: int = 4_096
    """Bytes (characters of text) that are kept of each message."""
    total_bytes: int = 262_144
    """Bytes that are kept of all messages of a connection."""
    open_bytes: int = 67_108_864
    """Bytes that are kept of all open connections together: where there are hundreds, each may keep less."""
    slow_send: float = 0.1
    """Seconds a `send` may wait for the client before a notice says so."""

    def __post_init__(self) -> None:
        self._room = Room(self.messages, self.message_bytes, self.total_bytes, self.open_bytes)
        self._streams = Streams(self._room)

    def collect(self, record: Record) -> Generator[None]:
        if record.kind == "http":
            record.wire.listen(self._streams)
            return
        log = Log(record, self._room, "websocket")
        record.data[PANEL] = log.data
        socket = Socket(log)
        record.wire.listen(socket)
        record.hold(PANEL, socket, socket.close)
        return
        yield  # a generator that has nothing to do at the end: the socket is closed with the record

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.slow_send)
