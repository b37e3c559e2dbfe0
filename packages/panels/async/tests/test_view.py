"""What is shown of a record, of any record, and what is exported."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise
from typing import Any

import pytest

from debug_toolbar_async import AsyncPanel
from debug_toolbar_async.lanes import lanes
from debug_toolbar_async.reading import seen_of
from debug_toolbar_async.seen import Hop, Point, Seen, Slice, Task, Wait
from debug_toolbar_core import Record, Toolbar
from debug_toolbar_core.blocks import Badge, Code, Facts, Flame, Lanes, Notice, Section, Table, checked, walk
from debug_toolbar_core.source import Source
from debug_toolbar_core.text import to_text

from .serving import serve, toolbar_of
from .starving import TRIES, Witness


async def nap(seconds: float) -> None:
    """Wait."""
    await asyncio.sleep(seconds)


async def eventful() -> None:
    """Do a bit of everything."""
    await nap(0.01)
    await nap(0.02)
    await asyncio.gather(nap(0.01), nap(0.02))
    time.sleep(0.06)  # noqa: ASYNC251 - blocking is shown
    await asyncio.to_thread(time.sleep, 0.05)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.002):
            await nap(1)
    asyncio.create_task(nap(0.01), name="left over")  # noqa: RUF006 - that nobody waits is shown


@pytest.fixture
def toolbar() -> Toolbar:
    """Return a toolbar with this panel alone."""
    return toolbar_of()


@pytest.fixture(scope="module")
def record() -> Record:
    """Return the record of a request in which much happened."""
    for _ in range(TRIES):
        with Witness() as witness:
            record = asyncio.run(serve(toolbar_of(), eventful()))
        if not witness.starved:
            break
    return record


def tables(blocks: list[Any]) -> dict[str, Table]:
    """Return the tables shown, by the first words of their titles."""
    return {(block.title or "").partition(" (")[0]: block for block in walk(blocks) if isinstance(block, Table)}


def test_everything_has_its_place(toolbar: Toolbar, record: Record) -> None:
    """A request is shown with three numbers, its tasks as lanes, awaits, path, threads, cancellations and loop."""
    blocks = checked(toolbar.panel("async").view(record))
    facts = next(block for block in blocks if isinstance(block, Facts))
    assert [fact.label for fact in facts.items] == ["wall", "sum", "critical", "tasks", "worst lag"]
    tabs = next(block for block in blocks if isinstance(block, Section))
    names = [tab.title for tab in tabs.blocks if isinstance(tab, Section)]
    assert names == ["Tasks", "Times", "Awaits", "Critical path", "Threads", "Cancellations", "Event loop", "Waterfall"]
    assert any(isinstance(block, Flame) for block in walk(blocks))
    found = tables(blocks)
    assert len(found["Await points"].rows) == 3
    (drawn,) = [block for block in walk(blocks) if isinstance(block, Lanes)]
    assert [lane.depth for lane in drawn.lanes] == [0, 1, 1, 1, 1]
    assert {piece.state for lane in drawn.lanes for piece in lane.slices} >= {
        "running",
        "waiting",
        "queued",
        "blocking",
    }
    assert [row.depth for row in found["Tasks"].rows] == [0, 1, 1, 1]
    assert found["Tasks"].rows[-1].cells[0] == "nap · left over"
    assert found["Tasks"].rows[-1].cells[5] == "still running, nobody waits for it"
    assert len(found["Handed to threads"].rows) == 1
    assert found["Cancellations and timeouts"].rows[0].cells[2] == "asyncio.timeout: its time was up"
    assert found["What held the event loop"].rows[0].details


def test_notices_say_what_to_do(toolbar: Toolbar, record: Record) -> None:
    """What blocks, what is left over and what could run together is worth a notice with its place."""
    notices = [notice for _, notice in toolbar.notices(record)]
    assert {notice.label for notice in notices} == {"blocking call", "left over", "serial awaits"}
    assert all(notice.hint and notice.source and notice.source.file == __file__ for notice in notices)
    assert max(notice.saves or 0.0 for notice in notices if notice.label == "serial awaits") >= 0.005


def test_the_badge_counts_the_tasks(toolbar: Toolbar, record: Record) -> None:
    """The badge says how many tasks there were, and warns of what blocked."""
    assert next(iter(toolbar.panel("async").view(record))) == Badge("4 tasks", "blocks the loop", "warning")


async def test_the_timeline_is_exported_as_json(toolbar: Toolbar, record: Record) -> None:
    """The timeline has the tasks with their states, and all that is shown besides."""
    (block,) = await AsyncPanel().timeline(record)
    assert isinstance(block, Code)
    assert block.filename == f"timeline-{record.id}.json"
    told = json.loads(block.text)
    assert set(told) == {"totals", "tasks", "critical", "threads", "cancellations", "stalls", "lag"}
    first = told["tasks"][0]
    assert first["coroutine"] == "eventful"
    assert {state["state"] for state in first["states"]} >= {"running", "waiting"}
    assert sum(state["end"] - state["begin"] for state in first["states"]) == pytest.approx(
        first["end"] - first["created"], abs=1e-4
    )


async def test_a_trace_is_exported_for_perfetto(toolbar: Toolbar, record: Record) -> None:
    """The trace has a named thread for each task, and complete events that do not run backwards."""
    (block,) = await AsyncPanel().trace(record)
    assert isinstance(block, Code)
    assert block.filename == f"trace-{record.id}.json"
    events = json.loads(block.text)["traceEvents"]
    names = {event["tid"]: event["args"]["name"] for event in events if event["ph"] == "M"}
    assert names[0].startswith("request (")
    assert names[3] == "nap (left over)"
    complete = [event for event in events if event["ph"] == "X"]
    assert all(event["dur"] >= 0 and event["ts"] >= 0 and event["tid"] in names for event in complete)
    assert {event["cat"] for event in complete} == {"running", "ready", "waiting", "thread", "loop"}
    assert {event["ph"] for event in events} == {"M", "X", "s", "f", "C"}


async def test_a_record_that_was_not_watched_exports_nothing() -> None:
    """There is a notice in place of an empty file."""
    (block,) = await AsyncPanel().trace(Record("http"))
    assert isinstance(block, Notice)


STRANGE: list[Any] = [
    None,
    [],
    "<b>",
    {},
    {"tasks": "no", "points": 7, "lag": "x:y 1", "missed": [], "stalls": [[]]},
    {"tasks": [["?"] * 14, [9, None, None, "a:b:c", "x", -1, 0, 1, 1, float("nan"), "", "1:2 a:b:c 3:2:1", "", "::"]]},
    {
        "loop": "asyncio",
        "end": 1.0,
        "tasks": [
            [-1, "T", "a", "/x.py:1:a", 0.0, 1.0, "done", True, False, 0.1, 3, "0:0:1 9:10:20", "7:-1:0:5:5 0:9:0:5:5",
             "0:1000000:0,5,99"],
            [0, "U", "b", "", 0.5, None, "still running", False, True, 1.0, 1, "", "0:0:1:2:1", "0:1:"],
        ],
        "points": [["/x.py:2:a", "sleep", 2, 0.1, 0.1], ["no place", 4, None, "x", []]],
        "threads": [["f", 5, 0.1, None, None, ""], ["g", 0, 0.1, 0.2, None, "t"]],
        "cancellations": [[0.1, 77, "x", "", None]],
        "stalls": [[0.1, 0.2, "id", "", "T", []], [0.1, 0.7, "id", "GET /", "T", [["/x.py:1:a", 0.1, "stack"]]]],
        "unawaited": [["f", "/x.py:1:f", "", 0, 2], [1, None, 3, "x", -5], ["g", "", "/x.py:9:a", 99, True]],
        "lag": "10:20 2000000:5",
        "missed": {"tasks": 3},
    },
]  # fmt: skip


@pytest.mark.parametrize("data", STRANGE)
async def test_strange_data_is_passed_over(data: Any) -> None:
    """Whatever a record holds, what makes sense of it is shown, and exported."""
    record = Record("http")
    record.data["async"] = data
    panel = AsyncPanel()
    blocks = checked(panel.view(record))
    to_text(blocks, record)
    for made in [*await panel.timeline(record), *await panel.trace(record)]:
        assert made.to_json()
    if isinstance(data, dict) and "end" in data:
        assert {block.label for block in blocks if isinstance(block, Notice)} >= {
            "blocked loop",
            "left over",
            "never awaited",
        }


def seen(*tasks: Task, hops: tuple[Hop, ...] = (), slow: float = 0.05) -> Seen:
    """Return what might be seen of a record of a second."""
    return Seen("asyncio", slow, 1.0, tasks, (Point(Source("/a.py", 3, "buy"), "pay", 1, 0.1, 0.1),), hops)


def made(number: int, parent: int, slices: tuple[Slice, ...], begin: float = 0.25, **more: Any) -> Task:
    """Return a task that ends with the record."""
    return Task(
        number, parent, f"T{number}", f"f{number}", None, begin, 1.0, "done", True, False, 0.1, 2, slices, **more
    )


def test_states_are_drawn_over_time() -> None:
    """A lane has what a task waited for, when it could have run and ran, and when it blocked; before it, nothing."""
    slices = (Slice(0.25, 0.25, 0.5), Slice(0.625, 0.75, 0.751))
    waits = (Wait(0, -1, 0.5, 0.625, 0.125),)
    (lane,) = lanes(seen(made(0, -1, slices, waits=waits))).lanes
    assert lane.label == "request · T0"
    assert [(piece.state, piece.start, piece.end, piece.text) for piece in lane.slices] == [
        ("blocking", 0.25, 0.5, ""),
        ("waiting", 0.5, 0.625, "pay in buy:3"),
        ("ready", 0.625, 0.75, ""),
        ("running", 0.75, 0.751, ""),
        ("waiting", 0.751, 1.0, ""),
    ]


def test_lanes_are_a_tree_with_threads_in_it() -> None:
    """Tasks and what went to threads stand below the task that made them, in the order of time."""
    hops = (Hop("read", 1, 0.5, 0.6, 0.7, "worker"), Hop("late", 0, 0.9, None, None, ""))
    block = lanes(seen(made(0, -1, ()), made(1, 0, (), 0.3), made(2, 1, (), 0.8), made(3, 0, (), 0.4), hops=hops))
    assert [(lane.label.partition(" ")[0], lane.depth) for lane in block.lanes] == [
        ("request", 0), ("f1", 1), ("read", 2), ("f2", 2), ("f3", 1), ("late", 1)
    ]  # fmt: skip
    assert [(piece.state, piece.start, piece.end) for piece in block.lanes[2].slices] == [
        ("queued", 0.5, 0.6), ("running", 0.6, 0.7)
    ]  # fmt: skip
    assert [(piece.state, piece.start, piece.end) for piece in block.lanes[5].slices] == [("queued", 0.9, 1.0)]


def test_many_states_and_lanes_are_drawn_together() -> None:
    """Thousands of states are drawn as hundreds, each as what it is most; lanes past the limit are counted."""
    short = tuple(Slice(0.5 + turn / 1e4, 0.5 + turn / 1e4, 0.5 + turn / 1e4 + 8e-5) for turn in range(4_000))
    block = lanes(seen(made(0, -1, short), *(made(number, 0, ()) for number in range(1, 400))))
    assert len(block.lanes) == 300
    assert block.title == "Tasks and threads over time: the first 300 of 400"
    first = block.lanes[0]
    assert 100 < len(first.slices) < 400
    assert first.detail.startswith("8001 states drawn as ")
    assert {piece.state for piece in first.slices} == {"waiting", "running"}
    assert [piece.state for piece in first.slices].count("waiting") == 2
    assert all(one.end == other.start for one, other in pairwise(first.slices))


def test_of_a_long_connection_the_end_is_drawn() -> None:
    """Where states are kept of the last tenth only, the axis is that."""
    block = lanes(seen(made(0, -1, (Slice(0.96, 0.97, 0.98),), since=0.95), made(1, 0, (), 0.3)))
    assert block.title == "Tasks and threads over time: the last 50.0 ms"
    assert block.seconds == pytest.approx(0.05)
    assert [(piece.state, piece.start, piece.end) for piece in block.lanes[0].slices] == [
        ("waiting", 0.0, pytest.approx(0.01)), ("ready", pytest.approx(0.01), pytest.approx(0.02)),
        ("running", pytest.approx(0.02), pytest.approx(0.03)), ("waiting", pytest.approx(0.03), pytest.approx(0.05)),
    ]  # fmt: skip
    assert [(piece.start, piece.end) for piece in block.lanes[1].slices] == [(0.0, pytest.approx(0.05))]


def test_a_record_without_tasks_is_read() -> None:
    """Nothing is made up for a record that has nothing."""
    record = Record("http")
    record.data["async"] = {}
    seen = seen_of(record)
    assert seen is not None
    assert seen.request is None
    assert list(AsyncPanel().view(record)) == []
