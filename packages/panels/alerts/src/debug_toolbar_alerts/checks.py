"""Checks: what one exchange as a whole tells; each check yields its notices, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from debug_toolbar_alerts.bodies import large, uncompressed
from debug_toolbar_alerts.exposure import cookies, debug_mode, headers
from debug_toolbar_alerts.forms import forged
from debug_toolbar_alerts.mixed import mixed
from debug_toolbar_alerts.seen import Seen
from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.units import seconds

_EXCHANGE: tuple[Callable[[Seen], Iterator[Notice]], ...] = (debug_mode, forged, mixed, headers, cookies)


def check(record: Record, most_seconds: float, most_bytes: int, text_bytes: int) -> Iterator[Notice]:
    """Yield what is wrong with an http record; of other kinds nothing is judged here."""
    seen = Seen.of(record)
    if record.kind != "http" or seen is None:
        return
    for found in _EXCHANGE:
        yield from found(seen)
    yield from large(seen, most_bytes)
    yield from uncompressed(seen, text_bytes)
    yield from slow(seen, most_seconds)


def slow(seen: Seen, most: float) -> Iterator[Notice]:
    """Tell of a response that took longer than it may; a stream of events goes on for as long as it is watched."""
    ended = seen.response.started if seen.media == "text/event-stream" else seen.response.ended
    took = ended if ended is not None else seen.record.duration
    if took is None or took <= most or seen.record.open:
        return
    begun = seen.response.started
    where = "" if begun is None or ended is None else f", {seconds(begun)} of it before the first byte"
    text = f"The response took {seconds(took)}{where}"
    hint = f"More than `slow` = {most:g} s; the overview shows where the time went."
    yield Notice("warning", text, hint, seen.source, "slow")
