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
from debug_toolbar_core import Panel, Record, span
from debug_toolbar_core.blocks import Block, Column, Row, Table

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROWS = 10_000
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

    The best of three counts: what else the machine does makes it slower, never faster.
    """
    url = await recorded(server)
    took = [await milliseconds_to_draw(page, url) for _ in range(3)]
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
