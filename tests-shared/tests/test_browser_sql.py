"""Statements and plans in the browser: laid out, copied with parameters, folded, and never held up by a hostile one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Panel, Record, action
from debug_toolbar_core.blocks import Badge, Block, Button, Code, Column, Row, Table
from debug_toolbar_tests.browsing import text_of

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SQL = "SELECT id, name FROM book WHERE id = :id AND name <> ':id' AND kind = :kind::text"
HOSTILE = [
    "SELECT " + "CASE WHEN a THEN " * 1_100,
    "SELECT " + "(" * 19_000,
    "SELECT '" + "x" * 1_000_000,
    "/*" * 9_000,
]


class StatementsPanel(Panel):
    """Shows statements, a plan on demand, and what nobody should send."""

    name, title = "statements", "Statements"

    def view(self, record: Record) -> Iterable[Block]:
        """Yield a table of statements."""
        yield Badge("1")
        one = Code(SQL, "sql", parameters={"id": 7, "kind": "it's"})
        many = Code("INSERT INTO book VALUES (?, ?)", "sql", parameters=[[n, None] for n in range(8)])
        rows = [Row([SQL, 0.002], details=[one, Button("explain", "Explain")]), Row([many.text, 0.1], details=[many])]
        rows += [Row([text, 0.1], details=[Code(text, "sql", parameters=[text])]) for text in HOSTILE]
        yield Table([Column("Statement", "sql"), Column("Time", "s")], rows)

    @action("Explain")
    async def explain(self, record: Record) -> Iterable[Block]:
        """Answer with a plan."""
        names = [("Limit", 0), ("Sort", 1), ("Nested Loop", 2), ("Seq Scan", 3), ("Index Scan", 3), ("Materialize", 1)]
        rows = [Row([name, depth * 10], depth=depth) for name, depth in names]
        return [Table([Column("Node"), Column("Cost", "count")], rows, "Plan", open=2)]


async def answered(scope: Any, receive: Any, send: Any) -> None:
    """Answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def opened(page: Page, server: Callable[[Any], str]) -> None:
    """Record a request and open its statements."""
    url = server(DebugToolbar(answered, ASGIConfig(panels=[StatementsPanel()], budget=30.0)))
    async with httpx.AsyncClient() as client:
        await client.get(f"{url}/x")
        found = (await client.get(f"{url}/_debug_toolbar/api/records", timeout=60)).json()["records"]
    await page.goto(f"{url}/_debug_toolbar/#/r/{found[0]['id']}/statements")
    await page.locator("dt-table .row").first.wait_for()


async def copied(page: Page, name: str) -> str:
    """Press a button that copies and return what was copied."""
    await page.get_by_role("button", name=name, exact=True).last.click()
    await page.locator("[data-said=copied]").last.wait_for()
    return str(await page.evaluate("navigator.clipboard.readText()"))


async def test_a_statement_is_laid_out_and_copied_with_its_parameters(
    open_page: Callable[..., Any], server: Callable[[Any], str]
) -> None:
    """It is laid out when its row opens, shown as sent on demand, and copied with literals in the right places."""
    page = await open_page(permissions=["clipboard-read", "clipboard-write"])
    await opened(page, server)
    await page.locator("dt-table .row").first.click()
    await page.locator("dt-code .line").nth(6).wait_for()
    assert "id = 7\n  AND name <> ':id'\n  AND kind = 'it''s'::text" in await copied(page, "Copy with parameters")
    await page.get_by_role("button", name="As sent").click()
    assert await page.locator("dt-code .line").count() == 1
    assert await copied(page, "Copy") == SQL
    await page.locator("dt-table .row").first.click()
    await page.locator("dt-table .row").nth(1).click()
    statements = await copied(page, "Copy with parameters")
    assert statements.startswith("INSERT INTO book VALUES (0, NULL);\nINSERT INTO book VALUES (1, NULL)")
    assert "… 3 more executions" in await text_of(page.locator("dt-code"))


async def test_a_plan_is_a_tree_that_folds(page: Page, server: Callable[[Any], str]) -> None:
    """The row's own button asks for the plan; its rows fold by mouse and keyboard and sort among their siblings."""
    await opened(page, server)
    await page.locator("dt-table .under").first.get_by_role("button", name="Explain").click()
    plan = page.locator("dt-button dt-table")
    rows = plan.locator(".row")
    await rows.first.wait_for()
    assert await rows.count() == 4  # two levels are open
    await rows.first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        await page.keyboard.press(key)
    await rows.nth(4).wait_for()
    assert await rows.count() == 6
    assert [await row.get_attribute("aria-level") for row in await rows.all()] == ["1", "2", "3", "4", "4", "2"]
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowLeft")  # up, to what it belongs to
    await page.keyboard.press("ArrowLeft")
    await plan.locator(".row[aria-expanded=false]", has_text="Sort").wait_for()
    assert await rows.count() == 3
    await rows.first.locator(".fold").click()
    assert await rows.count() == 1


async def test_no_statement_holds_the_page_up(page: Page, server: Callable[[Any], str]) -> None:
    """Statements made to hang a parser are shown as they were sent, at once, and so is the next one."""
    await opened(page, server)
    rows = page.locator("dt-table").first.locator(".row")
    for at in range(2, 2 + len(HOSTILE)):
        await rows.nth(at).click()
        await page.locator("dt-code").last.wait_for()
        button = page.get_by_role("button", name="Format").last
        took = await button.evaluate(
            """async (button) => { const start = performance.now(); button.click();
            await new Promise((done) => setTimeout(done, 60)); return performance.now() - start; }"""
        )
        assert took < 1_000
        await rows.nth(at).click()
