"""Tracer: what httpcore tells of a call, heard where it tells it: its `Trace` objects, around each step.

The `trace` extension of a request says the same, and makes two coroutines and a text for each event: 25 µs a call.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Any

from debug_toolbar_core import patched
from debug_toolbar_http_client.call import BEGIN, END, FAIL, Event

KEY = "debug_toolbar"
"""The extension by which a request of httpx has its call, while it is sent."""
STEPS = {
    "connect_tcp": "connect", "connect_unix_socket": "connect", "start_tls": "tls", "retry": "backoff",
    "send_connection_init": "connect", "send_request_headers": "send", "send_request_body": "send",
    "receive_response_headers": "wait", "receive_response_body": "read",
}  # fmt: skip
"""The steps of httpcore that matter, and their phases."""
_CALL = "_debug_toolbar_call"


def told(happened: Sequence[Any]) -> list[Event]:
    """Return the events of a call: steps with what became of them and when, in turns."""
    turns = zip(happened[::3], happened[1::3], happened[2::3], strict=False)
    return [((phase, what), at) for step, what, at in turns if (phase := STEPS.get(step))]


def _made(original: Any) -> Any:
    """Wrap `Trace.__init__`, which is given the request that the step is for."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        request = args[2] if len(args) > 2 else kwargs.get("request")
        if request is not None and (call := request.extensions.get(KEY)) is not None:
            setattr(self, _CALL, call)

    return __init__


def _beginning(original: Any) -> Any:
    """Wrap `__enter__` and `__aenter__`, whose coroutine is awaited at once."""

    def enter(self: Any) -> Any:
        if (call := getattr(self, _CALL, None)) is not None:
            call.happened.extend((self.name, BEGIN, perf_counter()))
        return original(self)

    return enter


def _ending(original: Any) -> Any:
    """Wrap `__exit__` and `__aexit__`."""

    def exit(self: Any, kind: Any = None, error: BaseException | None = None, trace: Any = None) -> Any:
        if (call := getattr(self, _CALL, None)) is not None:
            call.happened.extend((self.name, END if error is None else FAIL, perf_counter()))
            if error is not None:
                call.error, call.broken = error, STEPS.get(self.name, "")
        return original(self, kind, error, trace)

    return exit


_WRAPS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("__init__", _made), ("__enter__", _beginning), ("__aenter__", _beginning), ("__exit__", _ending),
    ("__aexit__", _ending),
)  # fmt: skip


@contextmanager
def traced(module: Any) -> Generator[None]:
    """Hear the steps of httpcore, or httpcore2: of its module `_trace`."""
    with ExitStack() as stack:
        for name, make in _WRAPS:
            stack.enter_context(patched(module.Trace, name, make))
        yield
