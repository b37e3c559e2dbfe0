"""Rendering: one template, block or macro while it is rendered: its span, and the place inside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from debug_toolbar_core import Application, Limits, Record, Source, current, snapshot
from debug_toolbar_core.context import Position, position
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.observed import Inside
from debug_toolbar_core.snapshot import named

PANEL = "templates"
Where = Callable[[BaseException], Mapping[str, Any]]
VALUES: set[Application] = set()
"""The running applications whose panel is to keep short values of what a template is given."""
_SHORT = Limits(text=200, items=40, depth=3)
_MOST = 60
_LONG = 1_000
_TYPES_MOST = 1_000
_types: dict[type, str] = {}
_new = object.__new__


class Place:
    """What is rendered: a template, or a block or macro in it; made once, for all its renders.

    `where` tells the line of the template that an error came through.
    """

    __slots__ = ("engine", "facts", "file", "name", "source", "template", "where")

    def __init__(self, engine: str, name: str, file: str | None, where: Where, part: str = "", line: int = 1) -> None:
        self.name = (f"{name}#{part}" if part else name)[:_LONG]
        self.facts: dict[str, dict[str, Any]] = {}
        self.engine = engine
        self.template = name
        self.file = file
        self.source = Source(file, line, self.name) if file else None
        self.where = where

    def told(self, kind: str) -> dict[str, Any]:
        """Return the attributes of its spans of one kind, to be copied."""
        told = {"template.engine": self.engine, "template.name": self.template, "template.kind": kind}
        self.facts[kind] = told
        return told


class Rendering(Inside):
    """The place inside a render, as `opened` makes it; `lazy` where its text is handed out in pieces.

    `skip` is the template whose own text this is: its render function is not to be counted once more.
    """

    __slots__ = ("lazy", "place", "skip")
    lazy: bool
    place: Place
    skip: Place | None

    def done(self) -> None:
        """End the span."""
        record, timed = self.slot.record, self.timed
        if record is not None:
            if timed.kept:
                timed.end = perf_counter() - record.started
            else:
                record.finish(timed)

    def broke(self, error: BaseException) -> None:
        """End the span with the error that the application sees, and the line of the template that raised it."""
        record = self.slot.record
        if record is None:
            return
        attributes = {"error.type": type(error).__qualname__, "error.message": message_of(error)}
        try:
            attributes |= self.place.where(error)
        except Exception as fault:  # noqa: BLE001 - a border: the application sees its own error
            record.fault(PANEL, fault)
        record.finish(self.timed, **attributes)


def opened(
    record: Record, outer: Position, place: Place, kind: str, context: Mapping[str, Any] | None, lazy: bool
) -> Rendering:
    """Begin the span of a render, and keep the names of what a template is given, with their types.

    This runs for every include: so it is one function, and calls no `__init__` where nothing needs one.
    """
    facts = (place.facts.get(kind) or place.told(kind)).copy()  # short texts of our own
    if context:
        try:
            found = facts["template.context"] = {}
            known = _types
            for name in context if len(context) <= _MOST else list(context)[:_MOST]:
                found[name] = known.get(kind_of := type(context[name])) or type_name(kind_of)
            if VALUES and record.app in VALUES:
                facts["template.values"] = record.take({name: snapshot(context[name], _SHORT) for name in found})
        except Exception as error:  # noqa: BLE001 - a border: the render goes on
            record.fault(PANEL, error)
    span = record.put(PANEL, place.name, perf_counter() - record.started, None, facts, place.source, outer.span)
    inside = _new(Rendering)
    inside.slot = outer.slot
    inside.span = span if span.kept else span.parent
    inside.timed = span
    inside.place = place
    inside.lazy = lazy
    inside.skip = None
    return inside


def began(place: Place, kind: str, lazy: bool = False, context: Mapping[str, Any] | None = None) -> Rendering | None:
    """Begin the span of a render, or return None where there is no record."""
    outer = position.get()
    if outer is None or (record := outer.slot.record or current()) is None:  # which counts what is late
        return None
    return opened(record, outer, place, kind, context, lazy)


def type_name(kind: type) -> str:
    """Return the name of a type, without running code of its own, and remember it."""
    module, name = named(kind)
    found = name if module == "builtins" else f"{module}.{name}"
    if len(_types) >= _TYPES_MOST:
        _types.clear()
    _types[kind] = found
    return found


def merged(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Mapping[str, Any]:
    """Return what a render was called with, as `dict(*args, **kwargs)` would; an iterator is not to be used up."""
    if len(args) > 1 and isinstance(args[1], dict):  # the first is the template itself
        return {**args[1], **kwargs} if kwargs else args[1]
    return kwargs


def rendered(
    outer: Position,
    place: Place | None,
    kind: str,
    context: Mapping[str, Any] | None,
    original: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Run a render that returns all of its text, with a span around it; without a place as it is."""
    if place is None or (record := outer.slot.record or current()) is None:  # which counts what is late
        return original(*args, **kwargs)
    inside = opened(record, outer, place, kind, context, False)
    del record  # a render may outlive its record
    inside.skip = place
    position.set(inside)
    try:
        text = original(*args, **kwargs)
    except BaseException as error:
        position.set(outer)
        inside.broke(error)
        raise
    position.set(outer)
    inside.done()
    return text
