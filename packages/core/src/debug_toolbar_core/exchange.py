"""Exchange: what came in and what went out, in the plain form that views, exports and stores read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Pairs = Sequence[tuple[str, str]]
"""Names with values, in order, repeats kept: headers, query, cookies, form fields."""
BodyKind = Literal["json", "form", "text", "binary"]


@dataclass(slots=True)
class Body:
    """A body: its size in bytes, and what was kept of it.

    While the record is open `content` holds the first bytes as they were; once it was encoded they are
    gone, and `kind` and `value` (JSON, pairs, text, or hexadecimal) tell what they were, redacted.
    """

    size: int
    seen: int
    content_type: str = ""
    encoding: str | None = None
    content: bytes = b""
    kind: BodyKind = "binary"
    value: Any = None

    @property
    def truncated(self) -> bool:
        """Whether less was kept than there was."""
        return self.seen < self.size


@dataclass(slots=True)
class Request:
    """The request as it came: texts decoded from latin-1, escaped where they are not text."""

    method: str = "GET"
    scheme: str = "http"
    path: str = "/"
    root_path: str = ""
    query_string: str = ""
    query: Pairs = ()
    url: str = ""
    http_version: str = "1.1"
    headers: Pairs = ()
    cookies: Pairs = ()
    client: str | None = None
    subprotocols: Sequence[str] = ()
    body: Body | None = None


@dataclass(slots=True)
class Response:
    """The response as it went: `size` in bytes as sent, times in seconds since the record's start."""

    status: int | None = None
    reason: str = ""
    headers: Pairs = ()
    size: int = 0
    messages: int = 0
    started: float | None = None
    ended: float | None = None
    complete: bool = False
    encoding: str | None = None
    body: Body | None = None


class Listener(Protocol):
    """Told of each message of a websocket or of a streamed response as it passes, in the application's own task.

    It only notes: what it raises is its panel's fault, and it is told nothing more.
    """

    panel: str

    def opened(self, receive: Any, send: Any) -> None:
        """Look at the server's own callables, before the first message."""
        ...

    def waiting(self) -> None:
        """Note that the application asks for the next message: it is done with the one before."""
        ...

    def received(self, message: Mapping[str, Any]) -> None:
        """Note a message that the application is about to get; the context is the application's."""
        ...

    def sent(self, message: Mapping[str, Any], start: float, error: BaseException | None) -> None:
        """Note a message whose `send` began at `start` on the record's clock and is over now."""
        ...


class Wire(Protocol):
    """What a transport leaves on an open record: raw facts, put into plain form when somebody reads."""

    def request(self) -> Request | None: ...

    def response(self) -> Response | None: ...

    def held(self) -> int:
        """Return the bytes of bodies it holds."""
        ...

    def listen(self, listener: Listener) -> None:
        """Tell this listener, from a panel's `collect`, of each message; a transport without messages does nothing."""
        ...


@dataclass(slots=True)
class Plain:
    """A wire of facts already in plain form: jobs, tests, and records that were loaded."""

    incoming: Request | None = None
    outgoing: Response | None = None
    listener: Listener | None = None

    def request(self) -> Request | None:
        return self.incoming

    def response(self) -> Response | None:
        return self.outgoing

    def held(self) -> int:
        received = self.incoming.body if self.incoming is not None else None
        sent = self.outgoing.body if self.outgoing is not None else None
        return (received.seen if received is not None else 0) + (sent.seen if sent is not None else 0)

    def listen(self, listener: Listener) -> None:
        self.listener = listener
