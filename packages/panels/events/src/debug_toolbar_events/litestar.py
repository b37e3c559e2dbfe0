"""Litestar: guards, hooks, exception handlers and background tasks, timed where the framework looks them up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from types import CellType, FunctionType
from typing import Any

from debug_toolbar_core import Record, Span, current, observed, patched
from debug_toolbar_events.lent import lent
from debug_toolbar_events.listeners import Heard, Logger, emission
from debug_toolbar_events.startup import STARTUPS
from debug_toolbar_events.timed import HOOKS, KNOWN, PANEL, WRAPPERS, begin, plain, wrapped

_EXCEPTIONS = "litestar.middleware._internal.exceptions.middleware"
_MESSAGES = frozenset({"http.response.start", "websocket.accept", "websocket.close"})
_MOST = 2_000


@HOOKS.into("litestar.app")
def litestar(module: Any) -> Generator[None]:
    """Lend the framework what it calls around a request."""
    application, handlers = module.Litestar, sys.modules["litestar.handlers"]
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(patched(handlers.BaseRouteHandler, "resolve_guards", _when("authorize_connection", _guards)))
        enter(patched(handlers.HTTPRouteHandler, "resolve_before_request", _when("_call_handler_function", _before)))
        enter(patched(handlers.HTTPRouteHandler, "resolve_after_response", _when("handle", _after)))
        enter(patched(handlers.HTTPRouteHandler, "get_response_handler", _responding))
        enter(patched(sys.modules[_EXCEPTIONS], "get_exception_handler", _handlers))
        enter(lent(application, "before_send", "wrapped_send", _sending))
        enter(lent(application, "after_exception", "__call__", _excepting))
        enter(patched(application, "_call_lifespan_hook", STARTUPS.hook))
        enter(patched(application, "emit", observed(PANEL, emission)))
        yield
    WRAPPERS.forget()
    KNOWN.forget()
    _CLONES.forget()


@HOOKS.into("litestar.background_tasks")
def background(module: Any) -> Generator[None]:
    """Time each background task; a set of them calls each of its own."""
    with patched(module.BackgroundTask, "__call__", observed(PANEL, _task)):
        yield


@HOOKS.into("litestar.events.emitter")
def listeners(module: Any) -> Generator[None]:
    """Lend emitters listeners that know which request they were told by."""
    with lent(module.BaseEventEmitterBackend, "listeners", "emit", Heard):
        yield


@HOOKS.into("litestar.events.listener")
def logger(module: Any) -> Generator[None]:
    """Hear of the errors that Litestar logs for its listeners."""
    with patched(module, "logger", Logger):
        yield


def _task(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
    return begin(record, "background task", plain(args[0].fn))


def _when(reader: str, lend: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Wrap a look-up: within a record, what the framework's own `reader` finds is lent, what others find is not."""

    def make(original: Any) -> Any:
        def hooked(self: Any) -> Any:
            found = original(self)
            if not found:  # as in most requests, which pay no more than this
                return found
            return _lend(found, reader, lend, sys._getframe(1).f_code.co_name)

        return hooked

    return make


def _lend(found: Any, reader: str, lend: Callable[[Any], Any], asking: str) -> Any:
    if asking != reader or (record := current()) is None:
        return found
    try:
        return lend(found)
    except Exception as error:  # noqa: BLE001 - a border: the framework gets what it found
        record.fault(PANEL, error)
        return found


def _responding(original: Any) -> Any:
    """Wrap the look-up of what makes a response, which has the `after_request` hook inside."""
    bare = _CLONES.bare

    def hooked(self: Any, is_response_type_data: bool = False) -> Any:
        found = original(self, is_response_type_data)
        if id(found) in bare:
            return found
        return _lend(found, "to_response", _CLONES.of, sys._getframe(1).f_code.co_name)

    return hooked


def _guards(found: Any) -> Any:
    return WRAPPERS.all("guard", found)


def _before(found: Any) -> Any:
    return WRAPPERS.of("before request", found)


def _after(found: Any) -> Any:
    return WRAPPERS.of("after response", found)


def _handlers(original: Any) -> Any:
    def hooked(*args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        return found and _lend(found, "", _handler, "")

    return hooked


def _handler(found: Any) -> Any:
    return WRAPPERS.of("exception handler", found)


def _excepting(found: Any) -> Any:
    return WRAPPERS.all("after exception", found)


def _sending(found: Any) -> Any:
    """Time hooks of messages at the response's start alone: a stream has a message for each of its chunks."""
    message = sys._getframe(2).f_locals.get("message") or {}
    return WRAPPERS.all("before send", found) if message.get("type") in _MESSAGES else found


class Clones:
    """Litestar's functions that make responses, with the `after_request` hook in their closure timed.

    The functions themselves stay as they are; at most two thousand are known.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Any]] = {}
        self.bare: set[int] = set()
        """Those that have no hook, by their ids: they are known too, and so keep them."""

    def of(self, found: Any) -> Any:
        """Return a function that does the same; where there is no hook, itself."""
        known = self._known.get(id(found))
        if known is None:
            if len(self._known) >= _MOST:
                self.forget()
            known = self._known[id(found)] = (found, _clone(found))
            if known[1] is found:
                self.bare.add(id(found))
        return known[1]

    def forget(self) -> None:
        """Let go of all of them."""
        self.bare.clear()
        self._known.clear()


def _clone(found: Any) -> Any:
    names = found.__code__.co_freevars
    cells = dict(zip(names, found.__closure__ or (), strict=True))
    hook = cells["after_request"].cell_contents if "after_request" in cells else None
    if hook is None:
        return found
    cells["after_request"] = CellType(wrapped("after request", hook))
    closure = tuple(cells[name] for name in names)
    made = FunctionType(found.__code__, found.__globals__, found.__name__, found.__defaults__, closure)
    made.__kwdefaults__ = found.__kwdefaults__
    return made


_CLONES = Clones()
