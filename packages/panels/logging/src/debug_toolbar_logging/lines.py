"""Lines: the log lines of one record while it is open."""

from __future__ import annotations

import logging
from collections import defaultdict
from itertools import count, islice
from threading import RLock, get_ident
from time import perf_counter
from typing import Any

from debug_toolbar_core import Limits, Record, Span, caller, snapshot
from debug_toolbar_core.context import Position
from debug_toolbar_core.span import Fold
from debug_toolbar_logging.message import SHORT, SMALL, keep, render, short
from debug_toolbar_logging.place import logged_at
from debug_toolbar_logging.trace import Trace, trace_of, write

PANEL = "logging"
LEVELS = {0: "NOTSET", 10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}
_USUAL = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__)
STANDARD = _USUAL | {"message", "asctime", "taskName", "color_message"}
"""What every LogRecord has, and what formatters leave on it; the rest is the caller's `extra`."""
_EXTRAS = 40
_NAMES = 500
_LONG = 1_000
_MAKING = RLock()  # a collection in there may run a `__del__` that logs

Facts = dict[str, Any]
"""A LogRecord's `__dict__`: read directly, for a subclass's attributes may run code."""
Pending = tuple[Span, Facts, Any, Any, int]
"""A line that is not complete: its span, facts, arguments as given and as kept, and how many facts there were."""


def level_name(level: int) -> str:
    """Return the name of a level, those of one's own under the next standard one below."""
    return LEVELS[min(max(level // 10 * 10, 0), 50)]


class Lines:
    """Makes spans of a record's log lines; past the limits it only counts them, by level.

    The last LogRecord of each thread is held until that thread's next line, or the end of the record: only
    then has it its `extra`, and the message that the application's own formatter made of it.
    """

    __slots__ = ("level", "most", "past", "pending", "record", "room", "routed", "traces")

    def __init__(self, record: Record, level: int = 0) -> None:
        self.record: Record | None = record
        self.level = level
        self.most = most(record.limits)
        self.room = min(self.most[0], record.limits.spans)
        self.past: defaultdict[int, count[int]] = defaultdict(count)  # counts without a lock, from any thread
        self.pending: dict[int, Pending] = {}
        self.routed: dict[int, Span | None] = {}
        self.traces: list[tuple[Span, Trace]] = []

    def full(self, record: Record, level: int) -> bool:
        """Count a line that is past the limits; a tenth of them is reserved for errors."""
        if len(record.spans) < self.room:  # whatever they are, it is not full yet
            return False
        most = self.most[level >= logging.ERROR]
        if record.positions.get(PANEL, 0) < most and len(record.spans) < record.limits.spans:
            return False
        next(self.past[level])
        return True

    def standard(self, record: Record, here: Position, facts: Facts) -> None:
        """Add a line of the standard library; the rest of its facts is read when it is settled."""
        thread = get_ident()
        if (last := self.pending.pop(thread, None)) is not None:
            _settle(record, last)
        args, message, level, logger = facts["args"], facts["msg"], facts["levelname"], facts["name"]
        arguments = keep(args) if args else ()
        known = {"level": level, "logger": logger}
        if type(level) is not str or type(logger) is not str or len(level) + len(logger) > _NAMES:
            record.plain(known)
        name = message if type(message) is str else "…"
        if len(name) > _LONG:
            name = name[:_LONG]
        now = perf_counter() - record.started
        span = record.put(PANEL, name, now, now, known, logged_at(facts), here.span)
        if not span.kept:
            return
        if facts["exc_info"]:
            self.trace(span, trace_of(facts["exc_info"], None))
        self.pending[thread] = (span, facts, args, arguments, len(facts))

    def add(self, record: Record, level: str, logger: str, text: str, extra: Facts, trace: Trace | None) -> Span | None:
        """Add a line of another library, all of it known at once; None when the limits do not keep it."""
        now = record.now()
        span = record.add(PANEL, short(text), now, now, {"level": level, "logger": logger}, source=caller())
        if not span.kept:
            return None
        _complete(record, span, text, extra)
        self.trace(span, trace)
        return span

    def trace(self, span: Span, trace: Trace | None) -> None:
        """Keep a traceback's places; they become text at the end, when reading files delays nobody."""
        if trace is not None:
            span.attributes |= {"exception.type": trace.type, "exception.message": trace.message}
            self.traces.append((span, trace))

    def settle(self) -> None:
        """Complete this thread's last line, and let its LogRecord go."""
        pending = self.pending.pop(get_ident(), None)
        if pending is not None and self.record is not None:
            _settle(self.record, pending)

    def close(self) -> None:
        """Complete all lines, and let go of what they came from."""
        record = self.record
        if record is None:
            return
        self.record = None
        while self.pending:
            _settle(record, self.pending.popitem()[1])
        for span, trace in self.traces:
            span.attributes["exception.stacktrace"] = write(trace)
        for level, counted in sorted(self.past.items()):
            _fold(record, level_name(level), next(counted))
        self.traces, self.routed = [], {}


def lines_of(record: Record) -> Lines | None:
    """Return a record's lines, made with its first; None where the panel does not run for it."""
    lines = record.held.get(PANEL)
    return lines.make(record) if type(lines) is Wanted else lines


class Wanted:
    """Stands for the lines of records that have none yet; one for each panel."""

    def __init__(self, level: int) -> None:
        self.level = level

    def make(self, record: Record) -> Lines:
        """Make the lines of a record; two threads that are first at once get the same ones."""
        with _MAKING:
            found = record.held[PANEL]
            if found is self:
                found = Lines(record, self.level)
                record.hold(PANEL, found, found.close)
        made: Lines = found
        return made


def most(limits: Limits) -> tuple[int, int]:
    """Return how many lines are kept when they are no errors, and with the errors."""
    return limits.panel_spans - limits.panel_spans // 10, limits.panel_spans


def _fold(record: Record, name: str, counted: int) -> None:
    fold = record.folded.setdefault((PANEL, name), Fold(PANEL, name))
    fold.count += counted
    record.drop("spans", counted)


def _settle(record: Record, pending: Pending) -> None:
    span, facts, given, arguments, size = pending
    text = facts.get("message")
    if type(text) is not str:  # no handler formatted it
        args = facts.get("args")
        text = render(facts.get("msg"), arguments if args is given else keep(args))
    if len(facts) != size and (extra := _extra(facts, size)):  # a line that has what it had at first has no extra
        _complete(record, span, text, extra)
    elif len(text) <= SHORT and "\n" not in text:
        span.name = text
    else:
        _complete(record, span, text, {})


def _extra(facts: Facts, size: int) -> Facts:
    """Return what a LogRecord that had so many attributes at first has beside the usual ones."""
    if size == len(_USUAL) and STANDARD.issuperset(islice(reversed(facts), len(facts) - size)):  # a formatter's
        return {}
    return {name: value for name, value in facts.copy().items() if name not in STANDARD}


def _complete(record: Record, span: Span, text: str, extra: Facts) -> None:
    span.name = short(text)
    more: Facts = {}
    if span.name != text:
        more["message"] = text
    if extra:
        names = [name for name in extra if type(name) is str][:_EXTRAS]
        more["extra"] = {name: snapshot(extra[name], SMALL) for name in names}
    if more:
        record.plain(more)
        span.attributes |= more
