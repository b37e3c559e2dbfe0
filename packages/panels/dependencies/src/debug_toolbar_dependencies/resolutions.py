"""Resolutions: how the dependencies of a request are noted on its record, whichever framework resolves them."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from debug_toolbar_core import Hooks, Record, Span
from debug_toolbar_core.callables import Described
from debug_toolbar_core.context import position
from debug_toolbar_core.observed import Inside
from debug_toolbar_dependencies.callables import KNOWN, identity

PANEL = "dependencies"
HOOKS = Hooks(PANEL)


class Told:
    """What is known of a dependency before it is resolved, found out once and not for each request."""

    __slots__ = ("attributes", "identity", "name", "source")

    def __init__(self, call: Any, name: str, more: Mapping[str, Any], key: str | None = None) -> None:
        told = KNOWN.describe(call)
        self.name = key or told.short
        self.source = told.source
        self.identity = identity(call)
        about = {"dependency.name": name, "dependency.kind": told.kind, "code.function.name": told.name}
        self.attributes = {**about, **more}


class Resolutions:
    """What was resolved in one record: callables that were, and how many wait to be cleaned up."""

    __slots__ = ("callables", "cleaned")

    def __init__(self) -> None:
        self.callables: dict[object, Span] = {}
        self.cleaned = 0

    def begin(self, record: Record, told: Told, parent: Span, now: float) -> Span:
        """Add the span of a dependency that is about to be resolved."""
        span = record.add(PANEL, told.name, now, None, None, source=told.source, parent=parent)
        # Plain values all of them: they need not be looked through once more.
        span.attributes = told.attributes.copy()
        first = self.callables.setdefault(told.identity, span)
        if first is not span:
            number = first.attributes.setdefault("dependency.same", len(self.callables))
            span.attributes["dependency.same"] = number
        return span


def resolutions_of(record: Record) -> Resolutions:
    """Return what was resolved in a record."""
    kept: Resolutions | None = record.held.get(PANEL)
    if kept is None:
        kept = Resolutions()
        record.hold(PANEL, kept)
    return kept


def begin_all(record: Record, handler: Described) -> Span:
    """Add the span around all dependencies of a handler."""
    span = record.add(PANEL, f"dependencies of {handler.short}", record.now(), source=handler.source)
    span.attributes = {"dependency.kind": "handler", "code.function.name": handler.name}
    return span


def done(record: Record, span: Span) -> None:
    """End a span; one past the limits is only counted."""
    if span.kept and record.duration is None:
        span.end = perf_counter() - record.started
    else:
        record.finish(span)


def failed(inside: Inside, error: BaseException) -> None:
    """End a span with an error, and with the status that the framework answers it with."""
    inside.failed(error)
    status = getattr(error, "status_code", None)
    if type(status) is int:
        inside.timed.attributes["http.response.status_code"] = status


class CleanUp:
    """The clean-up of one dependency: a span of its own, for it comes long after, often after the response."""

    __slots__ = ("inside", "of", "outer")

    def __init__(self, of: Inside) -> None:
        self.of = of
        if (record := of.slot.record) is not None:
            resolutions = resolutions_of(record)
            resolutions.cleaned += 1
            of.timed.attributes["dependency.id"] = resolutions.cleaned
        self.inside: Inside | None = None
        self.outer: Any = None

    def begun(self) -> None:
        """Begin to time it, and make what is recorded meanwhile its own."""
        record = self.of.slot.record
        if record is None:
            return
        try:
            of = self.of.timed
            attributes = {"dependency.of": of.attributes["dependency.id"]}
            span = record.add(PANEL, f"clean up {of.name}", record.now(), None, attributes, source=of.source)
            self.inside, self.outer = Inside(record, span), position.get()
            position.set(self.inside)
        except Exception as error:  # noqa: BLE001 - a border: the clean-up goes on as without us
            record.fault(PANEL, error)

    def ended(self, error: BaseException | None = None) -> None:
        """End it, with what the clean-up itself raised."""
        if self.inside is None:
            return
        position.set(self.outer)
        if error is None:
            self.inside.ended(None, None)
        else:
            failed(self.inside, error)

    def blame(self, error: BaseException) -> None:
        """Note what it raised, where that is known only after its end."""
        if self.inside is not None and self.inside.slot.record is not None:
            end = self.inside.timed.end
            failed(self.inside, error)
            self.inside.timed.end = end
