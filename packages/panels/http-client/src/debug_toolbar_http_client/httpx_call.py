"""A call of httpx: what its request, its transport's events and its response tell."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from debug_toolbar_http_client.call import BEGIN, END, NAMES, Call, redirects
from debug_toolbar_http_client.headers import fields, received, sent
from debug_toolbar_http_client.propagation import ASKED, propagated
from debug_toolbar_http_client.tracer import is_ours, told, tracer, users_own
from debug_toolbar_http_client.uploads import counted

_UPGRADED = 101
_WHOLE = ("read", END)


class HttpxCall(Call):
    """A call of httpx: its request is traced while it runs, and given back as it was."""

    __slots__ = ("request", "upload")

    def begins(self, module: Any, request: Any, asynchronous: bool) -> None:
        """Trace a request."""
        user = request.extensions.get("trace")
        if user is not None and is_ours(user):  # left on a request that is sent once more
            user = users_own(user)
        self.request = request
        request.extensions = {**request.extensions, "trace": tracer(self, user, asynchronous)}
        self.upload = counted(module, request, asynchronous)
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
        """Take our tracer off the request, and off those that the client derived from it."""
        untraced(self.request)
        if self.upload is not None and self.request.stream is self.upload:
            self.request.stream = self.upload.stream
        if response is not None and (response.history or response.next_request is not None):
            for derived in (response.next_request, response.request, *(hop.request for hop in response.history)):
                untraced(derived)

    def closed(self, response: Any) -> None:
        """End the span: the body was read, or will not be."""
        attributes = self.known()
        status = response.status_code
        attributes["http.response.status_code"] = status
        attributes["http.response.body.size"] = response.num_bytes_downloaded or self.made(response)
        if version := response.extensions.get("http_version"):
            attributes["network.protocol.version"] = version.decode("latin-1").rpartition("/")[2]
        received(attributes, self.slot.record, fields(response.headers.raw))
        if self.events and self.events[-1][0] != _WHOLE and status != _UPGRADED:
            attributes["http.response.incomplete"] = True
        if response.history:
            redirects(attributes, [(hop.status_code, str(hop.url)) for hop in response.history])
        error, self.error = self.error, None
        if error is None or self.broken != "read" or isinstance(error, GeneratorExit):
            self.ends(attributes)
        else:
            self.fails(error, attributes)

    def made(self, response: Any) -> int:
        """Return the size of a body that was never downloaded: a transport made the response with it."""
        return 0 if self.happened or not response.is_closed else len(response.content)

    def raised(self, error: BaseException) -> None:
        """End the span with an error instead of a response."""
        try:
            self.release()
            self.fails(error, self.known())
        except Exception as fault:  # noqa: BLE001 - a border: the application sees its own error
            self.fault(fault)

    def known(self) -> dict[str, Any]:
        """Return what the events and the request as it was sent tell."""
        told(self)
        attributes = self.phases()
        if attributes:  # other transports than httpcore's tell nothing
            attributes["http.connection.reused"] = NAMES["connect"] not in attributes
            if NAMES["backoff"] in attributes:
                again = sum(event == ("backoff", BEGIN) for event, _ in self.events)
                attributes["http.request.resend_count"] = again
        sent(attributes, self.slot.record, fields(self.request.headers.raw))
        if self.upload is not None:
            attributes["http.request.body.size"] = self.upload.size
        return attributes


def untraced(request: Any) -> None:
    """Give a request back its own extensions."""
    if request is None:
        return
    trace = request.extensions.get("trace")
    if trace is None or not is_ours(trace):
        return
    extensions = dict(request.extensions)
    del extensions["trace"]
    if (own := users_own(trace)) is not None:
        extensions["trace"] = own
    request.extensions = extensions
