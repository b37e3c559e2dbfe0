"""Rendering: one template, block or macro while it is rendered: its span, and the place inside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from debug_toolbar_core import Application, Limits, Record, Source, current, snapshot
from debug_toolbar_core.context import position
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.observed import Inside
from debug_toolbar_core.snapshot import named

PANEL = "templates"
Where = Callable[[BaseException], Mapping[str, Any]]
VALUES: set[Application] = set()
"""The running applications whose panel is to keep short values of what a template is given."""
_SHORT = Limits(text=200, items=40, depth=3)
_MOST = 60
_TYPES_MOST = 1_000
_types: dict[type, str] = {}


class Place:
    """What is rendered: a template, or a block or macro in it; made once, for all its renders.

    `where` tells the line of the template that an error came through.
    """

    __slots__ = ("engine", "facts", "name", "source", "template", "where")

    def __init__(self, engine: str, name: str, file: str | None, where: Where, part: str = "", line: int = 1) -> None:
        self.name = f"{name}#{part}" if part else name
        self.facts: dict[str, dict[str, Any]] = {}
        self.engine = engine
        self.template = name
        self.source = Source(file, line, self.name) if file else None
        self.where = where

    def told(self, kind: str) -> dict[str, Any]:
        """Return the attributes of its spans of one kind, to be copied."""
        told = {"template.engine": self.engine, "template.name": self.template, "template.kind": kind}
        self.facts[kind] = told
        return told


class Rendering(Inside):
    """The place inside a render; `lazy` where its text is handed out in pieces, between which others run."""

    __slots__ = ("lazy", "place", "skip")

    def __init__(self, record: Record, place: Place, kind: str, lazy: bool) -> None:
        # This runs for every include: what `Inside` does is done here, without two more calls of Python, and the
        # attributes, which are our own short texts, need not be looked at.
        span = record.add(PANEL, place.name, record.now(), source=place.source)
        span.attributes = (place.facts.get(kind) or place.told(kind)).copy()
        self.slot = record.slot
        self.span = span if span.kept else span.parent
        self.timed = span
        self.place = place
        self.lazy = lazy
        self.skip: Place | None = None
        """The template whose own text this is: its render function is not to be counted once more."""

    def done(self) -> None:
        """End the span."""
        record = self.slot.record
        if record is not None:
            record.finish(self.timed)

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


def began(place: Place, kind: str, lazy: bool = False) -> Rendering | None:
    """Begin the span of a render, or return None where there is no record."""
    record = current()
    return None if record is None else Rendering(record, place, kind, lazy)


def given(rendering: Rendering, context: Mapping[str, Any]) -> None:
    """Keep the names of what a template is given with their types, and short values where they are asked for."""
    names = context if len(context) <= _MOST else list(context)[:_MOST]
    known = _types
    try:
        found = {name: known.get(kind := type(context[name])) or type_name(kind) for name in names}
        rendering.timed.attributes["template.context"] = found
        if VALUES and (record := rendering.slot.record) is not None and record.app in VALUES:
            values = {name: snapshot(context[name], _SHORT) for name in names}
            rendering.timed.attributes["template.values"] = record.take(values)
    except Exception as error:  # noqa: BLE001 - a border: the render goes on
        if (record := rendering.slot.record) is not None:
            record.fault(PANEL, error)


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
    place: Place | None,
    kind: str,
    context: Mapping[str, Any] | None,
    original: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Run a render that returns all of its text, with a span around it; without a place as it is."""
    inside = None if place is None else began(place, kind)
    if inside is None:
        return original(*args, **kwargs)
    inside.skip = place
    if context:
        given(inside, context)
    outer = position.get()
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
