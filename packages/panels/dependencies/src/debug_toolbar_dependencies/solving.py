"""Solving: FastAPI's cache of one handler's dependencies, which tells by what it is asked where FastAPI is."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_core.context import position
from debug_toolbar_core.observed import Inside
from debug_toolbar_dependencies.order import ORDERS, Order, Step
from debug_toolbar_dependencies.resolutions import PANEL, begin_all, done, failed, resolutions_of


class Place(Inside):
    """The place inside a dependency while it is called."""

    __slots__ = ()

    def __init__(self, record: Record, span: Span) -> None:
        # Not through the base class: this is once for each dependency of each request.
        self.slot = record.slot
        self.span = span if span.kept else span.parent
        self.timed = span

    def working(self) -> None:
        """Note that a thread was found for it."""
        self._note("thread.waited", "dependency.called")

    def worked(self) -> None:
        """Note that its function returned, in that thread."""
        self._note("thread.worked", "dependency.called", "thread.waited")

    def _note(self, name: str, *since: str) -> None:
        record, attributes = self.slot.record, self.timed.attributes
        if record is not None:
            attributes[name] = record.now() - sum(attributes[earlier] for earlier in since)


class Solving(dict[Any, Any]):
    """A dictionary in every way but that it knows what it is asked for.

    FastAPI goes through a handler's dependencies in the order of their declaration, each after what it needs. It
    asks this cache for each: before the call, unless `use_cache=False`, and again after it, to keep the result.
    The position in the context moves along, so that what a dependency does is recorded inside it.
    """

    __slots__ = (
        "asked",
        "at",
        "calling",
        "order",
        "outer",
        "places",
        "record",
        "resolved",
        "reused",
        "skipped",
        "whole",
    )  # fmt: skip

    def __init__(self, record: Record, order: Order) -> None:
        super().__init__()
        self.record: Record | None = record
        self.order = order
        self.resolved = resolutions_of(record)
        self.at = 0
        self.calling: Place | None = None
        self.asked = False
        """Whether the cache had the one that FastAPI is at, and will be asked for it once more."""
        self.places: dict[int, Place] = {}
        self.reused: dict[int, list[str]] = {}
        self.skipped: set[int] = set()
        self.outer = position.get()
        self.whole = Inside(record, begin_all(record, order.handler))
        position.set(self.whole)
        if order.eager:
            self.ahead(record)

    def __contains__(self, key: Any) -> bool:
        found = dict.__contains__(self, key)
        record = self.record
        if record is None:
            return found
        try:
            step = self.order.steps[self.at]
            if key[0] is not step.call:
                step = self.skip(record, key[0])
            if self.calling is not None or self.asked:
                self.gone(record)
            elif found:
                self.reuse(step)
            else:
                self.call(record, step)
        except Exception as error:  # noqa: BLE001 - a border: the request goes on as without us
            self.fault(error)
        return found

    def gone(self, record: Record) -> None:
        """Note that FastAPI is done with one, called or not, and goes on with the next."""
        if self.calling is not None:
            done(record, self.calling.timed)
            position.set(self.whole)
            self.calling = None
        self.asked = False
        self.at += 1
        if self.order.eager:
            self.ahead(record)

    def ahead(self, record: Record) -> None:
        """Begin the next one already if the cache is not asked before it is called."""
        if self.at < len(self.order.steps) and not (step := self.order.steps[self.at]).use_cache:
            self.call(record, step)

    def call(self, record: Record, step: Step) -> None:
        """Note that a dependency's own code begins."""
        now = perf_counter() - record.started
        self.calling = place = self.places.get(step.index) or self.place(record, step, now)
        place.timed.attributes["dependency.called"] = now
        position.set(place)

    def place(self, record: Record, step: Step, now: float) -> Place:
        """Make the place inside a dependency; it begins with the first that it needs, so that it contains them."""
        above = self.whole if step.above < 0 else self.places.get(step.above)
        if above is None:
            above = self.place(record, self.order.steps[step.above], now)
        place = Place(record, self.resolved.begin(record, step, above.timed, now))
        if step.index in self.reused:
            place.timed.attributes["dependency.reused"] = self.reused[step.index]
        self.places[step.index] = place
        return place

    def reuse(self, step: Step) -> None:
        """Note that a dependency was resolved before: it is named with the one that needs it."""
        self.asked = True
        names = self.reused.setdefault(step.above, [])
        names.append(step.name)
        above = self.whole if step.above < 0 else self.places.get(step.above)
        if above is not None:
            above.timed.attributes["dependency.reused"] = names

    def skip(self, record: Record, call: Any) -> Step:
        """Pass those by whose parameters are not valid: FastAPI goes on with the next, to tell of all that is wrong."""
        begun = self.at
        while self.at < len(self.order.steps) and self.order.steps[self.at].call is not call:
            self.skipped.add(self.at)
            self.at += 1
        if self.at == len(self.order.steps):
            ORDERS.forget(self.order)
            raise LookupError("FastAPI solves other dependencies than the handler was declared with")
        step = self.order.steps[self.at]
        self.asked, self.calling = False, None
        position.set(self.whole)
        if not step.use_cache and begun < self.at:  # it was called meanwhile
            self.call(record, step)
        return step

    def close(self, errors: Any) -> None:
        """End the handler's dependencies, and let the record go: a response may keep this dictionary."""
        record, self.record = self.record, None
        if record is None:
            return
        position.set(self.outer)
        try:
            if errors:
                self.skipped.update(range(self.at, len(self.order.steps)))
                for index in sorted(self.skipped):
                    self.refused(record, self.order.steps[index])
            self.end(record)
        except Exception as error:  # noqa: BLE001 - as above
            record.fault(PANEL, error)

    def refused(self, record: Record, step: Step) -> None:
        """Note one that was not called, for its own parameters or for those of what it needs."""
        needs = any(self.order.steps[index].above == step.index for index in self.skipped)
        timed = (self.places.get(step.index) or self.place(record, step, record.now())).timed
        timed.attributes.pop("dependency.called", None)
        timed.attributes["dependency.outcome"] = "not called" if needs else "invalid"

    def failed(self, error: BaseException) -> None:
        """End all that is begun: one dependency raised, and what needs it is not called."""
        record, self.record = self.record, None
        if record is None:
            return
        position.set(self.outer)
        try:
            failed(self.calling or self.whole, error)
            self.end(record)
        except Exception as fault:  # noqa: BLE001 - as above
            record.fault(PANEL, fault)

    def end(self, record: Record) -> None:
        """End every span that is begun."""
        for place in self.places.values():
            if place.timed.end is None:
                place.timed.attributes.setdefault("dependency.outcome", "not called")
                done(record, place.timed)
        if self.whole.timed.end is None:
            done(record, self.whole.timed)

    def fault(self, error: Exception) -> None:
        """Note a fault of ours; from here on this is a dictionary and nothing else."""
        record, self.record = self.record, None
        if record is not None:
            position.set(self.outer)
            record.fault(PANEL, error)
