"""A server in the test: plays an ASGI server's part for an application, and notes all that passed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debug_toolbar_asgi import DebugToolbar
    from debug_toolbar_core import Panel, Record

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OURS = (b"x-debug-toolbar-id", b"x-debug-toolbar-link", b"server-timing")
"""Headers that the toolbar adds for viewers who may see it."""
VIEWER = [(b"host", b"localhost:8000")]
"""Headers of who sits at this machine."""
STRANGER = [(b"host", b"example.test")]
"""Headers of who may not see the toolbar."""


def http(path: str = "/", **changes: Any) -> Scope:
    """Make the scope of a GET from this machine; `changes` replace its keys."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(VIEWER),
        "client": ("127.0.0.1", 5123),
        "server": ("127.0.0.1", 8000),
        **changes,
    }


def websocket(path: str = "/", **changes: Any) -> Scope:
    """Make the scope of a websocket from this machine."""
    scope = http(path, type="websocket", scheme="ws", subprotocols=["chat"])
    del scope["method"]
    return {**scope, **changes}


@dataclass
class Served:
    """What came of one scope: every message the application sent, how often it asked for one, what it raised."""

    messages: list[Message] = field(default_factory=list)
    received: int = 0
    raised: BaseException | None = None

    @property
    def start(self) -> Message:
        """The message that begins the response."""
        return next(message for message in self.messages if message["type"] == "http.response.start")

    @property
    def status(self) -> int:
        """The response's status."""
        status: int = self.start["status"]
        return status

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The response's headers, without the toolbar's own."""
        return without_ours(self.start["headers"])

    @property
    def ours(self) -> dict[bytes, bytes]:
        """The headers that the toolbar added."""
        return {name: value for name, value in self.start["headers"] if name in OURS}

    @property
    def body(self) -> bytes:
        """The response's body."""
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def bare(self) -> list[Message]:
        """The messages without the toolbar's own headers."""
        return [
            {**message, "headers": without_ours(message["headers"])}
            if isinstance(message.get("headers"), list)
            else message
            for message in self.messages
        ]


def without_ours(headers: list[Any]) -> list[Any]:
    """Return headers without the toolbar's own; what is no pair of bytes stays."""
    return [pair for pair in headers if not isinstance(pair, (list, tuple)) or pair[0] not in OURS]


async def play(app: App, scope: Scope, events: Iterable[Message] = (), sent: Send | None = None) -> Served:
    """Run an application for one scope as a server does; past the events its client is gone.

    What the application raises is in the result. `sent` is called with each message, as the server's socket.
    """
    served, waiting = Served(), iter(events)
    gone = (
        {"type": "websocket.disconnect", "code": 1005} if scope["type"] == "websocket" else {"type": "http.disconnect"}
    )

    async def receive() -> Message:
        served.received += 1
        return next(waiting, gone)

    async def send(message: Message) -> None:
        served.messages.append(message)
        if sent is not None:
            await sent(message)

    try:
        await app(scope, receive, send)
    except BaseException as error:  # noqa: BLE001 - the test looks at it
        served.raised = error
    return served


def answer(body: bytes = b"hello", status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> App:
    """Make an application that gives one answer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    return app


def says(messages: Iterable[Message]) -> App:
    """Make an application that sends these messages."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


def around(app: App, *panels: Panel, **settings: Any) -> DebugToolbar:
    """Put a toolbar with exactly these panels around an application."""
    from debug_toolbar_asgi import ASGIConfig, DebugToolbar

    return DebugToolbar(
        app, ASGIConfig(**{"enabled": True, "panels": list(panels), "container_gateway": "", **settings})
    )


async def records(debug: DebugToolbar) -> list[Record]:
    """Return what a toolbar recorded, oldest first, as readers get it."""
    assert debug.toolbar is not None
    found: list[Record] = []
    before: str | None = None
    while True:
        summaries, before = await debug.toolbar.recent(100, before)
        found += [await debug.toolbar.load(summary["id"]) for summary in summaries]
        if before is None:
            return found[::-1]


async def only(debug: DebugToolbar) -> Record:
    """Return the one record there is."""
    (record,) = await records(debug)
    return record
