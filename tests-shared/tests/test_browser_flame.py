"""Flame graphs in the browser: drawn from stacks, zoomed, searched, compared, exported; bounded in time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Badge, Block, Flame, Frame, Profile, Section

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NASTY = "<img src=x onerror=alert(1)> \u202e"
FRAMES = [
    Frame("main", "/app/main.py", 1, "app"),
    Frame("list_books", "/app/views.py", 41, "app"),
    Frame("execute", "/lib/sqlalchemy/engine.py", 7, "sqlalchemy"),
    Frame(NASTY, NASTY, 3, NASTY),
]
STACKS = [[0, 1, 2], [0, 1], [0, 3], [0, 1, 2]]


class FlamePanel(Panel):
    """Shows a few stacks; how heavy they are is the record's path."""

    name, title, group = "profiling", "Profiling", "runtime"

    def collect(self, record: Record) -> Generator[None, None, dict[str, float]]:
        """Keep a factor: a second request weighs three times as much."""
        yield
        return {"factor": 3.0 if record.request is not None and "slow" in record.request.path else 1.0}

    def view(self, record: Record) -> Iterable[Block]:
        """Yield two profiles."""
        factor = record.data["profiling"]["factor"]
        yield Badge("on")
        cpu = Profile("CPU", STACKS, [0.02 * factor, 0.01, 0.05, 0.02 * factor])
        yield Flame(FRAMES, [cpu, Profile("Memory", STACKS, [2_000, 0, 1_000, 5], "bytes")])


class MemoryPanel(FlamePanel):
    """Shows what was kept, of which the second request keeps less, and what was held, which only the first knows."""

    name, title = "memory", "Memory"

    def view(self, record: Record) -> Iterable[Block]:
        """Yield a flame inside of a section, as that panel does."""
        factor = record.data["memory"]["factor"]
        kept = Profile("Kept", STACKS, [6_000 / factor, 0, 1_000, 0], "bytes")
        peak = [Profile("At the peak", STACKS, [1, 2, 3, 4_000], "bytes")] if factor == 1.0 else []
        yield Badge("+9 kB")
        yield Section("Allocations", [Flame(FRAMES, [*peak, kept], "Where it was allocated")])


class LargePanel(FlamePanel):
    """Shows fifty thousand stacks of ten thousand different calls."""

    def view(self, record: Record) -> Iterable[Block]:
        """Yield one profile."""
        source = random.Random(7)
        calls: list[list[int]] = [[0]]
        while len(calls) < 10_000:
            above = calls[max(0, len(calls) - 1 - int(source.random() * 40))]
            calls.append([*above, source.randrange(600)] if len(above) < 40 else [0, source.randrange(600)])
        stacks = [source.choice(calls) for _ in range(50_000)]
        frames = [Frame(f"call_{n}", f"/app/m{n % 9}.py", n, ("app", "asyncio", "jinja2")[n % 3]) for n in range(600)]
        yield Badge("on")
        yield Flame(frames, [Profile("CPU", stacks, [0.001] * len(stacks))])


async def answered(scope: Any, receive: Any, send: Any) -> None:
    """Answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def opened(page: Page, server: Callable[[Any], str], *panels: Panel) -> Locator:
    """Record two requests, open the first panel of the second, and return its flame graph once it is drawn."""
    url = server(DebugToolbar(answered, ASGIConfig(panels=list(panels), budget=30.0)))
    async with httpx.AsyncClient() as client:
        for path in ("/books", "/slow"):
            await client.get(url + path)
        found = (await client.get(f"{url}/_debug_toolbar/api/records", timeout=60)).json()["records"]
    await page.goto(f"{url}/_debug_toolbar/#/r/{found[0]['id']}/{panels[0].name}")
    flame = page.locator("dt-flame")
    await flame.locator("g.frame").first.wait_for()
    return flame


async def test_it_zooms_searches_and_says_exact_values(page: Page, server: Callable[[Any], str]) -> None:
    """Frames are text whatever their names are; a click zooms, a search says its share, hovering the weights."""
    flame = await opened(page, server, FlamePanel())
    frames = flame.locator("g.frame")
    assert await frames.count() == 5
    assert await frames.locator("div").all_inner_texts() == [
        "all", "main main.py:1", "list_books views.py:41", await frames.locator("div").nth(3).inner_text(), "execute",
    ]  # fmt: skip
    assert await flame.locator("img").count() == 0
    await flame.get_by_label("Search frames").fill("sqlalchemy")
    await flame.get_by_text("67 % matched").wait_for()
    assert await flame.locator("g.frame.match").count() == 1
    await flame.get_by_label("Search frames").fill("")
    await frames.filter(has_text="list_books").hover()
    tip = await flame.locator(".tip").inner_text()
    assert "130 ms with all it called (72 %), 10.0 ms by itself" in tip
    assert "/app/views.py:41" in tip
    await frames.filter(has_text="list_books").click()
    await flame.get_by_role("button", name="Reset zoom").click()
    assert await frames.count() == 5
    await flame.get_by_role("button", name="Memory").click()
    await flame.locator("dt-table").get_by_text("2.0 kB").first.wait_for()


async def test_the_keyboard_reaches_every_frame(page: Page, server: Callable[[Any], str]) -> None:
    """Arrows walk along calls, Enter zooms, Escape shows all; what is reached is said, and is in the table."""
    flame = await opened(page, server, FlamePanel())
    graph = flame.locator(".graph")
    await graph.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft", "ArrowDown"):
        await page.keyboard.press(key)
    await flame.locator("[role=status]", has_text="execute: /lib/sqlalchemy/engine.py:7, 120 ms").wait_for()
    await page.keyboard.press("Enter")
    await flame.get_by_role("button", name="Reset zoom").wait_for()
    await page.keyboard.press("Escape")
    assert await flame.get_by_role("button", name="Reset zoom").count() == 0
    assert await flame.locator("dt-table .row").count() == 4
    for name in ("Time order", "Flame"):
        await flame.get_by_role("button", name=name, exact=True).click()
    assert await flame.locator("g.frame").count() == 7


async def test_files_for_other_tools(page: Page, server: Callable[[Any], str], tmp_path: Path) -> None:
    """What is downloaded is speedscope's own format, and collapsed stacks."""
    flame = await opened(page, server, FlamePanel())
    async with page.expect_download() as waiting:
        await flame.get_by_role("button", name="speedscope").click()
    download = await waiting.value
    assert download.suggested_filename.startswith("profiling-"), "files of several panels' flames are told apart"
    await download.save_as(tmp_path / "a.json")
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    assert document["profiles"][0]["samples"] == STACKS
    assert [profile["unit"] for profile in document["profiles"]] == ["seconds", "bytes"]
    async with page.expect_download() as waiting:
        await flame.get_by_role("button", name="Collapsed").click()
    await (await waiting.value).save_as(tmp_path / "a.txt")
    lines = (tmp_path / "a.txt").read_text().splitlines()
    assert "main (main.py:1);list_books (views.py:41);execute (engine.py:7) 120000" in lines


