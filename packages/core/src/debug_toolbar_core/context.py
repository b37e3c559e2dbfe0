"""Context: which record is being captured here, and inside which of its spans."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debug_toolbar_core.record import Record, Slot
    from debug_toolbar_core.span import Span


class Position:
    """A place inside a record: the slot that holds the record, and the span around here."""

    __slots__ = ("slot", "span")

    def __init__(self, slot: Slot, span: Span | None = None) -> None:
        self.slot = slot
        self.span = span


position: ContextVar[Position | None] = ContextVar("debug_toolbar_position", default=None)


def current() -> Record | None:
    """Return the record being captured here, or None: then there is nothing to measure for.

    Once a record is closed this is None for whatever still runs in its context, and the call is counted
    in its `dropped["late"]`. Every hook begins with `if record := current():`; it costs 0.1 µs.
    """
    here = position.get()
    if here is None:
        return None
    record = here.slot.record
    if record is None:
        here.slot.late += 1
    return record


@contextmanager
def span(name: str, /, *, panel: str = "app", **attributes: Any) -> Generator[Span | None]:
    """Time a piece of the current record; spans added inside become its children.

    Example: `with span("price the cart", items=3): ...`. Outside a capture it does nothing.
    """
    record = current()
    if record is None:
        yield None
        return
    added, slot = record.add(panel, name, record.now(), None, attributes), record.slot
    del record  # a forgotten task may wait in here for ever
    outer = position.get()
    inside = Position(slot, added if added.kept else added.parent)
    position.set(inside)
    try:
        yield added
    except BaseException as error:
        added.attributes["error.type"] = type(error).__qualname__
        raise
    finally:
        if position.get() is inside:  # a generator may be left in another context than entered
            position.set(outer)
        if slot.record is not None:
            slot.record.finish(added)


@contextmanager
def suppressed() -> Generator[None]:
    """Record nothing of what runs inside: for a tool's own queries and requests.

    Example: `with suppressed(): connection.execute("EXPLAIN …")`.
    """
    token = position.set(None)
    try:
        yield
    finally:
        with suppress(ValueError):  # a generator may be left in another context than entered
            position.reset(token)


def note(value: Any, label: str = "note") -> None:
    """Add a value to the current record, shown in the waterfall where it happened.

    Example: `note(len(cart), "items in the cart")`. Plain values only; anything else shows its type.
    """
    if record := current():
        now = record.now()
        record.add("app", label, now, now, {"value": value})
