"""Timed: a callable of the application's as a framework is to call it, with a span around each call."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from debug_toolbar_core import Hooks, Record, Span, observed
from debug_toolbar_core.callables import Callables

PANEL = "events"
HOOKS = Hooks(PANEL)
KNOWN = Callables()
_OURS = "debug_toolbar_"
_MOST = 2_000


def begin(record: Record, kind: str, call: Any) -> Span:
    """Add the span of a call that is about to be made."""
    told = KNOWN.describe(plain(call))
    attributes = {"event.kind": kind, "code.function.name": told.name}
    return record.add(PANEL, told.short, record.now(), None, attributes, source=told.source)


def plain(call: Any) -> Any:
    """Return what Litestar made asynchronous, by running it in a thread or not."""
    return call.func if type(call).__name__ == "AsyncCallable" else call


def wrapped(kind: str, call: Any) -> Any:
    """Return a callable that does what `call` does, asynchronous or not as it is, within a span of its record."""

    def add(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
        return begin(record, kind, call)

    made = functools.update_wrapper(observed(PANEL, add)(_target(call)), call)
    vars(made)["debug_toolbar_call"] = call
    return made


def _target(call: Any) -> Any:
    """Return what is called in a callable's place: a coroutine function where its call is to be waited for."""
    inner = call
    while isinstance(inner, functools.partial):
        inner = inner.func
    if inspect.iscoroutinefunction(inner):
        return _coroutine(call) if inner is not call else call
    own = getattr(inner, "__call__", None)  # noqa: B004 - its function
    return _coroutine(call) if plain(inner) is not inner or inspect.iscoroutinefunction(own) else call


def _coroutine(call: Any) -> Any:
    async def waiting(*args: Any, **kwargs: Any) -> Any:
        return await call(*args, **kwargs)

    return waiting


def called(made: Any) -> Any:
    """Return what a wrapped callable calls, or itself where it is not one of ours."""
    return getattr(made, "__dict__", {}).get("debug_toolbar_call", made)


class Wrappers:
    """Wrapped callables by what they wrap, which lives as long as the application. At most two thousand."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Any] = {}

    def of(self, kind: str, call: Any) -> Any:
        """Return a callable wrapped; the toolbar's own hooks stay as they are."""
        known = self._known.get((kind, id(call)))
        if known is not None:
            return known
        if len(self._known) >= _MOST:
            self._known.clear()
        made = call if KNOWN.describe(plain(call)).name.startswith(_OURS) else wrapped(kind, call)
        self._known[kind, id(call)] = made  # it holds the call, so that its id stays its own
        return made

    def all(self, kind: str, calls: Any) -> list[Any]:
        """Return callables wrapped, in their order."""
        return [self.of(kind, call) for call in calls]

    def forget(self) -> None:
        """Let go of all of them."""
        self._known.clear()


WRAPPERS = Wrappers()
