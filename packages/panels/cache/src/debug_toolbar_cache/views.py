"""Views: the cache operations of a record as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from debug_toolbar_cache.notices import notices
from debug_toolbar_cache.operation import PANEL
from debug_toolbar_cache.reading import Operation, operations
from debug_toolbar_cache.tables import busy, rates, table
from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Fact, Facts, Level, Notice
from debug_toolbar_core.units import percent


def show(record: Record, slow: float) -> Iterable[Block]:
    """Yield a badge, the sums, what to act on, the hit rates and the operations."""
    found = operations(record)
    past = sum(fold.count for fold in record.folded.values() if fold.panel == PANEL)
    if not found and not past:
        return
    own = [operation for operation in found if operation.counted]
    told = list(notices(found, slow))
    yield _badge(own, past, told)
    yield _headline(record, own, past)
    yield from told
    if past:
        yield _dropped(past, len(found))
    if found:
        yield from rates(own)
        yield table(found)


def rate_of(own: Iterable[Operation]) -> tuple[int, int]:
    """Return how many of how many keys were found."""
    pairs = [(operation.hits, operation.reads) for operation in own]
    return sum(hits for hits, _ in pairs), sum(reads for _, reads in pairs)


def _badge(own: Sequence[Operation], past: int, told: Sequence[Notice]) -> Badge:
    hits, reads = rate_of(own)
    levels = {notice.level for notice in told}
    level: Level | None = "error" if "error" in levels else "warning" if "warning" in levels else None
    return Badge(f"{len(own) + past:,}", f"{percent(hits / reads)} hit" if reads else None, level)


def _headline(record: Record, own: Sequence[Operation], past: int) -> Facts:
    hits, reads = rate_of(own)
    spent = busy(own)
    share = f"{percent(min(spent / record.duration, 1.0))} of the request" if record.duration else None
    count = len(own) + past
    facts = [Fact("operation" if count == 1 else "operations", count, "count")]
    if reads:
        facts.append(Fact("hit rate", hits / reads, "percent", f"{hits:,} of {reads:,} keys"))
    facts.append(Fact("with the cache", spent, "s", share))
    read, written = (
        (sum(filter(None, sizes)) for sizes in zip(*((o.read, o.written) for o in own), strict=True)) if own else (0, 0)
    )
    facts += [Fact("read", read, "bytes")] if read else []
    facts += [Fact("written", written, "bytes")] if written else []
    return Facts(facts, headline=True)


def _dropped(past: int, kept: int) -> Notice:
    text = f"{past:,} operations past the limit: counted, not kept; the first {kept:,} are below"
    return Notice("info", text, "Raise `limits.panel_spans` to keep more.", label="operations dropped")
