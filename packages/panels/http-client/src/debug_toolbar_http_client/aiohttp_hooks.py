"""aiohttp: a TraceConfig of ours in every session, after the application's own."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from weakref import ref

from debug_toolbar_core import Record, Span, current, patched
from debug_toolbar_core.fault import message_of
from debug_toolbar_http_client.call import BEGIN, END, MOST, PANEL, Call, added, redirects
from debug_toolbar_http_client.headers import pairs, received, sent, within
from debug_toolbar_http_client.propagation import ASKED, propagated

_CALL = "debug_toolbar_call"
_UPGRADED = 101


class AiohttpCall(Call):
    """A call that aiohttp's tracing tells of."""

    __slots__ = ("bytes_sent", "fresh", "headers", "hops", "resent", "response", "reused")

    def __init__(self, record: Record, span: Span) -> None:
        super().__init__(record, span)
        self.bytes_sent = 0
        self.hops: list[tuple[int, str]] = []
        self.resent = 0
        self.fresh = True
        """Whether the next connection is the first for this request, and no second try."""
        self.reused: bool | None = None
        self.headers: dict[str, Any] = {}
        self.response: Callable[[], Any] = _gone

    def connects(self, reused: bool) -> None:
        """Note a connection, made or taken from the pool."""
        if not self.fresh:
            self.resent += 1
        self.fresh = False
        self.reused = reused
        self.note("send" if reused else "connect", BEGIN)

    def on_connection_queued_start(self, params: Any) -> None:
        self.note("queue", BEGIN)

    def on_connection_queued_end(self, params: Any) -> None:
        self.note("queue", END)

    def on_connection_create_start(self, params: Any) -> None:
        self.connects(False)

    def on_dns_resolvehost_start(self, params: Any) -> None:
        self.note("connect", END)
        self.note("dns", BEGIN)

    def on_dns_resolvehost_end(self, params: Any) -> None:
        self.note("dns", END)
        self.note("connect", BEGIN)

    def on_connection_create_end(self, params: Any) -> None:
        self.note("connect", END)
        self.note("send", BEGIN)

    def on_connection_reuseconn(self, params: Any) -> None:
        self.connects(True)

    def on_request_headers_sent(self, params: Any) -> None:
        self.note("send", END)
        self.note("wait", BEGIN)
        if not self.headers:
            self.headers = within(self.slot.record, sent(pairs(params.headers.items())))

    def on_request_chunk_sent(self, params: Any) -> None:
        self.bytes_sent += len(params.chunk)

    def on_request_redirect(self, params: Any) -> None:
        self.note("wait", END)
        self.fresh = True
        if len(self.hops) < MOST:
            self.hops.append((params.response.status, str(params.response.url)))

    def on_request_end(self, params: Any) -> None:
        """Note that the headers came; the span ends when the connection is let go."""
        response = params.response
        self.note("wait", END)
        connection = response.connection
        if connection is None or response.status == _UPGRADED:
            self.closed(response)
        else:
            self.note("read", BEGIN)
            self.response = ref(response)  # held, it would keep its connection from the pool
            connection.add_callback(self.released)

    def on_request_exception(self, params: Any) -> None:
        error = params.exception
        attributes = self.known()
        cause = getattr(error, "os_error", None)  # says more than the key of a connection
        self.fails(error, attributes, message_of(cause) if isinstance(cause, OSError) else None)

    def known(self) -> dict[str, Any]:
        """Return what is known before there is an answer."""
        found = {**self.phases(), **self.headers}
        if self.bytes_sent:
            found["http.request.body.size"] = self.bytes_sent
        if self.resent:
            found["http.request.resend_count"] = self.resent
        if self.hops:
            redirects(found, self.hops)
        if self.reused is not None:
            found["http.connection.reused"] = self.reused
        return found

    def released(self) -> None:
        """End the span: the connection is free again, or closed."""
        response = self.response()
        if response is not None and not self.over:
            try:
                self.closed(response)
            except Exception as error:  # noqa: BLE001 - a border: aiohttp goes on
                self.fault(error)

    def closed(self, response: Any) -> None:
        """End the span with what the response tells."""
        content, error = response.content, None
        attributes = self.known()
        attributes["http.response.status_code"] = response.status
        attributes["http.response.body.size"] = getattr(content, "total_raw_bytes", content.total_bytes)
        attributes["network.protocol.version"] = f"{response.version.major}.{response.version.minor}"
        attributes |= within(self.slot.record, received(pairs(response.headers.items())))
        if not content.is_eof() and response.status != _UPGRADED:
            attributes["http.response.incomplete"] = True
            error = content.exception()
        if error is None or str(error) == "Connection closed":  # what is left for who reads on after closing
            self.ends(attributes)
        else:
            self.fails(error, attributes)


def _gone() -> None:
    """Stand for a response that there is not yet."""


async def _starts(session: Any, context: Any, params: Any) -> None:
    record = current()
    if record is None:
        return
    try:
        span = added(record, "aiohttp", params.method, str(params.url))
        call = AiohttpCall(record, span)
        vars(context)[_CALL] = call
        if ASKED:
            propagated(call, params.headers)
    except Exception as error:  # noqa: BLE001 - a border: the call goes on without us
        record.fault(PANEL, error)


def _heard(name: str) -> Callable[[Any, Any, Any], Any]:
    """Return a listener that hands an event of a session to the call it belongs to."""
    method = getattr(AiohttpCall, name)

    async def hear(session: Any, context: Any, params: Any) -> None:
        call = vars(context).get(_CALL)
        if call is not None:
            try:
                method(call, params)
            except Exception as error:  # noqa: BLE001 - a border: the call goes on
                call.fault(error)

    return hear


def configured(module: Any) -> Any:
    """Return a TraceConfig that records."""
    made = module.TraceConfig()
    made.on_request_start.append(_starts)
    for name in vars(AiohttpCall):
        if name.startswith("on_"):
            getattr(made, name).append(_heard(name))
    return made


@contextmanager
def hooked(module: Any) -> Generator[None]:
    """Observe every session made from now on."""
    ours = configured(module)

    def make(original: Any) -> Any:
        def __init__(*args: Any, **kwargs: Any) -> None:
            original(*args, **{**kwargs, "trace_configs": [*(kwargs.get("trace_configs") or ()), ours]})

        return __init__

    with patched(module.ClientSession, "__init__", make):
        yield