async def test_two_records_are_compared_in_red_and_blue(page: Page, server: Callable[[Any], str]) -> None:
    """Flames of one title are drawn as one, with what each call weighed before: red is more, blue is less."""
    await opened(page, server, FlamePanel(), MemoryPanel())
    ids = [str(await row.get_attribute("id"))[2:] for row in await page.locator("dt-list .body .row").all()]
    await page.evaluate("ids => { location.hash = `#/compare/${ids[1]}/${ids[0]}`; }", ids)
    await page.get_by_role("button", name="Compare flame graphs").click()
    profiling, memory = (page.locator("dt-compare dt-flame").nth(index) for index in (0, 1))
    await hover(profiling, "list_books")
    assert "before: 50.0 ms; 80.0 ms more" in await profiling.locator(".tip").inner_text()
    assert "--more" in await painted(profiling, "list_books")
    assert await memory.locator("h4").first.inner_text() == "Memory: Where it was allocated"
    await hover(memory, "execute")
    assert "before: 6.0 kB; 4.0 kB less" in await memory.locator(".tip").inner_text()
    assert "--less" in await painted(memory, "execute")
    await memory.get_by_role("button", name="At the peak").click()
    await memory.get_by_role("button", name="Before", exact=True).click()
    await hover(memory, "execute")
    assert "before: 4.0 kB; 4.0 kB less" in await memory.locator(".tip").inner_text()


async def hover(flame: Locator, name: str) -> None:
    """Point at a frame."""
    frame = flame.locator("g.frame", has_text=name).first
    await frame.scroll_into_view_if_needed()
    await frame.hover()


async def painted(flame: Locator, name: str) -> str:
    """Return the colour that a frame was given."""
    return str(await flame.locator("g.frame", has_text=name).first.locator("rect").evaluate("rect => rect.outerHTML"))


PAINTED = """async ([act, goal]) => {
    const inside = (root, name) => { for (const each of root?.querySelectorAll("*") ?? []) {
        if (each.localName === name) return each;
        const found = each.shadowRoot && inside(each.shadowRoot, name);
        if (found) return found; }
      return null; };
    const flame = inside(document, "dt-flame"), took = [];
    const frames = () => [...flame.shadowRoot.querySelectorAll("g.frame:not(.fade)")];
    for (let turn = 0; turn < 60 && !(turn > 3 && Math.min(...took) < goal); turn++) {
      const at = turn % 2 ? flame.shadowRoot.querySelector("g.frame") : frames()[2], start = performance.now();
      if (act === "draw") flame.block = { ...flame.block };
      else at.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
      await flame.updateComplete;
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      took.push(performance.now() - start); }
    return [Math.min(...took), took.length]; }"""


async def test_ten_thousand_calls_are_drawn_and_zoomed_at_once(page: Page, server: Callable[[Any], str]) -> None:
    """50,000 stacks of 10,000 calls are drawn in less than 100 ms and zoomed in 60.

    The best of up to sixty tries counts, and once it is reached no more are made: what else the machine does makes a
    try slower, never faster.
    """
    flame = await opened(page, server, LargePanel())
    draw, zoom = [await page.evaluate(PAINTED, [act, goal]) for act, goal in (("draw", 100), ("zoom", 60))]
    count = await flame.locator("g.frame").count()
    tries = draw[1] + zoom[1]
    print(f"flame graph: drawn in {draw[0]:.0f} ms, zoomed in {zoom[0]:.0f} ms, {tries} tries, {count} frames")
    assert 200 < count < 1_500
    assert draw[0] < 100
    assert zoom[0] < 60
