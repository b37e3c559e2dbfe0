"""Lanes: the tasks of a request as a tree, with what threads did for them, each with its states over one time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from debug_toolbar_async.path import Piece, pieces
from debug_toolbar_async.seen import Hop, Seen, Task
from debug_toolbar_async.tasks import ended, level, titled
from debug_toolbar_core.blocks import Lane, Lanes, Slice
from debug_toolbar_core.units import seconds

DRAWN = 300
"""Lanes drawn: of a record of ours, all."""
SLICES = 200
"""States of a lane that are drawn as they were; of more, the short ones are drawn together."""
_SHORT = 300
_TENTH = 0.1


def lanes(seen: Seen) -> Lanes:
    """Return the tasks and threads over the time of the record, or over that of which the states are kept."""
    whole = max([seen.end, *(task.end for task in seen.tasks)], default=0.0)
    start = seen.request.since if seen.request is not None else 0.0
    if whole - start >= whole * _TENTH:
        start = 0.0
    window = Window(start, max(0.0, whole - start))
    rows = list(_rows(seen))
    drawn = [_lane(seen, row, depth, window) for row, depth in rows[:DRAWN]]
    told = "Tasks and threads over time"
    if start:
        told += f": the last {seconds(window.length)}"
    if len(rows) > DRAWN:
        told += f": the first {DRAWN} of {len(rows)}"
    return Lanes(drawn, window.length, told, "No task ran.")


class Window(NamedTuple):
    """The time that is drawn."""

    start: float
    length: float

    def slice(self, state: str, begin: float, end: float, text: str) -> Slice | None:
        """Return what of a stretch is inside; None where nothing is."""
        begin, end = max(0.0, begin - self.start), min(self.length, end - self.start)
        return Slice(state, begin, end, text) if begin < end else None


def _rows(seen: Seen) -> Iterator[tuple[Task | Hop, int]]:
    """Yield tasks and what they handed to threads, each below the task that made it, in the order of time."""
    below: dict[int, list[Task | Hop]] = {}
    found: list[Task | Hop] = [*seen.tasks, *seen.hops]
    for row in sorted(found, key=_made):
        below.setdefault(row.parent if isinstance(row, Task) else max(row.task, 0), []).append(row)
    waiting = [(row, 0) for row in reversed(below.get(-1, []))]
    while waiting:
        row, depth = waiting.pop()
        yield row, depth
        if isinstance(row, Task):
            waiting.extend((child, depth + 1) for child in reversed(below.get(row.number, [])))


def _made(row: Task | Hop) -> float:
    return row.created if isinstance(row, Task) else row.handed


def _lane(seen: Seen, row: Task | Hop, depth: int, window: Window) -> Lane:
    if isinstance(row, Hop):
        found = [window.slice(*piece) for piece in _of_hop(seen, row)]
        short = row.name.rpartition(".")[2]
        return Lane(short, [one for one in found if one], None, depth, row.thread or "no thread yet")
    known = list(pieces(row))
    drawn = known if len(known) <= SLICES else list(_together(known, window.length / _SHORT))
    found = [window.slice(_state(seen, piece), piece.begin, piece.end, _text(seen, piece)) for piece in drawn]
    details = [] if row.outcome == "done" and not row.unfetched else [ended(row)]
    if len(drawn) != len(known):
        details.append(f"{len(known)} states drawn as {len(drawn)}")
    return Lane(titled(row), [one for one in found if one], row.source, depth, "; ".join(details), level(row))


def _of_hop(seen: Seen, hop: Hop) -> Iterator[tuple[str, float, float, str]]:
    """Yield the time that work waited for a thread, and that it ran."""
    begun = seen.end if hop.began is None else hop.began
    yield "queued", hop.handed, begun, "waits for a thread"
    if hop.began is not None:
        yield "running", begun, seen.end if hop.ended is None else hop.ended, hop.name


def _state(seen: Seen, piece: Piece) -> str:
    blocks = piece.state == "running" and 0 < seen.slow <= piece.end - piece.begin
    return "blocking" if blocks else piece.state


def _text(seen: Seen, piece: Piece) -> str:
    if not 0 <= piece.point < len(seen.points):
        return ""
    point = seen.points[piece.point]
    return point.what if point.source is None else f"{point.what} in {point.source.function}:{point.source.line}"


def _together(found: Sequence[Piece], short: float) -> Iterator[Piece]:
    """Yield pieces of which each is as long as that, but for the last before a long one: in the state it is in most."""
    group: list[Piece] = []
    for piece in found:
        if piece.end - piece.begin >= short:
            yield from _merged(group)
            yield piece
            group = []
            continue
        group.append(piece)
        if piece.end - group[0].begin >= short:
            yield from _merged(group)
            group = []
    yield from _merged(group)


def _merged(group: list[Piece]) -> Iterator[Piece]:
    if group:
        spent: dict[str, float] = {}
        for piece in group:
            spent[piece.state] = spent.get(piece.state, 0.0) + piece.end - piece.begin
        state = max(spent, key=spent.__getitem__)
        first = next(piece for piece in group if piece.state == state)
        yield first._replace(begin=group[0].begin, end=group[-1].end)
