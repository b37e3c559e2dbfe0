"""What the panel shows: growth, the collector's pauses, places, and what it does not know."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import Badge, Block, Flame, Notice, Section, Table
from debug_toolbar_memory import MemoryPanel
from debug_toolbar_memory.functions import function_at
from debug_toolbar_memory.garbage import Watch
from debug_toolbar_memory.history import History, Visit
from debug_toolbar_memory.packed import pack, unpack
from debug_toolbar_memory.stacks import Held, Place, package_of


def shown(record: Record) -> list[Block]:
    """Return what the panel shows of a record."""
    return list(MemoryPanel().view(record))


def with_data(**data: Any) -> list[Block]:
    """Return what it shows of a record with this data."""
    record = Record()
    record.data["memory"] = data
    return shown(record)


def texts(blocks: list[Block]) -> str:
    """Return what the notices say."""
    return " ".join(block.text for block in blocks if isinstance(block, Notice))


async def test_a_line_that_keeps_memory_each_time_is_a_leak(shop: Any) -> None:
    """The third request of a route whose line keeps memory again warns, with that line; the first does not."""

    @shop.path
    async def leak() -> None:
        shop.kept.append(bytearray(200_000))

    first = await shop.get("/leak")
    assert "kept memory" not in texts(shown(first))
    await shop.get("/leak")
    blocks = shown(await shop.get("/leak"))
    (notice,) = [block for block in blocks if isinstance(block, Notice) and block.label == "memory growth"]
    assert "last 3 measured requests" in notice.text
    assert notice.source is not None
    assert (notice.source.file, notice.source.line) == (__file__, leak.__code__.co_firstlineno + 2)
    (growth,) = [block for block in blocks if isinstance(block, Section) and block.title.startswith("Growth")]
    assert len(growth.blocks[0].rows) == 3  # type: ignore[attr-defined] # the table of requests
    assert next(block for block in blocks if isinstance(block, Badge)).level == "warning"


async def test_a_cache_that_fills_once_is_no_leak(traced: Any) -> None:
    """A line that keeps memory in the first request only is shown, and not warned of."""

    @traced.path
    async def cache() -> None:
        if not traced.kept:
            traced.kept.append(bytearray(500_000))

    for _ in range(3):
        record = await traced.get("/cache")
    assert "kept memory" not in texts(shown(record))


async def test_a_collection_belongs_to_who_made_it_due(traced: Any, only_asked: None) -> None:
    """A run of the collector is this request's own where it ran, and is shown on the others that suffered it."""
    opened = asyncio.Event()
    done = asyncio.Event()

    @traced.path
    async def suffers() -> None:
        opened.set()
        await done.wait()

    @traced.path
    async def collects() -> None:
        await opened.wait()
        gc.collect()
        done.set()

    one, other = await asyncio.gather(traced.get("/suffers"), traced.get("/collects"))
    own, suffered = other.data["memory"]["garbage"], one.data["memory"]["garbage"]
    assert [(run[2], run[5]) for run in own["runs"]] == [(2, True)]
    assert [(run[2], run[5], run[6]) for run in suffered["runs"]] == [(2, False, other.id)]
    assert own["paused"] == pytest.approx(own["runs"][0][1])
    assert own["paused"] > 0
    assert any(isinstance(block, Section) and block.title == "Garbage collector" for block in shown(one))


def test_of_many_collections_the_longest_are_kept() -> None:
    """A hundred runs are listed, the longest ones; all are counted, and their pauses added up."""
    watch = Watch("660e", 0.0)
    for number in range(300):
        watch.note(number, number + (1.0 if number >= 250 else 0.25), {"generation": 0}, None)
    assert len(watch.runs) == 100
    assert sum(run.seconds == 1.0 for run in watch.runs) == 50
    assert (watch.more, watch.paused) == (200, 50 + 62.5)


async def test_places_are_shown_with_their_stacks(shop: Any) -> None:
    """The table of sites has the user's own line, and the flame the way to it."""

    @shop.path
    async def page() -> None:
        shop.kept.append(bytearray(3_000_000))

    blocks = shown(await shop.get("/page"))
    (flame,) = [block for block in blocks if isinstance(block, Flame)]
    assert any(frame.name.endswith("page") and frame.package == "app" for frame in flame.frames)
    (sites,) = [block for block in blocks if isinstance(block, Table) and block.title == "Top sites"]
    source = sites.rows[0].cells[0]
    assert isinstance(source, Source)
    assert source.file == __file__
    assert sites.rows[0].cells[2] == pytest.approx(3_000_000, rel=0.05)


