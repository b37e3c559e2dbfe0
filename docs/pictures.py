"""Take the pictures of the documentation from the running bookshop: `.ci/hatch run python docs/pictures.py`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from debug_toolbar_tests import services
from debug_toolbar_tests.browsing import Watch, chromium, context
from debug_toolbar_tests.serving import bookshop

if TYPE_CHECKING:
    from playwright.async_api import Page

FOLDER = Path(__file__).parent / "pictures"
VISITS = (
    "/?sort=new",
    "/search?q=fiction",
    "/api/books",
    "/search?q=zzz",
    "/books/17",
    "/teapot",
    "/slow",
    "/api/prices",
)
PANELS = {
    "alerts": ("/?sort=new", "alerts"),
    "async": ("/slow", "async"),
    "cache": ("/api/prices", "cache"),
    "dependencies": ("/books/7", "dependencies"),
    "events": ("POST /cart", "events"),
    "http-client": ("/api/stars", "http-client"),
    "memory": ("/api/words", "memory"),
    "openapi": ("/api/books/7/delivery", "openapi"),
    "profiling": ("/slow", "profiling"),
    "saq": ("/books/17", "saq"),
    "settings": (None, "settings"),
    "sqlalchemy": ("/?sort=new", "sqlalchemy"),
    "strawberry": ("/graphql?query={books{title author{name}}}", "strawberry"),
    "templates": ("/?sort=new", "templates"),
    "websocket": ("/ws/prices", "websocket"),
}
"""The picture of each panel's README: what is asked of the shop, and the panel that is opened."""
MEASURED = "async,memory,profiling"
LIGHT = ("alerts", "openapi", "settings")
"""Panels whose READMEs show them in both themes."""


async def visit(page: Page, url: str) -> None:
    """Use the shop for a while, so that there is something to see."""
    for path in VISITS:
        await page.request.get(url + path, headers={"accept": "text/html"})
    await page.goto(f"{url}/books/17")
    await page.wait_for_timeout(600)
    await page.goto(f"{url}/?sort=new")
    await page.get_by_role("button", name="into the cart").first.click()
    await page.wait_for_timeout(600)


async def shoot(page: Page, name: str) -> None:
    """Save what is in the window, once it has come to rest."""
    await page.mouse.move(5, 5)
    await page.wait_for_timeout(700)
    path = FOLDER / f"{name}.png"
    await page.screenshot(path=path, animations="disabled", caret="hide")
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


async def dock(page: Page, url: str) -> None:
    """Open a page and its dock."""
    await page.goto(url)
    await page.locator("debug-toolbar button em").first.wait_for()
    await page.keyboard.press("Control+.")
    await page.locator("debug-toolbar-dock dt-overview").wait_for()


async def in_page(page: Page, url: str, theme: str) -> None:
    """Take the bar, and the overview of a slow page."""
    await page.goto(f"{url}/?sort=new")
    await shoot(page, f"bar-{theme}")
    await dock(page, f"{url}/slow")
    await shoot(page, f"overview-{theme}")
    await page.request.get(f"{url}/books/7/broken", headers={"accept": "text/html"})


async def in_dashboard(page: Page, url: str, theme: str) -> None:
    """Take the dashboard with an error, with a record open, and with two records compared."""
    await page.goto(f"{url}/_debug_toolbar/")
    await page.locator("dt-list .body .row", has_text="/books/7/broken").first.click()
    await page.locator('dt-menu [data-key="exceptions"]').click()
    await shoot(page, f"exceptions-{theme}")
    await page.goto(f"{url}/_debug_toolbar/#/")
    row = page.locator("dt-list .body .row", has_text="/api/prices?book=17")
    await row.first.click()
    await shoot(page, f"dashboard-{theme}")
    await page.locator("debug-toolbar-dashboard").get_by_role("button", name="Compare with another record").click()
    await (
        page.get_by_role("group", name="Same route")
        .get_by_role("button", name="prices", exact=False)
        .filter(has_not_text="book=")
        .first.click()
    )
    await page.locator("dt-compare table").first.wait_for()
    await shoot(page, f"compare-{theme}")


async def of_panels(page: Page, url: str, theme: str) -> None:
    """Take each panel on what shows it at its best."""
    await page.set_viewport_size({"width": 1600, "height": 900})
    for name, (path, panel) in PANELS.items():
        if theme == "light" and name not in LIGHT:
            continue
        record = "app" if path is None else await recorded(page, url, path, panel)
        await page.goto(f"{url}/_debug_toolbar/#/r/{record}/{panel}")
        await page.wait_for_timeout(1_000)
        await shoot(page, f"{name}-{theme}")


async def recorded(page: Page, url: str, path: str, panel: str) -> str:
    """Ask the shop for something, and return the record of it."""
    if path.startswith("/ws"):
        await page.goto(f"{url}/live")
        await page.wait_for_timeout(3_500)
        answer = await page.request.get(f"{url}/_debug_toolbar/api/records?q=kind:websocket")
        return str((await answer.json())["records"][0]["id"])
    if path == "/books/17":  # its price, which the page asks for, is what a job is made of
        path = "/api/prices?book=17"
    if path.startswith("POST "):
        form = {"book_id": "7", "quantity": "1"}
        answer = await page.request.post(url + path.removeprefix("POST "), form=form, max_redirects=0)
        return answer.headers["x-debug-toolbar-id"]
    run = {"x-debug-toolbar-run": panel} if panel in MEASURED.split(",") else {}
    for _ in range(2):  # the first is the slower one: everything is made then
        answer = await page.request.get(url + path, headers={"accept": "text/html", **run})
    await page.wait_for_timeout(800)
    return answer.headers["x-debug-toolbar-id"]


@contextmanager
def shop(framework: str, folder: str) -> Iterator[str]:
    """Run the shop with a Redis, a store on disk, and a worker for its jobs."""
    log = Path(folder) / "log"
    with services.redis() as redis:
        settings = {
            "BOOKSHOP_REDIS": redis.url.removesuffix("/0"),
            "DEBUG_TOOLBAR_STORE": f"sqlite:///{folder}/toolbar.db",
        }
        command = [sys.executable, "-m", "saq", "bookshop.jobs.settings"]
        with (
            bookshop(framework, log, **settings) as url,
            subprocess.Popen(command, env={**os.environ, **settings}) as worker,
        ):
            yield url
            worker.kill()


async def main(framework: str) -> None:
    """Take all pictures in both themes."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, shop(framework, folder) as url:
        async with chromium() as browser:
            for theme in ("dark", "light"):
                async with context(browser, Watch(), color_scheme=theme) as opened:
                    page = await opened.new_page()
                    await visit(page, url)
                    await in_page(page, url, theme)
                    await in_dashboard(page, url, theme)
                    await of_panels(page, url, theme)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:] or ["litestar"]))
