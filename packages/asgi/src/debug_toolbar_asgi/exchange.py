"""Exchange: what is known of one HTTP request and its response; holds nothing of the server or application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debug_toolbar_core.exchange import Listener, Request, Response

from .incoming import Incoming, first, incoming_of, texts
from .tee import Tee


class Exchange(Tee):
    """The wire of one HTTP record: raw facts while it is open, plain form when somebody reads.

    It is the tee of its response's body itself, which saves each request an object.
    """

    __slots__ = (
        "complete", "ended", "facts", "headers", "kept", "listener", "messages", "started", "status", "taken",
    )  # fmt: skip

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.limit = self.room = self.size = self.messages = 0
        self.chunks = []
        self.headers: Any = ()
        self.facts = incoming_of(scope)
        self.complete = False
        self.status: int | None = None
        self.started: float | None = None
        self.ended: float | None = None
        self.taken: Tee | None = None
        self.listener: Listener | None = None
        self.kept: float  # when readers last saw a stream that goes on; there once somebody listens

    @property
    def incoming(self) -> Incoming:
        """What the scope said."""
        return Incoming(*self.facts)

    def request(self) -> Request:
        """Return the request in plain form."""
        return self.incoming.request(self.taken)

    def response(self) -> Response | None:
        """Return the response so far in plain form, or None before it started."""
        if self.started is None:
            return None
        headers = texts(self.headers)
        encoding = first(headers, "content-encoding") or None
        return Response(
            status=self.status,
            reason=_reason(self.status),
            headers=headers,
            size=self.size,
            messages=self.messages,
            started=self.started,
            ended=self.ended,
            complete=self.complete,
            encoding=encoding,
            body=self.body(first(headers, "content-type"), encoding),
        )

    def listen(self, listener: Listener) -> None:
        """Tell a panel's listener of each part of a streamed response."""
        self.listener = listener
        self.kept = 0.0

    def held(self) -> int:
        """Return the bytes of bodies that are kept."""
        room = self.room
        sent = self.limit - room if room > 0 else self.limit
        return sent if self.taken is None else sent + self.taken.seen


def _reason(status: int | None) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
