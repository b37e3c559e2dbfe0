"""Tracer: what httpcore tells of a call, through the `trace` extension of its request."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from types import CodeType
from typing import Any

from debug_toolbar_http_client.call import BEGIN, END, FAIL, Call

Trace = Callable[[str, dict[str, Any]], Any]

_STEPS = {
    "connect_tcp": "connect", "connect_unix_socket": "connect", "start_tls": "tls", "retry": "backoff",
    "send_connection_init": "connect", "send_request_headers": "send", "send_request_body": "send",
    "receive_response_headers": "wait", "receive_response_body": "read",
}  # fmt: skip
_LAYERS = ("connection", "http11", "http2", "proxy", "socks")
EVENTS = {
    f"{layer}.{step}.{moment}": (phase, what)
    for layer in _LAYERS
    for step, phase in _STEPS.items()
    for moment, what in (("started", BEGIN), ("complete", END), ("failed", FAIL))
}
"""The events of httpcore that matter: the phase, and whether it begins, ends or fails."""


def tracer(call: Call, user: Trace | None, asynchronous: bool) -> Trace:
    """Return the `trace` extension of one call; one that the application had set hears every event as before.

    A closure, which only appends: it runs a dozen times a call.
    """
    quiet = _nothing if asynchronous else _silent
    happened, now = call.happened.append, perf_counter

    def trace(name: str, info: dict[str, Any]) -> Any:
        happened(name)
        happened(now())
        if "exception" in info:
            call.error = info["exception"]
        # Whatever the application's own one returns or raises, httpcore is to see.
        return quiet() if user is None else user(name, info)

    return trace


def told(call: Call) -> None:
    """Note the events of a call, once it is over."""
    happened = call.happened
    for name, at in zip(happened[::2], happened[1::2], strict=False):
        event = EVENTS.get(name)
        if event is not None:
            call.events.append((event, at))


_OURS = next(part for part in tracer.__code__.co_consts if isinstance(part, CodeType))
_USER = "user"


def is_ours(trace: Any) -> bool:
    """Tell whether a `trace` extension is one that `tracer` made."""
    return getattr(trace, "__code__", None) is _OURS


def users_own(trace: Any) -> Any:
    """Return the extension that the application had set before ours, or None."""
    names = trace.__code__.co_freevars
    return trace.__closure__[names.index(_USER)].cell_contents


async def _nothing() -> None:
    """Be awaited: httpcore wants a coroutine where the client is asynchronous."""


def _silent() -> None:
    """Return nothing: it wants no coroutine where the client is not."""
