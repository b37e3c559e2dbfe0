"""Lanes in the browser: states over time with exact values, keys, a table, bounded drawing; and texts as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Panel, Record, Source
from debug_toolbar_core.blocks import Badge, Block, Code, Lane, Lanes, Slice
from debug_toolbar_tests.browsing import text_of
from debug_toolbar_tests.served import app

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NASTY = "<img src=x onerror=alert(1)> \u202e"
PLACE = Source("/app/views.py", 48, "list_books")
REQUEST = Lane("request", [Slice("running", 0, 0.2), Slice("waiting", 0.2, 0.9, "gather"), Slice("running", 0.9, 1)])
STARS = [Slice("ready", 0.2, 0.25), Slice("running", 0.25, 0.4), Slice("waiting", 0.4, 0.7, "Queue.get")]
LANES = [
    REQUEST,
    Lane("stars", STARS, PLACE, 1, "cancelled", "warning"),
    Lane(NASTY, [Slice(NASTY, 0.5, 0.6, NASTY)], Source(NASTY, 1, NASTY), 2, NASTY, "error"),
]


class LanesPanel(Panel):
    """Shows lanes."""

    name, title, group = "lanes", "Lanes", "runtime"

    def __init__(self, block: Block) -> None:
        self.block = block

    def view(self, record: Record) -> Iterable[Block]:
        """Yield what it was given."""
        yield Badge("on")
        yield self.block


async def opened(page: Page, server: Callable[[Any], str], block: Block, element: str = "dt-lanes") -> Locator:
    """Record a request, open the panel, and return what draws the block."""
    url = server(DebugToolbar(app, ASGIConfig(panels=[LanesPanel(block)], budget=30.0)))
    answer = await page.request.get(url)
    await page.goto(f"{url}/_debug_toolbar/#/r/{answer.headers['x-debug-toolbar-id']}/lanes")
    shown = page.locator(element)
    await shown.wait_for()
    return shown


async def places(lane: Locator) -> list[tuple[float, float]]:
    """Return where the shapes of a lane begin and end, as shares of its track."""
    boxes = await lane.locator(".track svg > path").evaluate_all(
        "paths => paths.map(path => [path.getBBox(), path.ownerSVGElement.clientWidth])"
        ".map(([box, wide]) => [box.x / wide, (box.x + box.width) / wide])"
    )
    return [(round(left, 2), round(right, 2)) for left, right in boxes]


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_lanes_are_drawn_over_one_axis(
    open_page: Any, watch: Any, server: Callable[[Any], str], theme: str
) -> None:
    """Each state has a shape where it was, a legend names them, and text is text whatever is in it."""
    page: Page = await open_page(color_scheme=theme)
    lanes = await opened(page, server, Lanes(LANES, 1.0, "Tasks"))
    rows = lanes.locator(".row")
    await rows.nth(2).wait_for()
    assert await lanes.locator(".legend li").all_inner_texts() == [
        "running", "ready", "waiting", await lanes.locator(".legend li").nth(3).inner_text(),
    ]  # fmt: skip
    shapes = await places(rows.nth(1))
    assert [(left, right) for left, right in shapes] == [(0.39, 0.69), (0.2, 0.25), (0.25, 0.39)]
    looks = (
        await rows.nth(1).locator("svg > path").evaluate_all("paths => paths.map(path => path.getAttribute('fill'))")
    )
    assert looks == ["currentColor", "url(#look-ready)", "currentColor"]
    heights = await rows.nth(1).locator("svg > path").evaluate_all("paths => paths.map(path => path.getBBox().height)")
    assert heights[0] < heights[2] / 3, "waiting is a line, running a bar"
    depths = [await row.get_attribute("aria-level") for row in await rows.all()]
    assert depths == ["1", "2", "3"]
    assert await rows.nth(1).get_by_role("img", name="warning").count() == 1
    assert await lanes.locator("img:not([role])").count() == 0
    said = (await text_of(rows.nth(1))).replace("\u2009", " ")
    assert "warning, from 200 ms to 700 ms: running 150 ms, ready 50.0 ms, waiting 300 ms; cancelled" in said
    assert await lanes.locator(".scale span").all_inner_texts() == ["0.0", "0.2", "0.4", "0.6", "0.8 s"]
    assert watch.faults == []


async def test_exact_values_are_said_under_the_pointer(page: Page, server: Callable[[Any], str]) -> None:
    """Pointing says the state, its length, when and what; a drag zooms, and a button shows all again."""
    lanes = await opened(page, server, Lanes(LANES, 1.0))
    track = lanes.locator(".row").nth(1).locator(".track")
    box = await track.bounding_box()
    assert box is not None
    start, second = box["x"], box["width"] / 1.02
    middle = box["y"] + box["height"] / 2
    await page.mouse.move(start + second * 0.5, middle)
    tip = (await lanes.locator(".tip").inner_text()).replace("\u2009", " ")
    assert tip.split("\n") == ["stars", "waiting for 300 ms (0.3 s)", "from 400 ms to 700 ms", "Queue.get"]
    await page.mouse.move(start + second * 0.9, middle)
    assert "not there" in await lanes.locator(".tip").inner_text()
    await page.mouse.move(start + second * 0.38, middle)
    await page.mouse.down()
    await page.mouse.move(start + second * 0.5, middle, steps=3)
    await page.mouse.up()
    await lanes.get_by_role("button", name="Reset zoom").wait_for()
    (left, right), *_ = await places(lanes.locator(".row").nth(1))
    assert left == pytest.approx(1 / 6, abs=0.03)
    assert right == 1
    await lanes.get_by_role("button", name="Reset zoom").click()
    assert (await places(lanes.locator(".row").nth(1)))[0] == (0.39, 0.69)


async def test_the_keyboard_reaches_every_slice(page: Page, server: Callable[[Any], str]) -> None:
    """Arrows go along lanes and their slices, each is said; Enter opens a lane; the same stands in a table."""
    lanes = await opened(page, server, Lanes(LANES, 1.0))
    await lanes.locator(".row").first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        await page.keyboard.press(key)
    await lanes.get_by_role("status").filter(has_text="waiting for 300\u2009ms, from 400\u2009ms: Queue.get").wait_for()
    assert await lanes.locator("path.here").count() == 1
    await page.keyboard.press("+")
    await lanes.get_by_role("button", name="Reset zoom").wait_for()
    await page.keyboard.press("0")
    await lanes.get_by_role("button", name="Reset zoom").wait_for(state="detached")
    await page.keyboard.press("Enter")
    inner = lanes.locator(".opened")
    await inner.get_by_text("views.py:48").wait_for()
    assert await inner.locator("dt-table .body .row").count() == 3
    await page.keyboard.press("Enter")
    await inner.wait_for(state="detached")
    await lanes.get_by_role("button", name="Table").click()
    table = lanes.locator("dt-table")
    assert await table.locator(".th").all_inner_texts() == [
        "Lane", "From", "Until", "running", "ready", "waiting", await table.locator(".th").nth(6).inner_text(), "Said",
        "At", "Level",
    ]  # fmt: skip
    row = (await text_of(table.locator(".body .row").nth(1))).replace("\u2009", " ")
    assert [
        part for part in ("stars", "150 ms", "50.0 ms", "300 ms", "cancelled", "views.py:48") if part not in row
    ] == []


COUNTED = """lanes => { let found = 0;
  const walk = root => { for (const each of root.querySelectorAll('*')) {
    found++;
    if (each.shadowRoot) walk(each.shadowRoot); } };
  walk(lanes.shadowRoot); return found; }"""


async def test_very_many_lanes_and_slices_stay_few_elements(page: Page, server: Callable[[Any], str]) -> None:
    """A thousand lanes of twenty slices, one of them of 20,000: only those in sight are drawn, merged to pixels."""
    fine = [Slice(("running", "waiting")[n % 2], n / 20_000, (n + 1) / 20_000) for n in range(20_000)]
    coarse = [Slice(("running", "waiting")[n % 2], n / 20, (n + 1) / 20) for n in range(20)]
    many = [Lane(f"lane {n}", fine if n == 1 else coarse, depth=min(n, 1)) for n in range(1_000)]
    lanes = await opened(page, server, Lanes(many, 1.0))
    await lanes.locator(".row").nth(1).locator("svg path").first.wait_for()
    assert await lanes.evaluate(COUNTED) < 2_500
    path = await lanes.locator(".row").nth(1).locator("svg path").nth(1).get_attribute("d")
    assert path is not None
    assert len(path) < 20_000
    await lanes.locator(".row").first.focus()
    await page.keyboard.press("End")
    await lanes.locator(".row", has_text="lane 999").wait_for()
    assert await lanes.evaluate(COUNTED) < 2_500
    await lanes.get_by_label("Search lanes").fill("lane 77")
    await page.wait_for_function(
        "lanes => lanes.shadowRoot.querySelectorAll('.row').length === 12", arg=await lanes.element_handle()
    )
    await lanes.get_by_label("Search lanes").fill("nobody")
    await lanes.get_by_text("No lane is called “nobody”.").wait_for()


async def test_no_lanes_say_what_would_be_here(page: Page, server: Callable[[Any], str]) -> None:
    """An empty block has its words."""
    lanes = await opened(page, server, Lanes([], 1.0, "Tasks", "No task ran."))
    await lanes.get_by_text("No task ran.").wait_for()


async def test_a_text_is_saved_as_a_file(page: Page, server: Callable[[Any], str], tmp_path: Path) -> None:
    """The browser makes the file of what it has, under a name that leads nowhere else, and asks nobody."""
    code = await opened(page, server, Code("x\u20ac" * 50_000, "json", filename="../..\\\u202etrace.json"), "dt-code")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    async with page.expect_download() as waiting:
        await code.get_by_role("button", name="Download").click()
    download = await waiting.value
    assert download.suggested_filename == "trace.json"
    await download.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_text(encoding="utf-8") == "x\u20ac" * 50_000
    assert [url for url in asked if not url.startswith("blob:")] == []
