"""blinker: signals that somebody receives, and their receivers."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

from debug_toolbar_core import Record, Span, current, observed, patched
from debug_toolbar_events.timed import HOOKS, PANEL, called, wrapped

_SENDERS = frozenset({"send", "send_async"})


@HOOKS.into("blinker.base")
def blinker(module: Any) -> Generator[None]:
    """Time what is sent, and each receiver of it."""
    with ExitStack() as stack:
        stack.enter_context(patched(module.Signal, "send", _send))
        stack.enter_context(patched(module.Signal, "send_async", _send_async))
        stack.enter_context(patched(module.Signal, "receivers_for", _receivers))
        yield


def _begin(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span | None:
    signal = args[0]
    if not signal.receivers:
        return None
    name = getattr(signal, "name", None)
    told = f"signal {name}" if type(name) is str else "signal"
    return record.add(PANEL, told, record.now(), None, {"event.kind": "signal"})


def _send(original: Any) -> Any:
    observing = observed(PANEL, _begin)(original)

    def hooked(*args: Any, **kwargs: Any) -> Any:
        return original(*args, **kwargs) if current() is None else _own(observing(*args, **kwargs))

    return hooked


def _send_async(original: Any) -> Any:
    observing = observed(PANEL, _begin)(original)

    async def hooked(*args: Any, **kwargs: Any) -> Any:
        if current() is None:
            return await original(*args, **kwargs)
        return _own(await observing(*args, **kwargs))

    return hooked


def _own(results: Any) -> Any:
    """Give back the application's own receivers with what they returned."""
    return [(called(receiver), value) for receiver, value in results] if type(results) is list else results


def _receivers(original: Any) -> Any:
    def hooked(*args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        if current() is None or sys._getframe(1).f_code.co_name not in _SENDERS:
            return found
        # Not kept from one time to the next: a signal holds its receivers weakly, and so do we.
        return (wrapped("receiver", receiver) for receiver in found)

    return hooked
