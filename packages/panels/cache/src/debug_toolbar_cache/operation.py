"""Operation: a call of a cache's library, timed, and told once it has returned."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, caller, current
from debug_toolbar_core.context import Position, position
from debug_toolbar_core.fault import message_of

PANEL = "cache"
Arguments = tuple[Any, ...]
Keywords = dict[str, Any]
Attributes = dict[str, Any]
Tell = Callable[[Arguments, Keywords, Any], Attributes | None]
"""Given a call's arguments and its result, or UNKNOWN: tells its attributes, or None where it is no operation.

`db.operation.name` is among them. What they hold is bounded and plain: nothing looks at it again.
"""
Ask = Callable[[Arguments, Keywords], bool]
"""Given the arguments of a `get`: says whether it may be given ABSENT as its default."""
UNKNOWN = object()
"""The result of a call that raised, or has not returned."""
ABSENT = object()
"""What a `get` returns for a key that is not there, so that a stored None, or the default itself, is not a miss."""
_DEFAULT = 2
"""Where `default` is among the arguments of `get(self, key, default=None)`, as all libraries have it."""
_OUTSIDE = 3
"""Frames up to the one that called a hook, from where its span is added."""
_COMMAND = re.compile(r"^(Command # \d+) \(.*\) (of pipeline)", re.DOTALL)


def timed(tell: Tell, ask: Ask | None = None) -> Callable[[Any], Any]:
    """Return what wraps a function or coroutine function so that each call within a record becomes a span.

    It is added when the call is over, so nothing can nest in it: that is a microsecond less than `nesting` takes.
    What fails in here is a fault of the panel, on the record. `ask` tells which calls are given ABSENT as their
    `default`; the application gets the default that it asked for.
    """

    def make(original: Any) -> Any:
        return _waiting(original, tell, ask) if inspect.iscoroutinefunction(original) else _direct(original, tell, ask)

    return make


def _direct(original: Any, tell: Tell, ask: Ask | None) -> Any:
    def hooked(*args: Any, **kwargs: Any) -> Any:
        here, default = position.get(), None
        if here is None or (record := here.slot.record or current()) is None:  # which counts what is late
            return original(*args, **kwargs)
        if ask is not None:
            if kwargs or len(args) != _DEFAULT:
                args, default = asking(record, ask, args, kwargs)
            elif ask is always:  # most calls are like this
                args = (*args, ABSENT)
        del record  # a call may outlive its record
        start = perf_counter()
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            failed(here, start, tell, args, kwargs, error)
            raise
        ended(here, start, tell, args, kwargs, result)
        return default if result is ABSENT else result

    return hooked


def _waiting(original: Any, tell: Tell, ask: Ask | None) -> Any:
    async def hooked(*args: Any, **kwargs: Any) -> Any:
        here, default = position.get(), None
        if here is None or (record := here.slot.record or current()) is None:  # which counts what is late
            return await original(*args, **kwargs)
        if ask is not None:
            if kwargs or len(args) != _DEFAULT:
                args, default = asking(record, ask, args, kwargs)
            elif ask is always:  # most calls are like this
                args = (*args, ABSENT)
        del record  # a call may outlive its record
        start = perf_counter()
        try:
            result = await original(*args, **kwargs)
        except BaseException as error:
            failed(here, start, tell, args, kwargs, error)
            raise
        ended(here, start, tell, args, kwargs, result)
        return default if result is ABSENT else result

    return hooked


def ended(here: Position, start: float, tell: Tell, args: Arguments, kwargs: Keywords, result: Any) -> None:
    """Add the span of a call that returned, made at this place in a record."""
    end = perf_counter()
    record = here.slot.record
    if record is None:
        here.slot.late += 1
        return
    try:
        attributes = tell(args, kwargs, result)
        if attributes is not None:
            began, name = record.started, attributes["db.operation.name"]
            record.put(PANEL, name, start - began, end - began, attributes, caller(_OUTSIDE), here.span)
    except Exception as error:  # noqa: BLE001 - a border: the application has its result
        record.fault(PANEL, error)


def failed(here: Position, start: float, tell: Tell, args: Arguments, kwargs: Keywords, error: BaseException) -> None:
    """Add the span of a call that raised."""

    def with_error(args: Arguments, kwargs: Keywords, result: Any) -> Attributes | None:
        attributes = tell(args, kwargs, UNKNOWN)
        if attributes is not None:
            attributes["error.type"] = type(error).__qualname__
            attributes["error.message"] = error_text(error)
        return attributes

    ended(here, start, with_error, args, kwargs, None)


def error_text(error: BaseException) -> str:
    """Return an error's message, without the command that redis-py puts into it: that has values in it."""
    return _COMMAND.sub(r"\1 \2", message_of(error, 500))


def always(args: Arguments, kwargs: Keywords) -> bool:
    """Give every `get` ABSENT as its default."""
    return True


def asking(record: Record, ask: Ask, args: Arguments, kwargs: Keywords) -> tuple[Arguments, Any]:
    """Put ABSENT in the place of a call's default, in `kwargs` itself or the arguments returned; and return that."""
    try:
        if not ask(args, kwargs):
            return args, None
    except Exception as error:  # noqa: BLE001 - a border: the application's call must not fail for ours
        record.fault(PANEL, error)
        return args, None
    if len(args) > _DEFAULT:
        return (*args[:_DEFAULT], ABSENT, *args[_DEFAULT + 1 :]), args[_DEFAULT]
    default = kwargs.get("default")
    kwargs["default"] = ABSENT
    return args, default
