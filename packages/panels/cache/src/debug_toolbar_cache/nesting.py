"""Nesting: an operation in which others run, those of a pipeline or of the back end that a cache is made of."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from debug_toolbar_cache.operation import (
    ABSENT,
    PANEL,
    UNKNOWN,
    Arguments,
    Ask,
    Attributes,
    Keywords,
    Tell,
    asking,
    error_text,
)
from debug_toolbar_core import Record, caller, current
from debug_toolbar_core.context import position
from debug_toolbar_core.observed import Inside

Learn = Callable[[Attributes, Any], None]
"""Adds to the attributes what a result tells."""


class Running(Inside):
    """The place inside an operation, with how it ends."""

    __slots__ = ()

    def returned(self, learn: Learn, result: Any) -> None:
        """End the operation with its result."""
        self.ended(None, result)
        if (record := self.slot.record) is not None:
            try:
                learn(self.timed.attributes, result)
            except Exception as error:  # noqa: BLE001 - a border: the application has its result
                record.fault(PANEL, error)

    def raised(self, error: BaseException) -> None:
        """End the operation with what the application is about to see, but for values that are in its message."""
        self.failed(error)
        if self.slot.record is not None:
            self.timed.attributes["error.message"] = error_text(error)


def nesting(tell: Tell, ask: Ask | None = None, learn: Learn | None = None) -> Callable[[Any], Any]:
    """Return what wraps a function or coroutine function like `timed`; operations within become its children.

    `learn` reads the result where `tell` can't be asked again with it, because the call changes its arguments.
    """

    def make(original: Any) -> Any:
        make = _waiting if inspect.iscoroutinefunction(original) else _direct
        return make(original, tell, ask, learn)

    return make


def _direct(original: Any, tell: Tell, ask: Ask | None, learn: Learn | None) -> Any:
    def hooked(*args: Any, **kwargs: Any) -> Any:
        if (record := current()) is None:
            return original(*args, **kwargs)
        given, default = (args, None) if ask is None else asking(record, ask, args, kwargs)
        running = _begun(record, tell, given, kwargs)
        del record  # a call may outlive its record
        outer = position.get()
        position.set(running or outer)
        try:
            result = original(*given, **kwargs)
        except BaseException as error:
            position.set(outer)
            if running is not None:
                running.raised(error)
            raise
        position.set(outer)
        if running is not None:
            running.returned(learn or _again(tell, given, kwargs), result)
        return default if result is ABSENT else result

    return hooked


def _waiting(original: Any, tell: Tell, ask: Ask | None, learn: Learn | None) -> Any:
    async def hooked(*args: Any, **kwargs: Any) -> Any:
        if (record := current()) is None:
            return await original(*args, **kwargs)
        given, default = (args, None) if ask is None else asking(record, ask, args, kwargs)
        running = _begun(record, tell, given, kwargs)
        del record  # a call may outlive its record
        outer = position.get()
        position.set(running or outer)
        try:
            result = await original(*given, **kwargs)
        except BaseException as error:
            position.set(outer)
            if running is not None:
                running.raised(error)
            raise
        position.set(outer)
        if running is not None:
            running.returned(learn or _again(tell, given, kwargs), result)
        return default if result is ABSENT else result

    return hooked


def _begun(record: Record, tell: Tell, args: Arguments, kwargs: Keywords) -> Running | None:
    try:
        attributes = tell(args, kwargs, UNKNOWN)
        if attributes is None:
            return None
        here = position.get()
        around = None if here is None else here.span
        span = record.put(PANEL, attributes["db.operation.name"], record.now(), None, attributes, caller(), around)
    except Exception as error:  # noqa: BLE001 - a border: the application's call must not fail for ours
        record.fault(PANEL, error)
        return None
    return Running(record, span)


def _again(tell: Tell, args: Arguments, kwargs: Keywords) -> Learn:
    def learn(attributes: Attributes, result: Any) -> None:
        attributes.update(tell(args, kwargs, result) or {})

    return learn
