"""The view: what is shown of a profile, and of what is no profile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Code, Facts, Flame, Notice, Section, Table, checked, walk
from debug_toolbar_core.encoding import Encoder, decode
from debug_toolbar_profiling import ProfilingPanel
from debug_toolbar_profiling.packed import packed
from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.samples import ELSEWHERE, RUNNING, Samples
from debug_toolbar_profiling.stacks import Count, Named, Stacks
from debug_toolbar_profiling.taken import Taken

APP, LIBRARY = "/app/shop/views.py", "/venv/lib/python3.11/site-packages/sqlalchemy/orm/loading.py"
LIST, PRICE = Named("list_books", APP, 10), Named("price", APP, 40)
LOAD, FETCH = Named("load", LIBRARY, 7), Named("fetch", LIBRARY, 90)


def run_of(record: Record) -> Run:
    """Return a run with samples made by hand: 60 ms of our own, 30 ms of a library's, 10 ms in a thread."""
    run = Run(record)
    run.driven, run.slices, run.ticks, run.accounted, run.accounted_cpu = True, 3, 20, 0.09, 0.09
    run.state = (0.1, 0.095, None, 0.0)
    for at, (kind, stack, seconds) in enumerate(
        (
            (RUNNING, [LIST, PRICE], 0.03),
            (RUNNING, [LIST, LOAD, FETCH], 0.03),
            (RUNNING, [LIST, PRICE], 0.03),
            (ELSEWHERE, ["threads", PRICE], 0.01),
        )
    ):
        run.samples.add(at / 100, kind, run.stacks.node(stack), seconds, seconds, at)
    run.waits.locate([(LIST, 12), (FETCH, 95), ("asyncio.Future", 0)], 0.02)
    run.waits.samples.add(0.015, 2, run.waits.stacks.node([LIST, FETCH, "asyncio.Future"]), 0.02, 0.0, 1)
    run.waits.count, run.waits.seconds = 3, 0.021
    run.lines = {(LIST, 12): 0.03, (PRICE, 43): 0.07}  # type: ignore[dict-item]  # a name serves for code
    run.gap = (0.05, PRICE)
    return run


def shown(data: Any, duration: float | None = 0.13) -> list[Block]:
    """Return what the panel shows of data that went through a store."""
    record = Record("http")
    record.data["profiling"] = record.take(data)
    record.close(duration)
    stored = decode(json.loads(json.dumps(Encoder().encode(record))))
    return checked(ProfilingPanel().view(stored))


def profile() -> list[Block]:
    """Return what is shown of the run above."""
    record = Record("http")
    return shown(packed(run_of(record), record))


def tables(blocks: list[Block]) -> dict[str, Table]:
    """Return the tables by the titles of their sections."""
    return {
        block.title: block.blocks[0]
        for block in walk(blocks)
        if isinstance(block, Section) and isinstance(block.blocks[0], Table)
    }


def facts(blocks: list[Block]) -> dict[str, Any]:
    """Return all facts by their labels."""
    return {fact.label: fact.value for block in walk(blocks) if isinstance(block, Facts) for fact in block.items}


def test_the_headline_and_badge_say_where_the_time_went() -> None:
    """CPU of all tasks and threads, waiting, and how much of the CPU was in the user's own code."""
    blocks = profile()
    assert Badge("105 ms", "CPU") in blocks
    told = facts(blocks)
    assert told["wall"] == 0.13
    assert told["on the CPU"] == pytest.approx(0.105)
    assert told["of it in child tasks and threads"] == pytest.approx(0.01)
    assert told["awaiting"] == pytest.approx(0.021)
    assert told["CPU in your own code"] == pytest.approx(0.07 / 0.105, rel=1e-3)
    assert told["in what it called"] == pytest.approx(0.03 / 0.105, rel=1e-3)
    assert told["samples"] == 20


