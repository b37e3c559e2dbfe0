"""A call of httpx: what its request, its transport's steps and its response tell."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_core.later import Later
from debug_toolbar_http_client.call import BEGIN, END, NAMES, Call, Event, phases, redirects
from debug_toolbar_http_client.headers import fields, received, sent, within
from debug_toolbar_http_client.propagation import ASKED, propagated
from debug_toolbar_http_client.tracer import KEY, told
from debug_toolbar_http_client.uploads import BODILESS, counted

_UPGRADED = 101
_WHOLE = ("read", END)


class HttpxCall(Call):
    """A call of httpx: its request has it among its extensions while it is sent, and gets them back as they were."""

    __slots__ = ("happened", "lent", "own", "request", "upload")

    def begins(self, module: Any, request: Any, asynchronous: bool) -> None:
        """Have a request carry this call to where httpcore sends it."""
        self.request = request
        self.happened: list[Any] = []
        """Steps of httpcore, what became of them and when, in turns: while the call runs they are only appended."""
        self.own = request.extensions
        self.lent = request.extensions = {**request.extensions, KEY: self}
        self.upload = None if request.method in BODILESS else counted(module, request, asynchronous)
        if ASKED:
            propagated(self, request.headers)

    def answered(self, response: Any, streams: MutableMapping[Any, HttpxCall] | None) -> None:
        """Note the response; where its body is still to come, the span ends when it is closed."""
        try:
            self.release(response)
            if streams is None or response.is_closed or response.status_code == _UPGRADED:
                self.closed(response)
            else:
                streams[response] = self
        except Exception as error:  # noqa: BLE001 - a border: the application has its response
            self.fault(error)

    def release(self, response: Any = None) -> None:
        """Take the call off the request, and off those that the client derived from it."""
        if self.request.extensions is self.lent:
            self.request.extensions = self.own
        else:
            untraced(self.request)
        if self.upload is not None and self.request.stream is self.upload:
            self.request.stream = self.upload.stream
        if response is not None and (response.history or response.next_request is not None):
            for derived in (response.next_request, response.request, *(hop.request for hop in response.history)):
                untraced(derived)

    def closed(self, response: Any) -> None:
        """End the span: the body was read, or will not be. What it tells is kept, and looked at by a reader only."""
        record, span = self.slot.record, self.timed
        if record is None or self.over:
            return
        status, error = response.status_code, self.error
        known = span.attributes
        known["http.response.status_code"] = status
        known["http.response.body.size"] = response.num_bytes_downloaded or self.made(response)
        if response.history:
            redirects(known, [(hop.status_code, str(hop.url)) for hop in response.history])
        self.error = None
        if error is None or self.broken != "read" or isinstance(error, GeneratorExit):
            self.over = True
            record.finish(span)
        else:
            self.fails(error, {})
        self.keep(record, span, response, status == _UPGRADED)

    def keep(self, record: Record, span: Span, response: Any, upgraded: bool) -> None:
        """Keep what is to be told later, unless the record has no room for it: then what is short is told now."""
        given = (
            self.begun, perf_counter(), self.happened, None if self.upload is None else self.upload.size,
            fields(self.request.headers.raw), fields(response.headers.raw), response.extensions.get("http_version"),
            upgraded,
        )  # fmt: skip
        if record.room > 0:
            record.room -= len(given[4]) + len(given[5])
            span.attributes = Later(span.attributes, whole, *given)
        else:
            span.attributes |= within(None, whole(*given))

    def made(self, response: Any) -> int:
        """Return the size of a body that was never downloaded: a transport made the response with it."""
        return 0 if self.happened or not response.is_closed else len(response.content)

    def raised(self, error: BaseException) -> None:
        """End the span with an error instead of a response."""
        try:
            self.release()
            self.events = told(self.happened)
            attributes = {**connection(self.phases(), self.events), **sent(_text(fields(self.request.headers.raw)))}
            if self.upload is not None:
                attributes["http.request.body.size"] = self.upload.size
            self.fails(error, within(self.slot.record, attributes))
        except Exception as fault:  # noqa: BLE001 - a border: the application sees its own error
            self.fault(fault)


def whole(
    begun: float, ended: float, happened: Sequence[Any], uploaded: int | None, request: bytes, response: bytes,
    version: bytes | None, upgraded: bool,
) -> dict[str, Any]:  # fmt: skip
    """Return what a call that was answered tells: its phases, the headers both ways, its protocol."""
    events = told(happened)
    spent, _ = phases(events, begun, ended)
    attributes = {**connection(spent, events), **sent(_text(request)), **received(_text(response))}
    if uploaded is not None:
        attributes["http.request.body.size"] = uploaded
    if version:
        attributes["network.protocol.version"] = version.decode("latin-1").rpartition("/")[2]
    if events and events[-1][0] != _WHOLE and not upgraded:
        attributes["http.response.incomplete"] = True
    return attributes


def connection(spent: dict[str, Any], events: Sequence[Event]) -> dict[str, Any]:
    """Return phases with what they say of the connection; other transports than httpcore's tell nothing."""
    if spent:
        spent["http.connection.reused"] = NAMES["connect"] not in spent
        if NAMES["backoff"] in spent:
            spent["http.request.resend_count"] = sum(event == ("backoff", BEGIN) for event, _ in events)
    return spent


def _text(fields: bytes) -> str:
    return fields.decode("latin-1")


def untraced(request: Any) -> None:
    """Give a request back its own extensions."""
    if request is not None and KEY in request.extensions:
        request.extensions = {name: value for name, value in request.extensions.items() if name != KEY}
