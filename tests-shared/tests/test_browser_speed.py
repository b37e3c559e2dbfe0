"""How fast the pages are drawn, with bounds that a slow machine keeps too; the numbers are printed with `-rP`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Iterable
from itertools import product
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Limits, Panel, Record, current, span
from debug_toolbar_core.blocks import Block, Code, Column, Row, Table

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROWS = 10_000
TRIES = 8
NAMES = ["".join(pair) for pair in product("bcdfghjklm", repeat=2)]


class LongPanel(Panel):
    """Shows ten thousand rows."""

    name, title = "long", "Long"

    def collect(self, record: Record) -> Generator[None, None, int]:
        """Keep nothing but a number."""
        yield
        return ROWS

    def view(self, record: Record) -> Iterable[Block]:
        """Yield one table."""
        rows = [Row([n, f"SELECT name FROM books WHERE id = {n}", n / 1e6]) for n in range(record.data["long"])]
        yield Table([Column("#", "count"), Column("Statement", "sql"), Column("Time", "s")], rows)


async def busy(scope: Any, receive: Any, send: Any) -> None:
    """Make five hundred spans, each with a name of its own, and answer."""
    for outer in NAMES:
        with span(f"part {outer}"):
            for inner in "abcd":
                with span(f"SELECT {inner} FROM {outer}", panel="sqlalchemy"):
                    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def recorded(server: Callable[[Any], str], *panels: Panel) -> str:
    """Record one request of 500 spans; return where the dashboard is."""
    url = server(DebugToolbar(busy, ASGIConfig(panels=panels, budget=30.0)))
    async with httpx.AsyncClient() as client:
        await client.get(f"{url}/busy")
    return f"{url}/_debug_toolbar/"


async def milliseconds_to_draw(page: Page, url: str) -> float:
    """Open the dashboard, choose its first record, and return how long its waterfall took to be painted."""
    await page.goto(f"{url}?{time.monotonic_ns()}")
    await page.locator("dt-list .body .row").first.wait_for()
    took: float = await page.evaluate(
        """async () => { const dashboard = document.querySelector("debug-toolbar-dashboard").shadowRoot;
        const row = dashboard.querySelector("dt-list").shadowRoot.querySelector(".body .row");
        const inside = (root, name) => { for (const each of root?.querySelectorAll("*") ?? []) {
            if (each.localName === name) return each;
            const found = each.shadowRoot && inside(each.shadowRoot, name);
            if (found) return found; }
          return null; };
        const drawn = () => {
          const waterfall = inside(dashboard.querySelector("dt-detail")?.shadowRoot, "dt-waterfall");
          return (waterfall?.shadowRoot?.querySelectorAll("[role=row]").length ?? 0) > 5; };
        const start = performance.now(); row.click();
        while (!drawn()) { if (performance.now() - start > 5000) return -1; await new Promise(requestAnimationFrame); }
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - start; }"""
    )
    print(f"500 spans: {took:.0f} ms from the click to the painted waterfall")
    return took


async def test_a_record_of_500_spans_is_drawn_at_once(page: Page, server: Callable[[Any], str]) -> None:
    """From the choice of a record to its painted waterfall it takes less than 400 ms; the goal is 100 ms.

    The best of a few tries counts: what else the machine does makes it slower, never faster.
    """
    url = await recorded(server)
    took = [await milliseconds_to_draw(page, url)]
    while min(took) >= 400 and len(took) < TRIES:
        took.append(await milliseconds_to_draw(page, url))
    assert 0 < min(took) < 400


async def test_ten_thousand_rows_are_not_ten_thousand_elements(page: Page, server: Callable[[Any], str]) -> None:
    """A table of 10,000 rows has fewer than 200 in the document, wherever it is scrolled to, and filters at once."""
    await page.goto(await recorded(server, LongPanel()))
    await page.locator("dt-list .body .row").first.click()
    await page.locator('dt-menu [data-key="long"]').click()
    rows = page.locator("dt-table .item")
    await rows.first.wait_for()
    assert 5 < await rows.count() < 200
    await page.locator("dt-detail .main").evaluate("main => { main.scrollTop = main.scrollHeight / 2; }")
    await page.locator("dt-table .item", has_text="id = 4").first.wait_for()
    assert 5 < await rows.count() < 200
    await page.get_by_label("Filter").fill("id = 9999")
    await page.locator("dt-table [role=status]", has_text="1 of").wait_for()
    assert await rows.count() == 1


class StatementsPanel(Panel):
    """Shows a row for each of ten thousand spans, as the SQL panel does."""

    name, title = "sqlalchemy", "SQL"

    def view(self, record: Record) -> Iterable[Block]:
        """Yield one table of all statements."""
        columns = [Column("#", "count"), Column("Statement", "sql"), Column("Time", "s")]
        rows = [
            Row([n, made.name, made.duration], span=n, details=[Code(made.name, "sql", parameters=[n])])
            for n, made in enumerate(record.spans)
        ]
        yield Table(columns, rows)


async def loud(scope: Any, receive: Any, send: Any) -> None:
    """Add ten thousand statements, and answer."""
    if (record := current()) is not None:
        for n in range(ROWS):
            sql = f"SELECT name, c{n % 97} FROM books WHERE id = ? AND kind = {n % 7} ORDER BY name LIMIT 50"
            record.add("sqlalchemy", sql, n * 1e-5, n * 1e-5 + 8e-6, attributes={"db.query.text": sql})
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


PAINTED = """async (ready) => {
    const inside = (root, name) => { for (const each of root?.querySelectorAll("*") ?? []) {
        if (each.localName === name) return each;
        const found = each.shadowRoot && inside(each.shadowRoot, name);
        if (found) return found; }
      return null; };
    const place = () => inside(document.querySelector("debug-toolbar-dashboard")?.shadowRoot, ready[0])?.shadowRoot;
    while (!place()?.querySelector(ready[1])) await new Promise(requestAnimationFrame);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const answers = performance.getEntriesByType("resource").filter((each) => each.name.includes(ready[2]));
    return performance.now() - Math.max(...answers.map((each) => each.responseEnd)); }"""
"""Milliseconds from the last answer of a path to the painted element of a drawer."""


async def test_ten_thousand_statements_open_and_scroll_without_a_dropped_frame(
    page: Page, server: Callable[[Any], str]
) -> None:
    """From the answer to the painted rows it takes less than 400 ms (the goal: 300, answer included), as does the
    waterfall; while the wheel turns, hardly a frame takes two frames' time.

    The best of a few tries counts, as above.
    """
    limits = Limits(spans=ROWS, panel_spans=ROWS, total=50_000_000)
    url = server(DebugToolbar(loud, ASGIConfig(panels=[StatementsPanel()], budget=30.0, limits=limits)))
    async with httpx.AsyncClient() as client:
        await client.get(f"{url}/loud")
        found = await client.get(f"{url}/_debug_toolbar/api/records", timeout=60)
    link = f"{url}/_debug_toolbar/?%s#/r/{found.json()['records'][0]['id']}"
    took: dict[str, list[float]] = {"overview": [], "table": []}
    for turn in range(TRIES):
        await page.goto(link % f"o{turn}")
        took["overview"].append(await page.evaluate(PAINTED, ["dt-waterfall", "[role=row]", "/api/records/"]))
        await page.goto((link % f"t{turn}") + "/sqlalchemy?row=5000")
        took["table"].append(await page.evaluate(PAINTED, ["dt-table", ".linked", "/panels/"]))
        if max(map(min, took.values())) < 400:
            break
    print({name: [round(each) for each in times] for name, times in took.items()})
    assert min(took["overview"]) < 400
    assert min(took["table"]) < 400
    slow = [await dropped(page)]
    while min(slow) > 2 and len(slow) < TRIES:
        slow.append(await dropped(page))
    print("frames over 25 ms of about 60:", slow)
    assert min(slow) <= 2


async def dropped(page: Page) -> int:
    """Turn the wheel for a second over the middle of the page; return how many frames took over 25 ms."""
    await page.mouse.move(700, 500)
    await page.evaluate(
        """() => { window.frames_ = []; let last = 0;
        const tick = (now) => { if (last && frames_) frames_.push(now - last);
          last = now; if (frames_) requestAnimationFrame(tick); };
        requestAnimationFrame(tick); }"""
    )
    for turn in range(50):
        await page.mouse.wheel(0, 240 if turn < 40 else -2_400)
        await page.evaluate("() => new Promise(requestAnimationFrame)")
    frames: list[float] = await page.evaluate("() => { const all = frames_; window.frames_ = null; return all; }")
    assert len(frames) > 30
    return sum(each > 25 for each in frames)
