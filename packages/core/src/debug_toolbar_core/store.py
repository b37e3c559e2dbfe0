"""Store: where finished records are kept; the protocol, and the summary that a list of records shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.record import Record
from debug_toolbar_core.span import Span

if TYPE_CHECKING:
    from debug_toolbar_core.encoding import Written


@dataclass(slots=True)
class Summary:
    """A record's line in a list; `badges` to `labels` are filled in from the panels' views."""

    id: str
    kind: str
    started_at: float
    parent: str | None = None
    method: str = ""
    path: str = ""
    query: str = ""
    status: int | None = None
    duration: float | None = None
    open: bool = False
    route: str | None = None
    handler: str | None = None
    size: int | None = None
    client: str | None = None
    error: str | None = None
    """The type of the exception that nothing handled."""
    content_type: str = ""
    counts: dict[str, dict[str, float]] = field(default_factory=dict)
    badges: list[dict[str, Any]] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    notices: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    revision: int = field(default=0, compare=False)
    """Grows with each save, where the store tells it (`RevisedStore`): what was made of the record before is stale."""

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON."""
        document = asdict(self)
        del document["revision"]
        return document


Counts = dict[str, dict[str, float]]


def summarise(record: Record, counted: Counts | None = None) -> Summary:
    """Return the line of a record that went through encoding: its own facts, without what panels say of it.

    Of an outline, which has no spans, the counts are given.
    """
    summary = Summary(record.id, record.kind, record.started_at, record.parent, duration=record.duration)
    summary.open = record.open
    summary.method = {"websocket": "WS", "task": "TASK", "app": "APP"}.get(record.kind, "")
    if (request := record.request) is not None:
        summary.method = summary.method or request.method
        summary.path, summary.query, summary.client = request.path, request.query_string, request.client
    if (response := record.response) is not None:
        summary.status, summary.size = response.status, response.size
        summary.content_type = _header(response.headers, "content-type")
    if record.route is not None:
        summary.route, summary.handler = record.route.path, record.route.handler
    if record.error is not None and not record.error.handled:
        summary.error = record.error.type
    if record.kind == "task":
        summary.path = str(record.tags.get("name", ""))
    summary.counts = counts(record) if counted is None else counted
    return summary


def _header(headers: Any, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def counts(record: Record) -> Counts:
    """Return how many spans each panel has, and their seconds; of a record that was encoded, or not yet."""
    found: Counts = {}
    for span in list(record.spans):
        count = found.setdefault(span.panel, {"count": 0, "seconds": 0.0})
        if span.attributes.get("band") is True:  # runs around others, whose time it is: a transaction
            continue
        count["count"] += span.attributes.get("aside") is not True  # takes time, and is not what one counts: a COMMIT
        if not within_alike(span):
            count["seconds"] += _seconds(span, record.duration)
    for fold in list(record.folded.values()):
        count = found.setdefault(fold.panel, {"count": 0, "seconds": 0.0})
        count["count"] += fold.count
        count["seconds"] += fold.seconds if isfinite(fold.seconds) else 0.0
    return found


def _seconds(span: Span, closed: float | None) -> float:
    """Return what a span takes once it is encoded: one that runs when its record closes ends there."""
    end = closed if span.end is None else span.end
    if end is None:
        return 0.0
    return (end if isfinite(end) else 0.0) - (span.start if isfinite(span.start) else 0.0)


def within_alike(span: Span) -> bool:
    """Tell whether a span runs inside another of its panel, whose time has its own in it; bands have none."""
    parent = span.parent
    return (
        parent is not None and parent.kept and parent.panel == span.panel and parent.attributes.get("band") is not True
    )


@runtime_checkable
class Store(Protocol):
    """Keeps records: bounded by its constructor's arguments, newest first, one record an id.

    `save` is called on the event loop after the response: it keeps or queues the record and returns without
    waiting; what writes encodes in batches in a thread of its own. What `load` returns went through JSON.
    """

    async def save(self, record: Record) -> None:
        """Keep a record; the same id again replaces it: a websocket goes on, a job ends later."""

    async def load(self, id: str) -> Record | None:
        """Return a record, or None when it was evicted or never existed."""

    async def recent(self, limit: int = 50, before: str | None = None) -> list[Summary]:
        """Return the newest records' summaries, newest first; `before` an id, for the next page."""

    async def clear(self) -> None:
        """Forget every record."""


@runtime_checkable
class KeepingStore(Protocol):
    """What a store that never waits may have besides: `save` without a coroutine, a microsecond cheaper."""

    def keep(self, record: Record) -> None:
        """Do what `save` does."""


@runtime_checkable
class RevisedStore(Protocol):
    """What a store has besides that can tell whether a record was saved again, by whatever process.

    Its summaries have their `revision`. What was made of a record is kept for readers only where this is known.
    """

    async def revision(self, id: str) -> int | None:
        """Return a number that changes with each save of a record, or None when there is none of this id.

        Below zero it says that another save would not change it.
        """


@runtime_checkable
class WrittenStore(Protocol):
    """What a store has besides that knows its records' JSON to be redacted, so that nobody need do it again."""

    async def written(self, id: str) -> Written | None:
        """Return a record as `load` does, and its JSON text."""


@runtime_checkable
class FinishingStore(Protocol):
    """What a store has besides that holds threads, files or connections, or writes later than it is told."""

    def finish(self, seconds: float = 2.0) -> None:
        """Write what waits, for so long at most, and let go of everything; it may be used again."""


@runtime_checkable
class TellingStore(Protocol):
    """What a store has besides that can be away, or lose records without raising in `save`."""

    def notices(self) -> list[Notice]:
        """Return what is wrong now, for readers; empty when all is well."""


@runtime_checkable
class LiveStore(Protocol):
    """What a store may do besides: tell of saved records as they come."""

    def subscribe(self) -> AsyncIterator[str]:
        """Yield the id of each record saved from now on, until closed; a slow reader misses some."""