def test_the_flame_has_cpu_wall_and_awaits() -> None:
    """Three profiles over the same frames, in the order of time, the user's own code marked."""
    flame = next(block for block in profile() if isinstance(block, Flame))
    names = [frame.name for frame in flame.frames]
    packages = {frame.name: frame.package for frame in flame.frames}
    cpu, wall, waits = flame.profiles
    assert [one.name for one in flame.profiles] == ["CPU", "Wall", "Await"]
    assert [[names[index] for index in stack] for stack in cpu.stacks] == [
        ["list_books", "price"],
        ["list_books", "load", "fetch"],
        ["list_books", "price"],
        ["threads", "price"],
        ["not sampled (too short)"],
    ]
    assert sum(cpu.weights) == pytest.approx(0.105, abs=1e-5)
    assert names[wall.stacks[2][-1]] == "asyncio.Future"
    assert waits.weights == [pytest.approx(0.02)]
    assert packages == {
        "list_books": "app",
        "price": "app",
        "load": "sqlalchemy",
        "fetch": "sqlalchemy",
        "threads": None,
        "not sampled (too short)": None,
        "asyncio.Future": None,
    }


def test_functions_have_own_and_cumulative_time() -> None:
    """The function with the most time of its own is first; time with calls counts each stack once."""
    rows = [row.cells for row in tables(profile())["Functions"].rows]
    assert [(name, whose) for name, whose, *_ in rows] == [
        ("price", "yours"),
        ("fetch", "sqlalchemy"),
        ("list_books", "yours"),
        ("load", "sqlalchemy"),
    ]
    own, total = zip(*((row[2], row[3]) for row in rows), strict=True)
    assert own == pytest.approx((0.07, 0.03, 0, 0))
    assert total == pytest.approx((0.07, 0.03, 0.09, 0.03))


def test_the_call_tree_leaves_out_what_only_leads_on() -> None:
    """Calls stand under their callers, the costliest first; a library's call between two others is left out."""
    rows = [(row.depth, row.cells[0]) for row in tables(profile())["Call tree"].rows]
    assert rows == [
        (0, "list_books"),
        (1, "price"),
        (1, "fetch"),
        (0, "threads"),
        (1, "price"),
        (0, "not sampled (too short)"),
    ]


def test_awaits_have_their_line() -> None:
    """An await point is a line of the user's and what it calls; what was not located is the rest."""
    rows = [row.cells for row in tables(profile())["Awaits"].rows]
    assert rows[0][0].line == 12
    assert rows[0][1:] == ("fetch", 1, pytest.approx(0.02), pytest.approx(0.02))
    assert rows[1] == (None, "short waits, not located", 2, pytest.approx(0.001), None)


def test_a_hot_line_and_a_gap_are_notices() -> None:
    """The user's line that took the most, and the function in which nobody could look, are named with their places."""
    notices = {block.label: block for block in profile() if isinstance(block, Notice)}
    assert "Line 43 of `price` took, with what it calls, 70 % of the CPU, 70.0 ms" in notices["hot line"].text
    assert notices["hot line"].source == (APP, 43, "price")
    assert "`price` ran for 50.0 ms unseen" in notices["GIL held"].text


def test_the_lines_of_the_user_s_are_listed() -> None:
    """Each line has the CPU time of what it calls, the costliest first."""
    rows = [row.cells for row in tables(profile())["Your lines"].rows]
    assert [(source.line, name) for source, name, *_ in rows] == [(43, "price"), (12, "list_books")]
    assert [row[2] for row in rows] == pytest.approx([0.07, 0.03])


def test_a_framework_around_the_handler_is_one_frame() -> None:
    """The library calls that all stacks begin with are drawn as one; those inside stay."""
    record = Record("http")
    run = Run(record)
    run.driven, run.state, run.accounted, run.accounted_cpu = True, (0.1, 0.1, None, 0.0), 0.1, 0.1
    around = [Named(f"call_{index}", LIBRARY, index) for index in range(1, 7)]
    for stack in ([*around, LIST, LOAD], [*around, LIST, PRICE]):
        run.samples.add(0, RUNNING, run.stacks.node(stack), 0.05, 0.05, 0)
    flame = next(block for block in shown(packed(run, record)) if isinstance(block, Flame))
    names = [frame.name for frame in flame.frames]
    assert [[names[index] for index in stack] for stack in flame.profiles[0].stacks] == [
        ["6 calls of sqlalchemy", "list_books", "load"],
        ["6 calls of sqlalchemy", "list_books", "price"],
    ]