def test_it_says_who_is_in_the_way() -> None:
    """Without a back end the panel says why, and what to do."""
    said = with_data(engine="none", remarks=[["busy", "memray of 660e"], ["tasks", ""], ["unheard of", "x"]])
    assert "being measured by memray of 660e" in texts(said)
    assert next(block for block in said if isinstance(block, Badge)).text == "–"
    said = with_data(
        engine="tracemalloc", kept=1, peak=1, remarks=[["profiler", "yappi"], ["deep", "2000"], ["mixed", ""]]
    )
    assert "beside a profiler (yappi)" in texts(said)


@pytest.mark.parametrize(
    "data",
    [
        {"kept": "many", "stacks": 7, "garbage": [], "resident": [1, [None, "x"]], "earlier": [[1]], "growth": [5]},
        {"kept": 5, "peak": float("nan"), "stacks": {"places": ["a\tb"], "stacks": ["1 2 7", "x", "1 1 0"]}},
        {
            "kept": 5,
            "earlier": [["id", 1, 2, 3, None]],
            "growth": [["a:b", 20_000, [1]], ["", 1, []]],
            "route": "GET /",
        },
        {"garbage": {"runs": [[0, 0.02, 2, 1, 0, False, None], [None] * 7, 3], "paused": 0.02, "more": 4}},
        {"remarks": [["deep"], "x", ["deep", "y"]], "engine": 5, "resident": [[1, 2], [3, 4]]},
    ],
)
def test_odd_data_is_shown_as_far_as_it_goes(data: dict[str, Any]) -> None:
    """A record of another version, or damaged, never fails the view."""
    assert with_data(**data)


def test_packed_stacks_come_back() -> None:
    """Stacks of any length go through their texts, the largest four hundred of them."""
    held = Held()
    for number in range(500):
        held.add(
            [Place(f"/srv/shop/{number}.py", 3, "f" * 200), Place("/srv/shop/app.py", 1, "main")], 1000 - number, 1
        )
    packed = pack(held)
    assert packed is not None
    assert all(len(text) <= 16_384 for text in [*packed["places"], *packed["stacks"]])
    stacks = unpack(packed)
    assert len(stacks) == 400
    assert packed["rest"] == held.size - sum(share.size for share in stacks.values())


def test_the_toolbars_own_memory_is_not_the_requests() -> None:
    """What a panel of ours asks of the interpreter counts as the toolbar's."""
    held = Held()
    held.add([Place(__import__("json").__file__, 3), Place(__import__("debug_toolbar_core").__file__, 1)], 10, 1)
    assert (held.toolbar, held.size) == (10, 0)
    assert package_of(pytest.__file__) == "pytest"


def test_functions_are_named_by_line(tmp_path: Path) -> None:
    """A line has the name of the function around it, with its classes."""
    source = tmp_path / "shop.py"
    lines = ["import os", "class Cart:", "    def total(self):", "        def one():", "            return 1",
             "        return one()", "    size = 3", "", "async def main():", "    pass"]  # fmt: skip
    source.write_text("\n".join(lines))
    names = [function_at(str(source), line) for line in (1, 3, 5, 6, 7, 10, 99)]
    total = "Cart.total"
    assert names == ["<module>", "Cart", f"{total}.one", total, "Cart", "main", ""]
    assert function_at("<frozen importlib>", 3) == ""
    assert function_at(str(tmp_path), 3) == ""


def test_history_is_bounded() -> None:
    """Of each route a few requests are kept, and of routes the latest."""
    history = History()
    for number in range(300):
        history.add(f"GET /{number}", Visit("id", 0, 1, None, None, {}))
    for _ in range(20):
        before = history.add("GET /299", Visit("id", 0, 1, None, None, {}))
    assert len(before) == 6
    assert history.add("GET /1", Visit("id", 0, 1, None, None, {})) == []
