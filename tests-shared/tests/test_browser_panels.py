"""What panels show, in the browser: links between records, what is wrong above the list, a menu of many panels."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Badge, Block, Code, Column, Row, Table
from debug_toolbar_tests import services
from debug_toolbar_tests.browsing import Watch, text_of
from debug_toolbar_tests.served import app
from debug_toolbar_tests.serving import bookshop as run_bookshop
from debug_toolbar_tests.serving import free_port

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

QUERY = 'query Shelf($first: Int) { books(genre: "fiction", first: $first) { title } } # all of them'


async def ask(page: Page, url: str) -> str:
    """Ask the application as a program would; returns the record's id."""
    answer = await page.request.get(url)
    await answer.dispose()
    return answer.headers["x-debug-toolbar-id"]


def menu(shown: Locator) -> Locator:
    """Return the menu's lines in sight."""
    return shown.locator("dt-menu button:visible")


# Links to records


async def test_a_call_leads_to_the_record_it_made(page: Page, bookshops: Callable[[str], str]) -> None:
    """In the dashboard the link is an address; the dock shows the other record, and the page's address stays."""
    url = bookshops("fastapi")
    id = await ask(page, f"{url}/api/stars")
    await page.goto(f"{url}/_debug_toolbar/#/r/{id}/http-client")
    link = page.locator('dt-detail a[href^="#/r/"]').first
    await page.locator("dt-table .row.can").first.click()
    await link.click()
    await page.locator("dt-detail h1", has_text="/reviews").wait_for()
    assert f"#/r/{id}" not in page.url
    await page.go_back()
    await page.locator("dt-detail h1", has_text="/api/stars").wait_for()

    await page.goto(f"{url}/cart")
    await page.evaluate("fetch('/api/stars').then((answer) => answer.text())")
    await page.locator("debug-toolbar button", has_text="fetch 1").wait_for()
    await page.keyboard.press("Control+.")
    dock = page.locator("debug-toolbar-dock")
    await dock.get_by_role("button", name="Which record").click()
    await dock.get_by_role("group", name="Fetched since").get_by_role("button").first.click()
    await dock.locator('dt-menu [data-key="http-client"]').click()
    await dock.locator("dt-table .row.can").first.click()
    await link.click()
    await dock.locator(".head", has_text="/reviews").wait_for()
    assert page.url == f"{url}/cart"


@pytest.fixture
def shop_with_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bookshop whose jobs another process runs, both with one store."""
    with services.redis() as redis:
        monkeypatch.setenv("BOOKSHOP_REDIS", redis.url)
        monkeypatch.setenv("DEBUG_TOOLBAR_STORE", f"sqlite:///{tmp_path}/toolbar.db")
        command = [sys.executable, "-m", "saq", "bookshop.jobs.settings"]
        with (
            services.running(command, tmp_path / "worker.log", lambda: True),
            run_bookshop("litestar", tmp_path / "shop.log") as url,
        ):
            yield url


async def test_a_job_leads_to_its_execution_and_back(page: Page, shop_with_worker: str) -> None:
    """The job's row links to the record that another process made of it, and that one to the request."""
    url = shop_with_worker
    id = await ask(page, f"{url}/api/prices?book=17")
    await page.goto(f"{url}/_debug_toolbar/?#/")
    await page.locator("dt-list .row", has_text="ask_again").filter(has_text="done").wait_for(timeout=15_000)
    await page.goto(f"{url}/_debug_toolbar/?#/r/{id}/saq")
    await page.locator('dt-table .cell[data-title="Execution"] a').click()
    await page.locator("dt-detail h1", has_text="ask_again").wait_for()
    await page.locator('dt-menu [data-key="saq"]').click()
    await page.locator("dt-facts", has_text="enqueued by").get_by_role("link", name=id).click()
    await page.locator("dt-detail h1", has_text="/api/prices").wait_for()


# What is wrong with the toolbar itself


async def told_by_and_by(page: Page, words: str | None) -> str:
    """Wait until the lines above the list say this, or are gone: the page asks every five seconds, by its own clock."""
    for _ in range(200):
        told = await text_of(page.locator("dt-banners"))
        if words in told if words else not await page.locator("dt-banners .banner").count():
            return told
        await page.clock.fast_forward(5_000)
        await asyncio.sleep(0.1)
    raise AssertionError(f"The lines above the list say {told!r}")


async def test_a_store_that_is_away_is_told_above_the_list(
    open_page: Callable[..., Any], watch: Watch, server: Callable[[Any], str]
) -> None:
    """In both themes a line says so until it is put away, and goes by itself when the store is back; the list stays."""
    pages: list[Page] = [await open_page(color_scheme=theme) for theme in ("dark", "light")]
    port = free_port()
    url = server(DebugToolbar(app, ASGIConfig(store=f"redis://127.0.0.1:{port}")))
    for page in pages:
        await page.clock.install()
        await page.goto(f"{url}/_debug_toolbar/")
    await ask(pages[0], f"{url}/one")
    for page in pages:
        told = await told_by_and_by(page, "not written")
        assert "store away" in told
        assert ".." not in told
        await page.locator("dt-list .row", has_text="/one").wait_for()

        await page.locator("dt-banners").get_by_role("button", name="Put away: store away").first.click()
        await page.locator("dt-banners .banner").first.wait_for(state="detached")
        await page.reload()
        await told_by_and_by(page, "store away")
    with services.redis(port):
        await ask(pages[0], f"{url}/two")
        for page in pages:
            await told_by_and_by(page, None)
            await page.locator("dt-list .row", has_text="/two").wait_for()
    assert watch.faults == []


