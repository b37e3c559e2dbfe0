"""Lent: an attribute that gives the framework its hooks timed, and everybody else its own value."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from debug_toolbar_core import current
from debug_toolbar_events.timed import PANEL

_MISSING = object()


class _Lent:
    """A descriptor in the place of a slot, or above the instance's own dictionary."""

    def __init__(self, name: str, slot: Any, reader: str, lend: Callable[[Any], Any]) -> None:
        self.name = name
        self.slot = slot
        self.reader = reader
        self.lend = lend

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            if self.slot is _MISSING:
                raise AttributeError(self.name)
            return self.slot
        value = self.slot.__get__(instance) if self.slot is not _MISSING else self.value(instance)
        if not value or sys._getframe(1).f_code.co_name != self.reader:
            return value
        if (record := current()) is None:
            return value
        try:
            return self.lend(value)
        except Exception as error:  # noqa: BLE001 - a border: the framework gets what it would have without us
            record.fault(PANEL, error)
            return value

    def value(self, instance: Any) -> Any:
        """Return the application's own value out of the instance's dictionary."""
        try:
            return instance.__dict__[self.name]
        except KeyError:
            message = f"{type(instance).__name__!r} object has no attribute {self.name!r}"
            raise AttributeError(message, name=self.name, obj=instance) from None

    def __set__(self, instance: Any, value: Any) -> None:
        if self.slot is not _MISSING:
            self.slot.__set__(instance, value)
        else:
            instance.__dict__[self.name] = value

    def __delete__(self, instance: Any) -> None:
        if self.slot is not _MISSING:
            self.slot.__delete__(instance)
        else:
            del instance.__dict__[self.name]


@contextmanager
def lent(owner: type, name: str, reader: str, lend: Callable[[Any], Any]) -> Generator[None]:
    """Within a record, give functions called `reader` what `lend` makes of an attribute of `owner`'s instances.

    The attribute itself is never changed: whoever else asks for it gets what the application put there.

    Example: `with lent(Litestar, "before_send", "wrapped_send", timed_all): yield`.
    """
    slot = vars(owner).get(name, _MISSING)
    made = _Lent(name, slot, reader, lend)
    setattr(owner, name, made)
    try:
        yield
    finally:
        if vars(owner).get(name) is made:
            if slot is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, slot)
