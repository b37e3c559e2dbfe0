"""Exchange: what is known of one HTTP request and its response; holds nothing of the server or application."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from debug_toolbar_core.exchange import Listener, Request, Response

from .incoming import Incoming, first, texts
from .tee import Tee


class Exchange:
    """The wire of one HTTP record: raw facts while it is open, plain form when somebody reads."""

    __slots__ = (
        "complete", "ended", "headers", "incoming", "kept", "listener", "messages", "sent", "started", "status",
        "taken",
    )  # fmt: skip

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.incoming = Incoming(scope)
        self.status: int | None = None
        self.headers: Any = ()
        self.started: float | None = None
        self.ended: float | None = None
        self.messages = 0
        self.complete = False
        self.taken: Tee | None = None
        self.sent: Tee | None = None
        self.listener: Listener | None = None
        self.kept: float  # when readers last saw a stream that goes on; there once somebody listens

    def request(self) -> Request:
        """Return the request in plain form."""
        return self.incoming.request(self.taken)

    def response(self) -> Response | None:
        """Return the response so far in plain form, or None before it started."""
        if self.started is None:
            return None
        headers = texts(self.headers)
        sent = self.sent
        encoding = first(headers, "content-encoding") or None
        return Response(
            status=self.status,
            reason=_reason(self.status),
            headers=headers,
            size=sent.size if sent else 0,
            messages=self.messages,
            started=self.started,
            ended=self.ended,
            complete=self.complete,
            encoding=encoding,
            body=sent.body(first(headers, "content-type"), encoding) if sent else None,
        )

    def listen(self, listener: Listener) -> None:
        """Tell a panel's listener of each part of a streamed response."""
        self.listener = listener
        self.kept = 0.0

    def held(self) -> int:
        """Return the bytes of bodies that are kept."""
        taken, sent = self.taken, self.sent
        return (taken.seen if taken is not None else 0) + (sent.seen if sent is not None else 0)


def _reason(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
