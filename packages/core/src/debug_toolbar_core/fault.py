"""Faults: what went wrong in the application (an error), and in a panel (a failure)."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType

from debug_toolbar_core.snapshot import shorten, snapshot


@dataclass(slots=True)
class Error:
    """The error that decided a record: `handled` when the application answered it itself."""

    type: str
    message: str
    module: str = "builtins"
    handled: bool = False
    status: int | None = None


@dataclass(slots=True)
class Caught:
    """An exception while its record is open: the traceback is held apart, as frameworks clear the exception's."""

    exception: BaseException
    traceback: TracebackType | None
    handled: bool
    at: float


@dataclass(slots=True)
class Failure:
    """What a panel did wrong, and in which hook; its own data is lost, nothing else."""

    hook: str
    message: str


def message_of(exception: BaseException, limit: int = 2_000) -> str:
    """Return an exception's message without running its own `__str__`: from its arguments, as plain values."""
    if type(exception).__str__ in (BaseException.__str__, OSError.__str__) or len(exception.args) < 2:
        return shorten(", ".join(_plain(argument) for argument in exception.args), limit)
    return shorten(repr(snapshot(exception.args))[1:-1], limit)


def _plain(argument: object) -> str:
    taken = snapshot(argument)
    return taken if type(taken) is str else repr(taken)


def error_of(exception: BaseException, handled: bool = False, status: int | None = None) -> Error:
    """Describe an exception in plain values."""
    kind = type(exception)
    return Error(kind.__qualname__, message_of(exception), kind.__module__, handled, status)