def test_how_it_was_measured_is_said() -> None:
    """The engine, what it cannot see, and how much of the running time was attributed."""
    told = facts(profile())
    assert told["Engine"] == "Debug Toolbar's own sampling thread"
    assert "calls are not counted" in told["It cannot see"]
    assert told["Of it attributed"] == pytest.approx(0.9)
    assert told["Slices"] == 3


def test_exact_calls_stand_in_the_table_of_functions() -> None:
    """What an exact profiler counted is shown, and its times in place of the sampled ones."""
    record = Record("http")
    run = run_of(record)
    run.calls = {PRICE: Count(1_000, 0.05, 0.06), Named("sum", "", 0): Count(7, 0.001, 0.001)}
    rows = {row.cells[0]: row.cells for row in tables(shown(packed(run, record)))["Functions"].rows}
    assert rows["price"][2:4] == (0.05, 0.06)
    assert rows["price"][5] == 1_000
    assert rows["sum"][5] == 7
    assert rows["load"][5] is None


def test_few_samples_are_said() -> None:
    """A profile of hardly any samples warns of itself; one of slices too short to be seen, too."""
    record = Record("http")
    run = run_of(record)
    run.ticks = 2
    assert next(block.label for block in shown(packed(run, record)) if isinstance(block, Notice)) == "few samples"
    run = run_of(record)
    run.accounted = 0.01
    texts = [block.text for block in shown(packed(run, record)) if isinstance(block, Notice)]
    assert "10 % of the running time could be sampled: most slices were too short" in texts


def test_a_record_without_a_profile_shows_nothing() -> None:
    """Where nobody asked, the panel is grey."""
    assert shown(None) == []
    assert shown({"facts": 7}) == []


@pytest.mark.parametrize(
    "data",
    [
        {"facts": {}},
        {"facts": {"cpu": "x", "samples": True, "running": float("nan"), "waiting": -1, "gap": 10**30, "engine": 7}},
        {
            "facts": {"cpu": 0.1},
            "nodes": ["0,0,1,1,9,9"],
            "functions": ["f|1|0"],
            "samples": ["0,1,5,5,0,77,5,5,9,1,1,1"],
        },
        {
            "facts": {"cpu": 0.1},
            "nodes": ["0,0"],
            "functions": [7, "f", "a|x|y", "g|3|99999999999"],
            "samples": ["0,1,7,7"],
        },
        {"facts": {"cpu": 0.1}, "nodes": "0,0", "functions": {"a": 1}, "samples": [1], "lines": ["0,1"], "waits": None},
        {
            "facts": {"cpu": 0.1},
            "functions": ["f|1|0"],
            "files": ["app|/x.py"],
            "lines": ["0,3,²"],
            "waits": ["0,1,2,3,4,5"],
        },
        {"facts": {"waits": 5, "waiting": 1}, "notes": [None, "cut"], "calls": ["1,2,3,4"]},
    ],
)
def test_odd_data_is_passed_over(data: dict[str, Any]) -> None:
    """What is cut, of another version, or hostile is left out, and the rest is shown."""
    assert shown(data)


def test_a_profile_fits_the_limits_of_a_record() -> None:
    """A profile of very many stacks comes whole out of a store; where the room is small it says that it was cut."""
    record = Record("http")
    run = Run(record)
    run.driven, run.state, run.accounted, run.accounted_cpu = True, (10.0, 10.0, None, 0.0), 10.0, 10.0
    functions = [Named(f"password_{index}_token", f"/app/secret/{index % 300}.py", index) for index in range(3_000)]
    for index in range(20_000):
        node = run.stacks.node([functions[index % 7], functions[index % 3_000], functions[(index * 7) % 3_000]])
        run.samples.add(index / 1_000, RUNNING, node, 0.0005, 0.0005, index)
    data = packed(run, record)
    record.data["profiling"] = record.take(data)
    record.close(10.0)
    stored = decode(json.loads(json.dumps(Encoder().encode(record))))
    assert not record.dropped
    assert stored.data["profiling"] == data
    profile = Taken.of(stored.data["profiling"])
    assert profile is not None
    assert sum(sample.cpu for sample in profile.samples) == pytest.approx(10.0, rel=0.01)
    small = Record("http")
    small.room = 1_000
    assert packed(run, small)["notes"][-1].startswith("The profile is larger than")


