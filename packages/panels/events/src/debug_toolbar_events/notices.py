"""Notices: what failed without anybody seeing it, and what kept the response waiting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from debug_toolbar_core import Record, Span
from debug_toolbar_core.blocks import Notice

_MOST = 10
_UNSEEN = frozenset({"background task", "listener", "after response"})
ENDLESS = "It was still to run, or running, when the request was over: what it did then is not in this record."


def notices(record: Record, spans: Sequence[Span], slow: float) -> Iterable[Notice]:
    """Yield what is worth acting on, at most ten of each kind."""
    yield from list(_failed(record, spans))[:_MOST]
    yield from list(_slow(record, spans, slow))[:_MOST]


def expected(span: Span, record: Record) -> bool:
    """Tell whether an error is the one that the application made an answer of: a refusal, a page not found."""
    error = record.error
    return error is not None and error.handled and error.type == span.attributes.get("error.type")


def _failed(record: Record, spans: Sequence[Span]) -> Iterable[Notice]:
    around = {id(span.parent) for span in spans if span.parent is not None and "error.type" in span.attributes}
    for span in spans:
        kind, error = span.attributes.get("event.kind"), span.attributes.get("error.type")
        # What failed inside another failed that one too: the inner one says where.
        if error is None or expected(span, record) or id(span) in around:
            continue
        message = span.attributes.get("error.message") or ""
        text = f"{str(kind or 'hook').capitalize()} `{span.name}` raised `{error}`{': ' if message else ''}{message}"
        hint = "The client was not told: it had its answer, or did not wait for this." if kind in _UNSEEN else None
        yield Notice("error", text, hint, span.source, f"{kind or 'hook'} failed")


def _slow(record: Record, spans: Sequence[Span], slow: float) -> Iterable[Notice]:
    end = None if record.response is None else record.response.ended
    for span in spans:
        kind = span.attributes.get("event.kind")
        if kind in _UNSEEN or kind in ("signal", "event") or span.duration < slow:
            continue
        if end is None or span.start < end:
            text = f"{str(kind or 'hook').capitalize()} `{span.name}` took {span.duration * 1e3:,.0f} ms"
            yield Notice("warning", text, "The response waited for it.", span.source, "slow hook")
