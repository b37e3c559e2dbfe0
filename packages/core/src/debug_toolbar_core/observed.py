"""Observed: a function of a library with a span around each call, for `patched`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from debug_toolbar_core.context import Position, current, position
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.record import Record, Slot
from debug_toolbar_core.span import Span

Begin = Callable[[Record, tuple[Any, ...], dict[str, Any]], Span | None]
"""Given the record and the call's arguments: adds a span without an end and returns it, or None not to record it."""
End = Callable[[Span, Any], Mapping[str, Any] | None]
"""Given the span and what the call returned: returns what became known, for the span's attributes."""


def observed(panel: str, begin: Begin, end: End | None = None) -> Callable[[Any], Any]:
    """Return what wraps a function or coroutine function so that each call within a record is a span.

    `begin(record, args, kwargs)` adds the span, `end(span, result)` returns its last attributes; spans added
    during the call become its children. A call that raises is recorded with `error.type` and `error.message`,
    and the exception goes on as it was. What `begin` or `end` raise is a fault of the panel, on the record, and
    the call is as without us.

    Example: `with patched(module.Client, "get", observed("cache", begin, end)): yield`.
    """

    def make(original: Any) -> Any:
        if inspect.iscoroutinefunction(original):
            return _waiting(panel, original, begin, end)
        return _direct(panel, original, begin, end)

    return make


def _direct(panel: str, original: Any, begin: Begin, end: End | None) -> Any:
    def hooked(*args: Any, **kwargs: Any) -> Any:
        outer = position.get()
        if outer is None or (inside := _begin(panel, begin, outer, args, kwargs)) is None:
            return original(*args, **kwargs)
        position.set(inside)
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            position.set(outer)
            inside.failed(error)
            raise
        position.set(outer)
        inside.ended(end, result)
        return result

    return hooked


def _waiting(panel: str, original: Any, begin: Begin, end: End | None) -> Any:
    async def hooked(*args: Any, **kwargs: Any) -> Any:
        outer = position.get()
        if outer is None or (inside := _begin(panel, begin, outer, args, kwargs)) is None:
            return await original(*args, **kwargs)
        position.set(inside)
        try:
            result = await original(*args, **kwargs)
        except BaseException as error:
            position.set(outer)
            inside.failed(error)
            raise
        position.set(outer)
        inside.ended(end, result)
        return result

    return hooked


def _begin(panel: str, begin: Begin, outer: Position, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Inside | None:
    record = outer.slot.record or current()  # which counts what is late
    if record is None:
        return None
    try:
        span = begin(record, args, kwargs)
    except Exception as error:  # noqa: BLE001 - a border: the application's call must not fail for ours
        record.fault(panel, error)
        return None
    return None if span is None else Inside(record, span)


class Inside(Position):
    """The place inside a span that is still running; it does not keep the record alive.

    For what `observed` cannot wrap: `inside = Inside(record, span)`, then `position.set(inside)` around the work.
    """

    __slots__ = ("timed",)

    def __init__(self, record: Record, span: Span) -> None:
        self.slot = record.slot  # not through Position: this runs around each call of a library
        self.span = span if span.kept else span.parent
        self.timed = span

    def failed(self, error: BaseException) -> None:
        """End the span with the error that the application is about to see."""
        if (record := self.slot.record) is not None:
            kind = type(error).__qualname__
            record.finish(self.timed, **{"error.type": kind, "error.message": message_of(error)})

    def ended(self, end: End | None, result: Any) -> None:
        """End the span with what became known."""
        record, span = self.slot.record, self.timed
        if record is None:
            return
        if span.kept:  # as `finish` does, without its call
            span.end = perf_counter() - record.started
        else:
            record.finish(span)
        if end is None:
            return
        try:
            if learnt := end(span, result):
                learnt = learnt if type(learnt) is dict else dict(learnt)
                record.plain(learnt)
                span.attributes.update(learnt)
        except Exception as error:  # noqa: BLE001 - a border: the application has its result
            record.fault(span.panel, error)


class Perhaps(Position):
    """A place inside a span that is made only once something is recorded there: nothing inside, nothing paid.

    A subclass says what to `make`; `made` is that span, or None so far.

    Example: `position.set(Handling(record.slot))` with a subclass `Handling(Perhaps)`.
    """

    __slots__ = ("made",)

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.made: Span | None = None

    def make(self, record: Record) -> Span:
        """Add the span to the record; called when its first child asks for it."""
        raise NotImplementedError(f"{type(self).__qualname__} does not say what to make")

    @property
    def span(self) -> Span | None:  # type: ignore[override]  # what others read as an attribute is made here
        """The span, made now if it was not; None once its record is closed."""
        if self.made is None and (record := self.slot.record) is not None:
            slot = self.slot
            self.slot = Slot(record)  # a stranger's slot: what `make` adds has no parent here
            try:
                self.made = self.make(record)
            finally:
                self.slot = slot
        return self.made


def enclosing() -> Span | None:
    """Return the span that runs around here, or None; so a hook knows a call inside another of its own.

    Example: `if (outer := enclosing()) and outer.panel == "cache": return None  # the pool's own client`.
    """
    here = position.get()
    if here is None:
        return None
    if isinstance(here, Inside):
        return here.timed
    return here.made if isinstance(here, Perhaps) else here.span
