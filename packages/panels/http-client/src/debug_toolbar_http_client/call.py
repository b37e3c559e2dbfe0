"""Call: one HTTP call while it runs: its span, what its client tells of it, and what became known at its end."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, Span, caller
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.observed import Inside

PANEL = "http-client"
PHASES = ("queue", "dns", "connect", "tls", "send", "wait", "read", "backoff")
"""What a call spends its time on, in this order; in a span each is `http.client.<phase>`, in seconds."""
NAMES = {phase: f"http.client.{phase}" for phase in PHASES}
BEGIN, END, FAIL = range(3)
Event = tuple[tuple[str, int], float]
"""A phase that begins, ends or fails, and when."""
_LONGEST, _HOPS = 1_000, 20
MOST = 500
"""Events kept of one call."""


class Call(Inside):
    """A call and the place inside its span; it keeps nothing of the record alive."""

    __slots__ = ("begun", "broken", "error", "events", "over")

    def __init__(self, record: Record, span: Span) -> None:
        # What `Inside` does, here without two more calls of Python: this runs for every call.
        self.slot = record.slot
        self.span = span if span.kept else span.parent
        self.timed = span
        self.begun = perf_counter()
        self.events: list[Event] = []
        """Phases as they begin, end and fail."""
        self.error: BaseException | None = None
        """What went wrong while a streamed body was read."""
        self.broken = ""
        """The phase in which something failed."""
        self.over = False

    def note(self, phase: str, what: int) -> None:
        """Note that a phase begins, ends or fails now."""
        if len(self.events) < MOST:
            self.events.append(((phase, what), perf_counter()))

    def phases(self) -> dict[str, Any]:
        """Return the seconds of each phase so far as attributes."""
        found, broken = phases(self.events, self.begun, perf_counter())
        self.broken = broken or self.broken
        return found

    def ends(self, attributes: dict[str, Any]) -> None:
        """End the span with what became known; only the first time, and not once the record is closed."""
        record = self.slot.record
        if self.over or record is None:
            return
        self.over = True
        record.finish(self.timed)
        self.timed.attributes.update(attributes)

    def fails(self, error: BaseException, attributes: dict[str, Any], message: str | None = None) -> None:
        """End the span with the error that the application sees."""
        attributes["error.type"] = type(error).__qualname__
        attributes["error.message"] = (message_of(error) if message is None else message)[:_LONGEST]
        if self.broken:
            attributes["http.client.failed_in"] = self.broken
        self.ends(attributes)

    def fault(self, error: Exception) -> None:
        """Note an error of our own: the application's call goes on without us."""
        record = self.slot.record
        if record is not None:
            record.fault(PANEL, error)


def phases(events: Sequence[Event], begun: float, ended: float) -> tuple[dict[str, Any], str]:
    """Return the seconds of each phase as attributes, and the phase that failed or did not end.

    Those of a phase gone through more than once add up.
    """
    found: dict[str, Any] = {}
    if not events:
        return found, ""
    phase, since, broken = "queue", begun, ""  # until something happens the call waits for its turn
    for (name, what), at in events:
        if phase and (what != BEGIN or phase == "queue"):
            key = NAMES[phase]
            found[key] = found.get(key, 0.0) + at - since
        phase, since = (name, at) if what == BEGIN else ("", at)
        if what == FAIL:
            broken = name
    if phase:
        found[NAMES[phase]] = found.get(NAMES[phase], 0.0) + ended - since
        broken = phase
    return found, broken


def added(record: Record, client: str, method: str, url: str) -> Span:
    """Add the span of a call that begins now; its name has neither credentials nor a query."""
    attributes = {"http.request.method": method, "url.full": url, "http.client": client}
    return record.add(PANEL, f"{method} {place(url)}", record.now(), None, attributes, source=caller())


def redirects(attributes: dict[str, Any], hops: Sequence[tuple[int, str]]) -> None:
    """Add the answers on the way: their statuses and URLs."""
    attributes["http.redirects.status_code"] = tuple(status for status, _ in hops[:_HOPS])
    attributes["http.redirects.url.full"] = tuple(url[:_LONGEST] for _, url in hops[:_HOPS])


def place(url: str) -> str:
    """Return a URL's host and path: `api.example/books/7`.

    >>> place("https://user:secret@api.example:8443/books/7?key=1#top")
    'api.example:8443/books/7'
    """
    rest = url.partition("?")[0].partition("#")[0].partition("://")[2]
    authority, slash, path = rest.partition("/")
    return f"{authority.rpartition('@')[2]}{slash}{path}"
