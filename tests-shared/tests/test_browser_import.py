"""Records from files: dropped on the dashboard, drawn in the page alone, whatever is written in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_tests.browsing import text_of
from debug_toolbar_tests.served import app

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NASTY = "<img src=x onerror=alert(1)> \u202e{{x}} </script>"
DROP = """([content, name]) => {
    const files = new DataTransfer();
    files.items.add(new File([content], name, { type: "application/json" }));
    const dashboard = document.querySelector("debug-toolbar-dashboard");
    for (const type of ["dragover", "drop"])
      dashboard.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true })); }"""


def hostile() -> str:
    """Return a record in which every text is markup."""
    span = {"panel": NASTY, "name": NASTY, "start": 0.1, "end": 0.3, "parent": None, "attributes": {NASTY: NASTY}}
    request = {"method": NASTY, "path": f"/{NASTY}", "url": "javascript:alert(2)", "headers": [[NASTY, NASTY]]}
    source = {"file": NASTY, "line": 1, "function": NASTY}
    return json.dumps(
        {
            "format": 1, "id": NASTY, "kind": "http", "parent": NASTY, "started_at": 1.0, "duration": 0.5,
            "request": request, "response": {"status": 200, "headers": [[NASTY, NASTY]]}, "imported": False,
            "route": {"path": NASTY, "handler": NASTY, "source": source}, "error": {"type": NASTY, "message": NASTY},
            "spans": [span, {**span, "source": source}], "data": {NASTY: {NASTY: [NASTY]}, "x": 1},
            "failures": {NASTY: {"message": NASTY}}, "dropped": {NASTY: 3}, "folded": [{"name": NASTY}],
        }
    )  # fmt: skip


async def dashboard(page: Page, server: Callable[[Any], str]) -> str:
    """Open the dashboard of an application that made one request; return the record's id."""
    url = server(DebugToolbar(app, ASGIConfig()))
    answer = await page.request.get(f"{url}/books")
    await page.goto(f"{url}/_debug_toolbar/")
    await page.locator("dt-list .body .row").first.wait_for()
    return answer.headers["x-debug-toolbar-id"]


async def test_an_exported_record_is_opened_again_from_its_file(
    page: Page, server: Callable[[Any], str], tmp_path: Path
) -> None:
    """What was downloaded is drawn when it is chosen, marked as imported; the server is neither told nor asked."""
    id = await dashboard(page, server)
    await page.evaluate("id => { location.hash = `#/r/${id}`; }", id)
    await page.locator("dt-actions").get_by_role("button", name="Export").first.click()
    async with page.expect_download() as waiting:
        await page.locator("dt-actions").get_by_role("button", name="Download as JSON").first.click()
    await (await waiting.value).save_as(tmp_path / "record.json")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.rpartition('/')[2]}"))
    await page.get_by_label("Import a record").set_input_files(tmp_path / "record.json")
    shown = page.locator("dt-detail")
    await shown.locator(".heading", has_text="imported").wait_for()
    assert "/books" in await shown.locator("h1").inner_text()
    await shown.get_by_text("This record is read from a file").wait_for()
    await shown.locator('dt-menu [data-key="response"]').click()
    await shown.locator("dt-tree", has_text="As recorded").wait_for()
    assert [each for each in asked if not each.startswith("GET ")] == []
    assert not [each for each in asked if "file" in each or "response" in each]
    assert await page.locator("dt-list .body .row").count() == 1
    await page.reload()
    await page.get_by_text("This file is no longer open.").wait_for()


async def test_nothing_in_a_file_runs(page: Page, server: Callable[[Any], str]) -> None:
    """R64, R66: markup in any field of a dropped file is text, in the overview and in every panel."""
    await dashboard(page, server)
    await page.evaluate(DROP, [hostile(), "a.json"])
    shown = page.locator("dt-detail")
    await shown.locator(".heading", has_text="imported").wait_for()
    entries = shown.locator("dt-menu [data-key]:visible")
    for index in range(await entries.count()):
        await entries.nth(index).click()
        assert "onerror=alert(1)" in await text_of(shown)
    assert await entries.count() >= 4
    assert await page.locator("img:visible, script:not([src])").count() == 0
    assert await page.locator('a[href^="javascript"]').count() == 0


async def test_what_is_no_record_is_refused_in_words(page: Page, server: Callable[[Any], str]) -> None:
    """R66: other files, later formats and files that are too large change nothing but a line that says why."""
    id = await dashboard(page, server)
    await page.evaluate("id => { location.hash = `#/r/${id}`; }", id)
    before = page.url
    for content, why in (
        ("not json", "It is not JSON."),
        ("[1, 2]", "A record is a JSON object."),
        ('{"format": 99, "kind": "http"}', 'A record says "format": 1'),
        ('{"format": 1, "kind": "worm"}', "A record's kind is one of"),
        ("x" * (16 * 1024 * 1024 + 1), "A record has at most 16 MB."),
    ):
        await page.evaluate(DROP, [content, "b.json"])
        await page.locator("[role=alert]", has_text=why).wait_for()
        assert page.url == before
    await page.locator("[role=alert]").get_by_role("button", name="Put away").click()
    assert await page.locator("[role=alert]").count() == 0


async def test_a_file_is_compared_with_a_record(page: Page, server: Callable[[Any], str]) -> None:
    """A record of a file stands beside one of the server, with what each did more."""
    id = await dashboard(page, server)
    spans = [{"panel": "sqlalchemy", "name": "SELECT 1", "start": 0.1, "end": 0.3, "parent": None}]
    await page.evaluate(DROP, [json.dumps({"format": 1, "kind": "http", "duration": 0.5, "spans": spans}), "a.json"])
    await page.locator("dt-detail .heading", has_text="imported").wait_for()
    await page.evaluate("id => { location.hash = `#/compare/${id}/file:1`; }", id)
    added = page.locator("dt-compare table", has_text="Added: only in B")
    await added.get_by_text("SELECT 1").wait_for()
