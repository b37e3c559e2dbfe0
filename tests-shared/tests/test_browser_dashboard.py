"""The dashboard: live records, search, keys, comparison, links to every place, clearing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest

from debug_toolbar_tests.browsing import Watch, text_of

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOCUS = """(() => { let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at ? `${at.tagName.toLowerCase()}.${at.className}` : ""; })()"""


async def ask(page: Page, *paths: str) -> None:
    """Ask the application for paths, one after the other, as a program would."""
    for path in paths:
        await (await page.request.get(path)).dispose()


async def dashboard(page: Page, url: str, *paths: str) -> None:
    """Open the dashboard, ask for the paths, and wait until the last is in the list."""
    await page.goto(f"{url}/_debug_toolbar/")
    await page.locator("debug-toolbar-dashboard .live", has_text="live").wait_for()
    await ask(page, *(f"{url}{path}" for path in paths))
    if paths:
        await page.locator("dt-list .body .row", has_text=paths[-1].split("?")[-1]).first.wait_for()


async def test_a_json_request_arrives_live(page: Page, bookshop: str) -> None:
    """A call of the API, which has no page to show a bar in, is in the open dashboard within two seconds."""
    await dashboard(page, bookshop)
    await ask(page, f"{bookshop}/api/books?live=1")
    row = page.locator("dt-list .body .row", has_text="/api/books?live=1").first
    await row.wait_for(timeout=2_000)
    assert "200" in await row.inner_text()


async def test_search_narrows_the_list(page: Page, bookshops: Callable[[str], str]) -> None:
    """A search by status and path keeps what fits, a new record that does not fit stays out, and it can be undone."""
    url = bookshops("fastapi")
    await dashboard(page, url, "/nowhere?a", "/api/books?b")
    await page.keyboard.press("/")
    await page.keyboard.type("status:4xx path:/nowhere ")
    rows = page.locator("dt-list .body .row")
    await page.wait_for_function(
        "() => { const list = document.querySelector('debug-toolbar-dashboard').shadowRoot.querySelector('dt-list');"
        " return list.records.length > 0 && list.records.every((record) => record.status === 404); }"
    )
    await ask(page, f"{url}/api/books?c")
    await ask(page, f"{url}/nowhere?d")
    await rows.filter(has_text="/nowhere?d").first.wait_for()
    assert not [text for text in await rows.all_inner_texts() if "/nowhere" not in text]
    assert await page.locator("dt-search .chip").count() >= 1


async def test_keys_go_everywhere(page: Page, bookshops: Callable[[str], str]) -> None:
    """j and k leaf, enter goes in, esc comes back and out, space pauses, g groups by route, ? helps."""
    url = bookshops("starlette")
    await dashboard(page, url, "/api/books?one", "/api/books?two")
    await page.keyboard.press("j")
    await page.wait_for_url("**#/r/*")
    first = page.url
    await page.keyboard.press("j")
    await page.wait_for_url(lambda now: now != first)
    await page.keyboard.press("k")
    await page.wait_for_url(first)
    await page.locator("dt-detail dt-menu button").nth(3).wait_for()
    await page.keyboard.press("Enter")
    await page.wait_for_function(f"{FOCUS}.startsWith('button')")
    await page.keyboard.press("ArrowDown")
    await page.wait_for_url(re.compile(r"#/r/\w+/\w+"))
    await page.keyboard.press("Escape")
    await page.wait_for_function(f"{FOCUS} === 'div.scroll'")
    await page.keyboard.press("Escape")
    await page.wait_for_url(re.compile(r"#/$"))
    await page.keyboard.press("Space")
    await ask(page, f"{url}/api/books?three")
    await page.locator("debug-toolbar-dashboard .live", has_text="paused · 1 new").wait_for()
    await page.keyboard.press("Space")
    await page.locator("dt-list .body .row", has_text="?three").first.wait_for()
    await page.keyboard.press("?")
    await page.locator("dt-help dialog").wait_for()
    await page.keyboard.press("Escape")
    await page.locator("dt-help").wait_for(state="detached")
    await page.keyboard.press("g")
    await page.locator("dt-routes", has_text="/api/books").wait_for()


async def test_two_records_compared(page: Page, bookshops: Callable[[str], str]) -> None:
    """A record is compared with another of its route, and the comparison has an address of its own."""
    url = bookshops("litestar")
    await dashboard(page, url, "/api/books/1", "/api/books/2")
    await page.locator("dt-list .body .row", has_text="/api/books/2").first.click()
    shown = page.locator("debug-toolbar-dashboard")
    await shown.get_by_role("button", name="Compare with another record").click()
    await shown.get_by_role("group", name="Same route").get_by_role("button").first.click()
    await page.wait_for_url("**#/compare/*/*")
    await shown.locator("dt-compare", has_text="B − A").wait_for()
    await page.reload()
    await shown.locator("dt-compare", has_text="B − A").wait_for()
    text = await text_of(shown.locator("dt-compare"))
    assert "/api/books/1" in text
    assert "/api/books/2" in text


async def test_links_lead_to_record_panel_and_row(page: Page, bookshops: Callable[[str], str]) -> None:
    """The address of a record, its panel and a row opens just that; the back button returns."""
    url = bookshops("fastapi")
    await dashboard(page, url, "/books/9")
    await page.locator("dt-list .body .row", has_text="/books/9").first.click()
    await page.wait_for_url("**#/r/*")
    record = page.url.rsplit("/", 1)[-1]
    async with httpx.AsyncClient() as client:
        spans = (await client.get(f"{url}/_debug_toolbar/api/records/{record}")).json()["record"]["spans"]
    row = next(index for index, span in enumerate(spans) if "Book looked at" in json.dumps(span))
    await page.goto(f"{url}/_debug_toolbar/#/r/{record}/logging?row={row}")
    await page.reload()
    panel = page.locator('dt-detail .main[aria-label="Logging"]')
    await panel.locator(".item.linked", has_text="Book looked at").wait_for()
    await page.locator("dt-menu button", has_text="Timer").click()
    await page.wait_for_url(f"**#/r/{record}/timer")
    await page.go_back()
    await panel.wait_for()


async def test_a_record_that_is_gone_says_so(page: Page, watch: Watch, bookshops: Callable[[str], str]) -> None:
    """The link to an evicted record says what happened and what to do."""
    watch.expected.append("/api/records/0123456789")
    await page.goto(f"{bookshops('fastapi')}/_debug_toolbar/#/r/0123456789")
    failure = page.locator("dt-detail .failure")
    await failure.wait_for()
    text = await failure.inner_text()
    assert "evicted" in text or "not here" in text or "gone" in text, text
    assert "Repeat the request" in text or "larger store" in text, text


async def test_clearing_asks_first(page: Page, bookshops: Callable[[str], str]) -> None:
    """Clear asks, then forgets all records, and says what would appear here."""
    url = bookshops("litestar")
    await dashboard(page, url, "/api/books?last")
    shown = page.locator("debug-toolbar-dashboard")
    await shown.get_by_role("button", name="Clear", exact=True).click()
    await shown.get_by_role("button", name="Forget all records").click()
    await shown.get_by_text("No records yet").wait_for()
    await page.reload()
    await shown.get_by_text("No records yet").wait_for()


async def test_a_narrow_window_needs_no_sideways_scrolling(
    open_page: Callable[..., object], watch: Watch, bookshops: Callable[[str], str]
) -> None:
    """At 320 pixels the dashboard and an open dock fit the window's width."""
    page: Page = await open_page(viewport={"width": 320, "height": 640})  # type: ignore[misc]  # a fixture's callable
    url = bookshops("fastapi")
    await dashboard(page, url, "/books/3")
    await page.locator("dt-list .body .row").first.click()
    await page.locator("dt-detail dt-menu button").first.wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.goto(f"{url}/books/3")
    await page.locator("debug-toolbar button em").first.wait_for()
    await page.keyboard.press("Control+.")
    dock = page.locator("debug-toolbar-dock")
    await dock.locator("dt-menu button").first.wait_for()
    box = await dock.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert watch.faults == []
