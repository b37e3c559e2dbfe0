"""Faults: what went wrong in the application (an error), and in a panel (a failure)."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any

from debug_toolbar_core.snapshot import ATOMS, named, shorten, snapshot


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
    arguments: tuple[Any, ...] = _ARGUMENTS.__get__(exception)
    if type(exception).__str__ is OSError.__str__ and all(_is_plain(part) for part in _parts(exception)):
        return shorten(OSError.__str__(exception), limit)
    if not arguments:
        return shorten(_told(exception), limit)
    return shorten(", ".join(_plain(argument) for argument in arguments), limit)


_ARGUMENTS: Any = BaseException.__dict__["args"]


def _parts(exception: BaseException) -> list[object]:
    """Return what an OSError's text is made of, and its arguments."""
    named = [OSError.__dict__[name].__get__(exception) for name in ("errno", "strerror", "filename", "filename2")]
    return [*named, *_ARGUMENTS.__get__(exception)]


def _is_plain(value: object) -> bool:
    return type(value) in ATOMS and snapshot(value) is value


def _told(exception: BaseException) -> str:
    """Return the text that an exception without arguments carries, as those of web frameworks do."""
    attributes: dict[str, object] = object.__getattribute__(exception, "__dict__")
    found = (attributes.get(name) for name in ("detail", "message"))
    return next((text for text in found if type(text) is str), "")


def _plain(argument: object) -> str:
    taken = snapshot(argument)
    return taken if type(taken) is str else repr(taken)


def error_of(exception: BaseException, handled: bool = False, status: int | None = None) -> Error:
    """Describe an exception in plain values."""
    module, name = named(type(exception))
    return Error(name, message_of(exception), module, handled, status)
