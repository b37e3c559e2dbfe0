"""Waterfall: a record's spans in the order and nesting that a timeline shows, for outputs that are text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from debug_toolbar_core.record import Record
from debug_toolbar_core.span import Span

_DEEPEST = 20
BAR = 20


class Line(NamedTuple):
    """One span of a waterfall: its depth below the first, and its bar."""

    depth: int
    bar: str
    span: Span


def total(record: Record) -> float:
    """Return the seconds that a waterfall spans: the record's, or as far as its spans reach."""
    ends = (span.start if span.end is None else span.end for span in record.spans)
    return max(record.duration or 0.0, *ends, 1e-9)


def waterfall(record: Record, panel: str | None = None, width: int = BAR) -> Iterator[Line]:
    """Yield the spans, all or one panel's, each after the one around it, with bars of `width` characters."""
    shown = [span for span in record.spans if panel is None or span.panel == panel]
    kept = {id(span) for span in shown}
    inside: dict[int | None, list[Span]] = defaultdict(list)
    for span in shown:
        inside[id(span.parent) if id(span.parent) in kept else None].append(span)
    whole = total(record)
    waiting = [(0, span) for span in sorted(inside[None], key=_start, reverse=True)]
    while waiting:
        depth, span = waiting.pop()
        yield Line(min(depth, _DEEPEST), bar(span, whole, width), span)
        waiting.extend((depth + 1, child) for child in sorted(inside[id(span)], key=_start, reverse=True))


def bar(span: Span, whole: float, width: int) -> str:
    """Return where in the whole a span ran: `····███·····`."""
    start = min(max(int(span.start / whole * width), 0), width - 1)
    ended = span.start if span.end is None else span.end
    length = min(max(round((ended - span.start) / whole * width), 1), width - start)
    return "·" * start + "█" * length + "·" * (width - start - length)


def _start(span: Span) -> float:
    return span.start
