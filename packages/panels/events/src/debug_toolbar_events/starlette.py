"""Starlette and FastAPI: exception handlers, where they are looked up, and background tasks."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

from debug_toolbar_core import Record, Span, current, observed, patched
from debug_toolbar_events.lent import lent
from debug_toolbar_events.timed import HOOKS, KNOWN, PANEL, WRAPPERS, begin

_KIND = "exception handler"


@HOOKS.into("starlette.background")
def background(module: Any) -> Generator[None]:
    """Time each background task; a set of them calls each of its own."""
    with patched(module.BackgroundTask, "__call__", observed(PANEL, _begin)):
        yield
    KNOWN.forget()


def _begin(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
    return begin(record, "background task", args[0].func)


@HOOKS.into("starlette._exception_handler")
def handlers(module: Any) -> Generator[None]:
    """Time the handlers of exceptions, found by their class."""
    with patched(module, "_lookup_exception_handler", _found):
        yield
    WRAPPERS.forget()


def _found(original: Any) -> Any:
    def hooked(*args: Any, **kwargs: Any) -> Any:
        return _timed(original(*args, **kwargs))

    return hooked


def _timed(handler: Any) -> Any:
    record = current()
    if handler is None or record is None:
        return handler
    try:
        return WRAPPERS.of(_KIND, handler)
    except Exception as error:  # noqa: BLE001 - a border: the application's handler answers all the same
        record.fault(PANEL, error)
        return handler


@HOOKS.into("starlette.middleware.exceptions")
def statuses(module: Any) -> Generator[None]:
    """Time the handlers of statuses, which Starlette takes from a dictionary."""
    with lent(module.ExceptionMiddleware, "_status_handlers", "__call__", Statuses):
        yield


class Statuses(dict[Any, Any]):
    """The handlers of statuses, as one request asks for them."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the handler of a status, timed."""
        return _timed(super().get(key, default))


@HOOKS.into("starlette.middleware.errors")
def errors(module: Any) -> Generator[None]:
    """Time the application's own handler of what nobody handled."""
    with ExitStack() as stack:
        stack.enter_context(lent(module.ServerErrorMiddleware, "handler", "__call__", _timed))
        yield
