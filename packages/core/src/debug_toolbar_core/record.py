"""The record: everything known about one unit of work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter, time
from types import MappingProxyType
from typing import Any, Literal

from debug_toolbar_core.application import Application, Route
from debug_toolbar_core.clock import new_id
from debug_toolbar_core.context import position
from debug_toolbar_core.exchange import Plain, Request, Response, Wire
from debug_toolbar_core.fault import Caught, Error, Failure, error_of, message_of
from debug_toolbar_core.limits import DEFAULT, Limits
from debug_toolbar_core.slot import Slot as Slot
from debug_toolbar_core.snapshot import ATOMS, Snapshot
from debug_toolbar_core.source import Source
from debug_toolbar_core.span import Fold, Span
from debug_toolbar_core.unmade import Unmade

Kind = Literal["http", "websocket", "task", "app"]
Driver = Callable[[Awaitable[Any]], Awaitable[Any]]
"""Wraps the application's coroutine for one record, e.g. to time each slice it runs."""
_NUMBERS = frozenset({int, float, bool, type(None)})
_NAMES = frozenset({str})
_SMALL = 64
_LET_GO: Mapping[str, Any] = MappingProxyType({})
_NOWHERE: dict[str, int] = {}
_LONG = 1_000
_new = object.__new__


class Record:
    """All that is known of one unit of work; appended to while it is open, read only through encoding.

    Example: `record.add("cache", "GET user:1", start, record.now(), {"cache.hit": True})`.
    """

    __slots__ = (
        "__weakref__", "_app_data", "_dropped", "_failures", "_folded", "_tags", "app", "caught", "closing", "cost",
        "data", "drivers", "duration", "error", "framework", "held", "id", "imported", "kind", "limits", "loaded",
        "parent", "positions", "room", "route", "slot", "spans", "started", "started_at", "until", "wire",
    )  # fmt: skip

    tags: Unmade[dict[str, Any]] = Unmade()
    failures: Unmade[dict[str, Failure]] = Unmade()
    dropped: Unmade[dict[str, int]] = Unmade()
    folded: Unmade[dict[tuple[str, str], Fold]] = Unmade()
    app_data: Unmade[Any] = Unmade()
    """What the panel that is being shown collected of the application, as its data of the `app` record; else empty."""

    def __init__(
        self,
        kind: Kind = "http",
        id: str | None = None,
        wire: Wire | None = None,
        parent: str | None = None,
        limits: Limits = DEFAULT,
        app: Application | None = None,
    ) -> None:
        self.id = id or new_id()
        self.kind: Kind = kind
        self.wire: Wire = wire or Plain()
        self.parent = parent
        self.limits = limits
        self.room = limits.total
        self.app = app
        self.framework = None if app is None else app.framework
        self.duration: float | None = None
        self.route: Route | None = None
        self.error: Error | None = None
        self.cost = 0.0
        self.until: float | None = None
        self.loaded = self.imported = False
        self.caught: Sequence[Caught] = ()
        self.drivers: Sequence[Driver] = ()
        self.closing: Sequence[tuple[str, Callable[[], object]]] = ()
        self.held: Mapping[str, Any] = _LET_GO
        self.positions = _NOWHERE
        self.spans: list[Span] = []
        self.data: dict[str, Any] = {}
        self.slot = Slot(self)
        self.started_at = time()
        self.started = perf_counter()

    @property
    def request(self) -> Request | None:
        """What came in, or None where nothing did (a job, the application)."""
        return self.wire.request()

    @property
    def response(self) -> Response | None:
        """What went out so far, or None."""
        return self.wire.response()

    @property
    def open(self) -> bool:
        """Whether the work still goes on."""
        return self.duration is None

    def now(self) -> float:
        """Return seconds since the record's start; never goes back."""
        return perf_counter() - self.started

    def add(
        self,
        panel: str,
        name: str,
        start: float,
        end: float | None = None,
        attributes: dict[str, Any] | None = None,
        *,
        source: Source | None = None,
        parent: Span | None = None,
    ) -> Span:
        """Append a span and return it; costs about a microsecond. The attributes then belong to the record.

        `start` and `end` come from `now()`; without `end` the span runs until `finish(span)`. Past the
        limits the span is counted by its name and not kept; the returned one may be used all the same.
        """
        if parent is None:
            here = position.get()
            if here is not None and here.slot is self.slot:
                parent = here.span
        elif not parent.kept:
            parent = parent.parent
        if attributes is None:
            attributes = {}
        else:
            self.plain(attributes)
        return self.put(panel, name if len(name) <= _LONG else name[:_LONG], start, end, attributes, source, parent)

    def put(
        self,
        panel: str,
        name: str,
        start: float,
        end: float | None,
        attributes: dict[str, Any],
        source: Source | None,
        parent: Span | None,
    ) -> Span:
        """Append a span like `add`, of a name and attributes that are short and plain, below a parent that is kept.

        For hooks that run thousands of times: half of what `add` costs is to make sure of that. All by position.
        """
        if self.duration is not None:
            self.slot.late += 1
            return Span(panel, name, start, end, attributes, parent, None, source, False)
        span = _new(Span)  # filled in here: a call of its `__init__` takes longer than all of this
        span.panel = panel
        span.name = name
        span.start = start
        span.end = end
        span.attributes = attributes
        span.parent = parent
        span.task = self.slot.task_name()
        span.source = source
        span.kept = True
        span.index = -1
        spans, limits, count = self.spans, self.limits, self.positions.get(panel, 0)
        if count < limits.panel_spans and len(spans) < limits.spans:
            if count:
                self.positions[panel] = count + 1
            else:  # the empty one is every record's
                self.positions = {**self.positions, panel: 1}
            spans.append(span)
        else:
            span.kept = False
            self.fold(span)
        return span

    def plain(self, attributes: dict[str, Any]) -> None:
        """Replace what is not an immutable built-in value, or is too long, by a bounded snapshot."""
        for value in attributes.values():  # most have nothing but short texts and numbers
            kind = type(value)
            if kind is str or kind is bytes:
                if len(value) > _LONG:
                    break
            elif kind not in ATOMS:
                break
        else:
            return
        for key, value in attributes.items():
            kind = type(value)
            if kind not in ATOMS or ((kind is str or kind is bytes) and len(value) > _LONG):
                attributes[key] = self.take(value)

    def take(self, value: Any) -> Any:
        """Return a bounded plain copy of a value, within what room this record has left for long texts."""
        if type(value) is dict and len(value) <= _SMALL and _plain(value):
            return value  # numbers by name, as most panels return: their own dict is as good as a copy
        taker = Snapshot(self.limits, self.drop, self.room)
        taken = taker.whole(value)
        self.room = taker.room
        return taken

    def hold(self, panel: str, thing: Any, close: Callable[[], object] | None = None) -> None:
        """Keep what a panel needs while the record is open, in `held[panel]`; `close` is called at its end.

        So a hook pays for a record only once there is something to record. It is never encoded.

        Example: `record.hold("logging", lines, lines.close)` at a record's first log line.
        """
        self.held = {**self.held, panel: thing}
        if close is not None:
            self.closing = [*self.closing, (panel, close)]

    def fold(self, span: Span) -> None:
        """Count a span that is not kept."""
        self.drop("spans", 1)
        fold = self.folded.get((span.panel, span.name))
        if fold is None:
            name = span.name if len(self.folded) < self.limits.folds else "…"
            fold = self.folded.setdefault((span.panel, name), Fold(span.panel, name))
        fold.count += 1
        fold.seconds += span.duration

    def forget(self, before: float) -> None:
        """Fold the spans that ended before this second: a record that goes on for hours keeps its newest.

        Like those past the limits they are counted by name, and their places are free again.
        """
        kept = []
        for span in self.spans:
            if span.end is None or span.end >= before:
                kept.append(span)
                continue
            span.kept = False
            self.positions[span.panel] -= 1
            self.room += sum(len(value) for value in span.attributes.values() if type(value) is str) // _LONG * _LONG
            self.fold(span)
        self.room = min(self.room, self.limits.total)
        self.spans[:] = kept

    def finish(self, span: Span, **attributes: Any) -> None:
        """End a span that was added without an end, with what became known of it; not once the record is closed."""
        if self.duration is not None:
            return
        span.end = perf_counter() - self.started
        if attributes:
            self.plain(attributes)
            span.attributes.update(attributes)
        if not span.kept and (fold := self.folded.get((span.panel, span.name))) is not None:
            fold.seconds += span.end - span.start

    def fail(self, exception: BaseException, *, handled: bool = False, status: int | None = None) -> None:
        """Note an exception of the application; seen twice it counts once, and unhandled outweighs handled."""
        for caught in self.caught:
            if caught.exception is exception:
                caught.handled = caught.handled and handled
                break
        else:
            if len(self.caught) >= self.limits.exceptions:
                self.drop("exceptions", 1)
                return
            caught = Caught(exception, exception.__traceback__, handled, self.now())
            self.caught = [*self.caught, caught]
        if self.error is None or self.error.handled:
            self.error = error_of(exception, handled, status)

    def fault(self, panel: str, error: BaseException, hook: str = "hook") -> None:
        """Note what a panel's own code raised inside a library's call; the first one stands for the rest."""
        if panel not in self.failures:
            self.failures[panel] = Failure(hook, f"{type(error).__qualname__}: {message_of(error)}")

    def drop(self, what: str, count: int) -> None:
        """Count what a limit cut."""
        self.dropped[what] = self.dropped.get(what, 0) + count

    def drive(self, driver: Driver) -> None:
        """Have `driver` wrap the application's coroutine for this record; called from a panel's `collect`.

        One that goes on when the application is done sets `until` to `now()` then: the record ends there.
        """
        self.drivers = [*self.drivers, driver]

    def close(self, duration: float | None = None) -> None:
        """End the record: from here on `current()` is None in its context, and nothing more is added."""
        self.duration = self.now() if duration is None else duration
        self.slot.record = self.slot.loop = None
        self.app = None
        self.held = _LET_GO
        if self.caught:
            self.caught = ()
        if self.drivers:
            self.drivers = ()
        if self.closing:
            self.closing = ()


def _plain(value: dict[Any, Any]) -> bool:
    return _NUMBERS.issuperset(map(type, value.values())) and _NAMES.issuperset(map(type, value))