def test_samples_are_bounded() -> None:
    """Past the limit samples are summed up by stack; nothing is lost but their order."""
    samples, stacks = Samples(100), Stacks(50)
    for index in range(1_000):
        samples.add(index, RUNNING, stacks.node([f"f{index % 60}"]), 0.001, 0.0005, index)
    assert len(samples.taken) <= 120
    assert not samples.in_order
    assert samples.seconds(RUNNING) == pytest.approx(1.0)
    assert samples.cpu(RUNNING) == pytest.approx(0.5)
    assert len(stacks.nodes) == 50
    assert stacks.cut > 0


def stored(data: Any) -> Record:
    """Return a record with this panel's data, as it comes out of a store."""
    record = Record("http", id="abc")
    record.data["profiling"] = record.take(data)
    record.close(0.13)
    return decode(json.loads(json.dumps(Encoder().encode(record))))


async def test_a_profile_is_exported_for_speedscope() -> None:
    """All its profiles as one file: stacks as indexes of frames, a weight each, in seconds."""
    record = stored(packed(run_of(Record("http")), Record("http")))
    (block,) = await ProfilingPanel().speedscope(record)
    assert isinstance(block, Code)
    assert block.filename == "profile-abc.speedscope.json"
    told = json.loads(block.text)
    assert told["$schema"].startswith("https://www.speedscope.app/")
    frames, profiles = told["shared"]["frames"], told["profiles"]
    assert [found["name"] for found in profiles] == ["CPU", "Wall", "Await"]
    assert {"name": "price", "file": APP, "line": 40} in frames
    for found in profiles:
        assert (found["type"], found["unit"], found["startValue"]) == ("sampled", "seconds", 0)
        assert len(found["samples"]) == len(found["weights"])
        assert found["endValue"] == pytest.approx(sum(found["weights"]))
        assert all(0 <= frame < len(frames) for stack in found["samples"] for frame in stack)


async def test_a_profile_is_exported_as_collapsed_stacks() -> None:
    """Each profile is a file: a stack a line with its microseconds, equal ones together."""
    record = stored(packed(run_of(Record("http")), Record("http")))
    blocks = list(await ProfilingPanel().collapsed(record))
    assert [block.filename for block in blocks if isinstance(block, Code)] == [
        f"{name}-abc.collapsed.txt" for name in ("cpu", "wall", "await")
    ]
    assert isinstance(blocks[0], Code)
    lines = blocks[0].text.splitlines()
    assert "list_books (views.py:10);price (views.py:40) 60000" in lines
    assert "list_books (views.py:10);load (loading.py:7);fetch (loading.py:90) 30000" in lines
    assert "threads;price (views.py:40) 10000" in lines


async def test_names_cannot_break_an_export() -> None:
    """What separates frames and lines is no part of a name; a record without a profile says so."""
    record, odd = Record("http"), Named("a;b\nc d", "C:\\app\\x y.py", 3)
    run = run_of(record)
    run.samples.add(0.2, RUNNING, run.stacks.node([odd]), 0.01, 0.01, 9)
    (cpu, *_) = await ProfilingPanel().collapsed(stored(packed(run, record)))
    assert isinstance(cpu, Code)
    assert "a:b c d (x y.py:3) 10000" in cpu.text.splitlines()
    for nothing in (None, {}, {"facts": {}}, 7):
        for blocks in (
            await ProfilingPanel().speedscope(stored(nothing)),
            await ProfilingPanel().collapsed(stored(nothing)),
        ):
            assert [type(block) for block in blocks] == [Notice]