# Many panels, many columns, other languages


class ManyPanel(Panel):
    """A panel among many: only the first ones have something to show."""

    group = "data"

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = f"many-{number}"
        self.title = "A panel with a long name" if number == 0 else f"Panel {number}"

    def view(self, record: Record) -> Iterable[Block]:
        """Yield a badge and a table, or nothing."""
        if self.number > 1:
            return
        yield Badge("1 234", "56 789 ms and more")
        yield Code(QUERY, "graphql")
        columns = [Column("Field", "code"), Column("Calls", "count"), *(Column(name, "s") for name in ("Own", "Total"))]
        yield Table([*columns, Column("Slowest", "s")], [Row(["author", 12, 0.246, 0.246, 0.0211])], "Resolvers")


async def many(page: Page, server: Callable[[Any], str]) -> Locator:
    """Open a record of an application with many panels, most of them empty."""
    panels = [ManyPanel(number) for number in range(8)]
    url = server(DebugToolbar(app, ASGIConfig(panels=panels)))
    id = await ask(page, f"{url}/?q=%7Bbooks%20%7Bname%7D%7D")
    await page.goto(f"{url}/_debug_toolbar/#/r/{id}/many-0")
    shown = page.locator("dt-detail")
    await shown.locator("dt-table").wait_for()
    return shown


async def test_empty_panels_fold_where_they_are_many(page: Page, server: Callable[[Any], str]) -> None:
    """One line says how many and names them; unfolded they stand greyed in their order, and that is remembered."""
    shown = await many(page, server)
    more = shown.locator("dt-menu .more")
    assert "6 empty" in await more.inner_text()
    assert "Panel 2, Panel 3" in (await more.get_attribute("title") or "")
    assert await menu(shown).count() == 1 + 2 + 1
    await more.click()
    assert await menu(shown).count() == 1 + 8 + 1
    assert await shown.locator("dt-menu .off").count() == 6
    await page.reload()
    await shown.locator("dt-menu .off").nth(5).wait_for()
    await shown.locator('dt-menu [data-key="many-7"]').click()
    await more.click()
    assert await menu(shown).count() == 1 + 3 + 1  # the open one stays
    await more.focus()
    await page.keyboard.press("ArrowUp")
    await page.wait_for_url("**/many-7")
    await page.keyboard.press("ArrowUp")
    await page.wait_for_url("**/many-1")


async def test_a_badge_tells_whole_numbers_or_none(page: Page, server: Callable[[Any], str]) -> None:
    """Where a badge's detail finds no room beside a long title it is left out, not cut."""
    shown = await many(page, server)
    lines = shown.locator("dt-menu button", has_text="with a long name").locator(".badge")
    box = await lines.bounding_box()
    texts = [await each.bounding_box() for each in await lines.locator("span").all()]
    assert box is not None
    assert texts[0] is not None
    assert texts[1] is not None
    assert texts[0]["y"] < box["y"] + box["height"] / 2
    assert texts[1]["y"] >= box["y"] + box["height"], "the detail is in sight"


async def test_a_table_keeps_its_columns_while_they_fit(page: Page, server: Callable[[Any], str]) -> None:
    """Six narrow columns stand side by side in a panel of 500 pixels, and in one under 300 each row is a few lines."""
    shown = await many(page, server)
    grid = shown.locator("dt-table .grid")
    display = "element => getComputedStyle(element.querySelector('.body .row')).display"
    assert await grid.evaluate(display) == "grid"
    await page.set_viewport_size({"width": 320, "height": 800})
    await page.wait_for_function(
        "element => element.classList.contains('stacked')", arg=await grid.element_handle(), timeout=5_000
    )
    assert await grid.evaluate("element => element.scrollWidth <= element.clientWidth")


async def test_a_query_is_read_and_highlighted(page: Page, server: Callable[[Any], str]) -> None:
    """GraphQL has its colours, and a heading reads what the address had to encode."""
    shown = await many(page, server)
    assert await shown.locator("h1").inner_text() == "GET /?q={books {name}}"
    assert "%7Bbooks%20" in (await shown.locator("h1").get_attribute("title") or "")
    code = shown.locator("dt-code pre")
    await code.locator(".kw", has_text="query").wait_for()
    for kind, text in {
        "name": "Shelf",
        "num-t": "$first",
        "str": '"fiction"',
        "key": "genre",
        "com": "# all of",
    }.items():
        assert text in " ".join(await code.locator(f".{kind}").all_inner_texts())
