"""httpx and httpx2: `send` of both clients, and the closing of streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from debug_toolbar_core import current, patched
from debug_toolbar_core.context import position
from debug_toolbar_http_client.call import PANEL, added
from debug_toolbar_http_client.httpx_call import HttpxCall

STREAMS: WeakKeyDictionary[Any, HttpxCall] = WeakKeyDictionary()
"""The calls whose answers are still being read, by their responses."""


def begun(
    module: Any, client: str, asynchronous: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpxCall | None:
    """Begin a call's span, or return None where there is no record, or nothing that can be sent."""
    record = current()
    if record is None:
        return None
    request = args[1] if len(args) > 1 else kwargs.get("request")
    if not isinstance(request, module.Request):  # the client's to refuse
        return None
    try:
        span = added(record, client, request.method, str(request.url))
        if not asynchronous and asyncio._get_running_loop() is not None:
            span.attributes["http.client.blocking"] = True
        call = HttpxCall(record, span)
        call.begins(module, request, asynchronous)
    except Exception as error:  # noqa: BLE001 - a border: the call goes on without us
        record.fault(PANEL, error)
        return None
    return call


def waiting(module: Any) -> Callable[[Any], Any]:
    """Return what wraps `AsyncClient.send`."""
    client = f"{module.__name__}.AsyncClient"

    def make(original: Any) -> Any:
        async def send(*args: Any, **kwargs: Any) -> Any:
            call = begun(module, client, True, args, kwargs)
            if call is None:
                return await original(*args, **kwargs)
            outer = position.get()
            position.set(call)
            try:
                response = await original(*args, **kwargs)
            except BaseException as error:
                position.set(outer)
                call.raised(error)
                raise
            position.set(outer)
            call.answered(response, STREAMS if kwargs.get("stream") else None)
            return response

        return send

    return make


def direct(module: Any) -> Callable[[Any], Any]:
    """Return what wraps `Client.send`."""
    client = f"{module.__name__}.Client"

    def make(original: Any) -> Any:
        def send(*args: Any, **kwargs: Any) -> Any:
            call = begun(module, client, False, args, kwargs)
            if call is None:
                return original(*args, **kwargs)
            outer = position.get()
            position.set(call)
            try:
                response = original(*args, **kwargs)
            except BaseException as error:
                position.set(outer)
                call.raised(error)
                raise
            position.set(outer)
            call.answered(response, STREAMS if kwargs.get("stream") else None)
            return response

        return send

    return make


def _ended(response: Any) -> None:
    call = STREAMS.pop(response, None) if STREAMS else None
    if call is not None:
        try:
            call.closed(response)
        except Exception as error:  # noqa: BLE001 - a border: the response is closed
            call.fault(error)


def closing(original: Any) -> Any:
    """Wrap `Response.close`: a stream's span ends there."""

    def close(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        finally:
            _ended(args[0])

    return close


def closing_later(original: Any) -> Any:
    """Wrap `Response.aclose`."""

    async def aclose(*args: Any, **kwargs: Any) -> Any:
        try:
            return await original(*args, **kwargs)
        finally:
            _ended(args[0])

    return aclose


@contextmanager
def hooked(module: Any) -> Generator[None]:
    """Observe httpx, or httpx2."""
    with (
        patched(module.AsyncClient, "send", waiting(module)),
        patched(module.Client, "send", direct(module)),
        patched(module.Response, "close", closing),
        patched(module.Response, "aclose", closing_later),
    ):
        yield
