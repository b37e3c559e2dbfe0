"""Listeners: what Litestar's events are told to, known by the request that told them."""

from __future__ import annotations

import copy
import functools
from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_core.context import Position, position
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.observed import Inside
from debug_toolbar_events.timed import PANEL, begin, plain


def emission(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
    """Add the span of an event that is emitted."""
    event = kwargs.get("event_id", args[1] if len(args) > 1 else None)
    name = f"emit {event}" if type(event) is str else "emit"
    return record.add(PANEL, name, record.now(), None, {"event.kind": "event"})


class Heard(dict[Any, Any]):
    """An emitter's listeners, as one emission asks for them.

    Litestar calls them in tasks of its own, outside of every request. Each carries the place in the record from
    here to there: that alone, and not the request's other context variables, which they do not see without us.
    """

    def __init__(self, listeners: Any) -> None:
        super().__init__(listeners)
        self.real = listeners

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the listeners of an event, each of which notes what it does."""
        return _heard(self.real.get(key, default))

    def __getitem__(self, key: Any) -> Any:
        return _heard(self.real[key])


def _heard(listeners: Any) -> Any:
    here = position.get()
    if not listeners or here is None:
        return listeners
    return [_listener(listener, here) for listener in listeners]


def _listener(listener: Any, here: Position) -> Any:
    record = here.slot.record
    if record is None:
        return listener
    heard = copy.copy(listener)
    span = begin(record, "listener", function(listener.fn))
    slot, call = here.slot, listener.fn

    async def hooked(*args: Any, **kwargs: Any) -> Any:
        record = slot.record
        if record is None:  # the request is over, and so is its record
            return await call(*args, **kwargs)
        outer, inside = position.get(), Inside(record, span)
        span.attributes["event.began"] = record.now()
        position.set(inside)
        try:
            result = await call(*args, **kwargs)
        except BaseException as error:
            position.set(outer)
            inside.failed(error)
            raise
        position.set(outer)
        inside.ended(None, None)
        return result

    heard.fn = functools.update_wrapper(hooked, call)
    return heard


def function(call: Any) -> Any:
    """Return the function that was decorated, out of what Litestar wraps it in to log its errors."""
    code = getattr(call, "__code__", None)
    if code is not None and "fn" in code.co_freevars:
        call = call.__closure__[code.co_freevars.index("fn")].cell_contents
    return plain(call)


class Logger:
    """Litestar's logger of listeners' errors; those that it logs are noted where they happened."""

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, name)

    def exception(self, message: Any, *args: Any, stacklevel: int = 1, **kwargs: Any) -> None:
        """Note the error, and log it as it would have been: from the line that calls this."""
        here, error = position.get(), args[-1] if args else None
        if isinstance(here, Inside) and here.timed.panel == PANEL and isinstance(error, BaseException):
            told = {"error.type": type(error).__qualname__, "error.message": message_of(error)}
            here.timed.attributes.update(told)
        self._logger.exception(message, *args, stacklevel=stacklevel + 1, **kwargs)  # noqa: LOG004 - called in one
