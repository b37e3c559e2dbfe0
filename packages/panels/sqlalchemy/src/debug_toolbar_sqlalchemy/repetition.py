"""Repetition: the same work done again and again: N+1 loads, duplicates, commits in a loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Source, Span
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.redaction import REDACTED
from debug_toolbar_sqlalchemy.reading import Reading, Statement, is_many, whole

N_PLUS_ONE = "N+1"
DUPLICATE = "duplicate"
COMMIT_LOOP = "commit loop"
_PAGING = ("limit", "offset")
_SHOWN = 5


@dataclass(slots=True)
class Repeated:
    """Statements that one would do, and the notice that says so."""

    label: str
    statements: Sequence[Statement]
    notice: Notice


def repeated(reading: Reading, least: int) -> list[Repeated]:
    """Return what is repeated in a record, the most expensive first; a statement is told of once."""
    found = [*_loads(reading, least), *_refreshes(reading, least), *_alike(reading, least)]
    told = {statement.index for each in found for statement in each.statements}
    found.extend(_duplicates([each for each in reading.statements if each.index not in told]))
    return sorted(found, key=lambda each: -(each.notice.saves or 0.0))


def saved(statements: Sequence[Statement], count: int) -> float:
    """Return the seconds that one statement instead of `count` would save: all but the slowest."""
    times = [statement.seconds for statement in statements]
    return (sum(times) - max(times)) * (count - 1) / max(len(times) - 1, 1)


def _by(pairs: Iterable[tuple[Any, Statement]]) -> dict[Any, list[Statement]]:
    groups: dict[Any, list[Statement]] = defaultdict(list)
    for key, statement in pairs:
        groups[key].append(statement)
    return groups


def _counted(reading: Reading, group: Sequence[Statement]) -> int:
    """Return how many there were, with those past the limits that have the name of this group's."""
    if not reading.past:
        return len(group)
    names = {statement.span.name for statement in group}
    alike = sum(statement.span.name in names for statement in reading.statements)
    return len(group) + (sum(reading.past.get(name, 0) for name in names) if alike == len(group) else 0)


def _loads(reading: Reading, least: int) -> Iterator[Repeated]:
    """Find relationships that the ORM loaded for one object after the other."""
    some = _by(((each.lazy, each.source), each) for each in reading.statements if each.lazy)
    for (relation, source), group in some.items():
        count = _counted(reading, group)
        if count >= least:
            text = f"{count:,} statements load `{relation}`, one object at a time"
            hint = f"Load them with the query: `.options(selectinload({relation}))`, 1 statement instead of {count:,}."
            notice = Notice("warning", text, hint, source, N_PLUS_ONE, saved(group, count), f"n+1 {relation}")
            yield Repeated(N_PLUS_ONE, group, notice)


def _refreshes(reading: Reading, least: int) -> Iterator[Repeated]:
    """Find objects whose attributes the ORM loaded again, one object after the other."""
    again = (each for each in reading.statements if each.refreshed)
    some = _by(((each.refreshed, each.source, each.fingerprint), each) for each in again)
    for (name, source, _), group in some.items():
        count = _counted(reading, group)
        if count >= least:
            text = f"{count:,} statements load attributes of `{name}`, one object at a time"
            hint = "They had expired at a commit (`expire_on_commit=False` keeps them) or are deferred (`undefer()`)."
            notice = Notice("warning", text, hint, source, N_PLUS_ONE, saved(group, count), f"n+1 {name}")
            yield Repeated(N_PLUS_ONE, group, notice)


def _alike(reading: Reading, least: int) -> Iterator[Repeated]:
    """Find statements of one place that differ in their values only, where the ORM says nothing of them."""
    some = _by(((each.fingerprint, each.source), each) for each in reading.statements if each.source is not None)
    for (alike, source), everyone in some.items():
        if len(everyone) < least or " IN (…)" in alike or not everyone[0].reads:
            continue
        group = [each for each in everyone if _single(each)]
        if len(group) < least or _different(group) < least:
            continue
        count = _counted(reading, group)
        text = f"{count:,} similar statements from one place: `{group[0].span.name}`"
        hint = f"Ask for all of them at once, as with `WHERE … IN (…)`: 1 statement instead of {count:,}."
        key = f"n+1 {source.file}:{source.line}"
        yield Repeated(N_PLUS_ONE, group, Notice("warning", text, hint, source, N_PLUS_ONE, saved(group, count), key))


def _single(statement: Statement) -> bool:
    """Tell whether a statement that reads asks for one thing, by its values, on nobody's behalf but its caller's."""
    if statement.error or statement.lazy or statement.eager or statement.refreshed:
        return False
    given = statement.given
    if type(given) is not list:
        return True
    # A value that is a list asks for many at once.
    return not (is_many(given) or any(type(pair) is list and type(pair[-1]) is list for pair in given if pair))


def _different(group: Sequence[Statement]) -> int:
    """Count the different sets of values; one that is redacted and was not seen to repeat is different."""
    seen, hidden = set[tuple[str, str]](), 0
    for statement in group:
        key = _key(statement, paging=False)
        if REDACTED in key[1] and statement.redacted:
            hidden += statement.repeats is None
        else:
            seen.add(key)
    return len(seen) + hidden


def _key(statement: Statement, paging: bool = True) -> tuple[str, str]:
    """Return what only the same statement with the same parameters has, or with the same but for its page."""
    given = statement.given
    if not paging and type(given) is list:
        given = [pair for pair in given if not (type(pair) is list and pair and pair[0] in _PAGING)]
    return statement.text, repr(given)  # plain values of JSON: what runs is Python's own


def _duplicates(statements: Sequence[Statement]) -> Iterator[Repeated]:
    """Find reads of the very same thing with nothing written in between."""
    groups: dict[object, list[Statement]] = defaultdict(list)
    writes = 0
    first_of: dict[float, object] = {}
    for statement in statements:
        if not statement.reads:
            writes += 1
            continue
        key = None if statement.repeats is None else first_of.get(statement.repeats)
        if key is None:
            key = statement.index if statement.redacted else _key(statement)
        first_of[statement.span.start] = key
        groups[(statement.engine, key, writes)].append(statement)
    for group in groups.values():
        if len(group) > 1 and not group[0].error:
            yield _duplicate(group)


def _duplicate(group: Sequence[Statement]) -> Repeated:
    text = f"The same statement with the same parameters ran {len(group):,} times: `{group[0].span.name}`"
    hint = f"Keep what the first one returned{_where(group[0].source)}."
    notice = Notice("warning", text, hint, group[1].source, DUPLICATE, saved(group, len(group)))
    return Repeated(DUPLICATE, group, notice)


def _where(source: Source | None) -> str:
    return "" if source is None else f" in `{source.function}`"


def commit_loops(ends: Sequence[tuple[int, Span]], least: int) -> Iterator[Notice]:
    """Yield a notice for each place that commits again and again, each time a little."""
    places: dict[Source, list[Span]] = defaultdict(list)
    for _, span in ends:
        if span.name == "COMMIT" and span.source is not None and whole(span, "writes"):
            places[span.source].append(span)
    for source, spans in list(places.items())[:_SHOWN]:
        if len(spans) >= least:
            took = [span.duration for span in spans]
            text = f"{len(spans):,} transactions are committed in a loop"
            hint = "Commit once, after the loop: the database waits for its disk at each of them."
            yield Notice("warning", text, hint, source, COMMIT_LOOP, sum(took) - max(took))
