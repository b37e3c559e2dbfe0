"""Views: what is shown of a record, once watched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from debug_toolbar_async import path
from debug_toolbar_async.flames import flame
from debug_toolbar_async.lanes import lanes
from debug_toolbar_async.loops import blockers, lag
from debug_toolbar_async.notices import notices
from debug_toolbar_async.path import Piece
from debug_toolbar_async.reading import seen_of
from debug_toolbar_async.seen import Seen, Task
from debug_toolbar_async.tasks import table, title
from debug_toolbar_core import Record
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Column,
    Fact,
    Facts,
    Level,
    Notice,
    Row,
    Section,
    Table,
    Timeline,
)  # fmt: skip
from debug_toolbar_core.units import seconds

_PATH_MOST = 60


def show(record: Record) -> Iterator[Block]:
    """Yield the blocks of a record."""
    seen = seen_of(record)
    if seen is None or seen.request is None:
        yield from _unwatched(record)
        return
    ways = path.critical(seen)
    yield _badge(record, seen)
    yield _headline(seen, ways)
    yield from notices(record, seen)
    yield Section("What ran", [Section(title, list(blocks)) for title, blocks in _tabs(record, seen, ways)], tabs=True)
    yield Button("timeline", "Timeline as JSON")
    yield Button("trace", "Trace for Perfetto")


def _tabs(record: Record, seen: Seen, ways: list[Piece]) -> Iterator[tuple[str, Iterable[Block]]]:
    yield "Tasks", [lanes(seen)]
    yield "Times", [table(seen)]
    yield "Awaits", [_points(seen), *flame(seen)]
    yield "Critical path", [_critical(seen, ways)]
    if seen.hops:
        yield "Threads", [_threads(seen)]
    if seen.cancels:
        yield "Cancellations", [_cancellations(seen)]
    if seen.lags or seen.stalls:
        yield "Event loop", [*blockers(record, seen), *lag(seen)]
    if any(span.panel == "async" for span in record.spans):
        yield "Waterfall", [Timeline("async")]


def _unwatched(record: Record) -> Iterator[Block]:
    """Tell of a request that held the loop while another was watched."""
    for span in record.spans:
        if span.panel == "async" and span.attributes.get("blocking") is True:
            took = span.duration
            yield Badge(seconds(took), "loop held", "warning")
            text = f"The event loop was held for {seconds(took)}: nothing else ran in this process"
            yield Notice(
                "warning", text, "Run this panel for this page to see all of it.", span.source, "blocking call"
            )
            return


def _badge(record: Record, seen: Seen) -> Badge:
    own = any(stall.record == record.id for stall in seen.stalls)
    level: Level | None = "warning" if own else None
    count = len(seen.tasks)
    return Badge(f"{count} task{'' if count == 1 else 's'}", "blocks the loop" if own else None, level)


def _headline(seen: Seen, ways: list[Piece]) -> Facts:
    totals = path.totals(seen, ways)
    items = [
        Fact("wall", totals.wall, "s", "First slice to last."),
        Fact("sum", totals.sum, "s", "All tasks, one after the other."),
        Fact("critical", totals.critical, "s", "The longest chain, always having its turn."),
        Fact("tasks", len(seen.tasks), "count"),
    ]
    if seen.lags:
        items.append(Fact("worst lag", max(lag for _, lag in seen.lags), "s", "How late the loop was."))
    return Facts(items, headline=True)


def _points(seen: Seen) -> Table:
    columns = [
        Column("Awaited"), Column("At", "source"), Column("Count", "count"), Column("Total", "s"),
        Column("Longest", "s"),
    ]  # fmt: skip
    points = sorted((point for point in seen.points if point.calls), key=lambda point: -point.seconds)
    rows = [Row((point.what, point.source, point.calls, point.seconds, point.longest)) for point in points]
    empty = "Nothing was awaited for a millisecond or longer."
    return Table(columns, rows, title="Await points (waits of 1 ms and more)", empty=empty)


def _critical(seen: Seen, ways: list[Piece]) -> Table:
    columns = [
        Column("Task"), Column("State"), Column("For"), Column("At", "source"), Column("From", "s"),
        Column("Time", "s"), Column("Share", "percent"),
    ]  # fmt: skip
    wall = max(path.totals(seen, ways).wall, 1e-9)
    long = sorted(ways, key=lambda piece: piece.begin - piece.end)[:_PATH_MOST]
    kept = [piece for piece in ways if piece in long and piece.end - piece.begin >= wall / 200]
    rows = [Row(_path_row(seen, piece, wall)) for piece in kept]
    return Table(
        columns,
        rows,
        title="What made the request take as long as it did",
        empty="No piece was longer than half a percent.",
    )


def _path_row(seen: Seen, piece: Piece, wall: float) -> tuple[object, ...]:
    point = seen.points[piece.point] if 0 <= piece.point < len(seen.points) else None
    took = piece.end - piece.begin
    what, source = ("", None) if point is None else (point.what, point.source)
    return title(piece.task), piece.state, what, source, piece.begin, took, took / wall


def _threads(seen: Seen) -> Table:
    columns = [
        Column("Function"),
        Column("By"),
        Column("Thread"),
        Column("Queued", "s"),
        Column("Ran", "s"),
        Column(""),
    ]
    rows = []
    for hop in seen.hops:
        queued = None if hop.began is None else hop.began - hop.handed
        ran = None if hop.began is None or hop.ended is None else hop.ended - hop.began
        state = "never began" if hop.began is None else "" if hop.ended is not None else "still running"
        cells = (hop.name, _title(seen, hop.task), hop.thread, queued, ran, state)
        rows.append(Row(cells, level="warning" if state or (queued or 0.0) >= seen.slow else None))
    return Table(columns, rows, title="Handed to threads")


def _cancellations(seen: Seen) -> Table:
    columns = [
        Column("Task"), Column("After", "s"), Column("Cancelled by"), Column("From", "source"),
        Column("It waited at", "source"),
    ]  # fmt: skip
    rows = [
        Row((_title(seen, cancel.task), cancel.at, cancel.by, cancel.source, cancel.waited)) for cancel in seen.cancels
    ]
    return Table(columns, rows, title="Cancellations and timeouts")


def _title(seen: Seen, number: int) -> str:
    return title(_task(seen, number)) if 0 <= number < len(seen.tasks) else "?"


def _task(seen: Seen, number: int) -> Task:
    return seen.tasks[number]
