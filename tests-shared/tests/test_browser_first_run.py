"""The first run, as a newcomer has it: a page, its bar, the dock, a failing request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from debug_toolbar_tests.browsing import Watch, text_of

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(page: Page, url: str) -> Locator:
    """Load a page and open its dock with the keyboard."""
    await page.goto(url)
    await page.locator("debug-toolbar button em").first.wait_for()
    await page.keyboard.press("Control+.")
    dock = page.locator("debug-toolbar-dock")
    await dock.locator("dt-menu button").nth(2).wait_for()
    return dock


async def choose(dock: Locator, panel: str) -> Locator:
    """Open a panel by its title in the menu; returns where it is drawn."""
    await dock.locator("dt-menu button", has=dock.page.locator(".title", has_text=re.compile(f"^{panel}$"))).click()
    main = dock.locator("dt-detail .main")
    await dock.locator(f'dt-detail .main[aria-label="{panel}"]').wait_for()
    return main


async def test_the_bar_names_the_request(page: Page, bookshop: str) -> None:
    """A page shows its method, status and time in the bar, and nothing is complained of in the console."""
    await page.goto(f"{bookshop}/?sort=new")
    bar = page.locator("debug-toolbar button").first
    await bar.locator("em").first.wait_for()
    assert re.search(r"GET 200 [\d.]+ m?s", (await bar.inner_text()).replace("\n", " "))


async def test_the_switcher_lists_the_fetches_of_the_page(page: Page, bookshop: str) -> None:
    """The fetches of a book's page are counted in the bar, listed in the dock, and open there."""
    await page.goto(f"{bookshop}/books/7")
    bar = page.locator("debug-toolbar button").first
    await bar.get_by_text("fetch 2").wait_for()
    await page.keyboard.press("Control+.")
    dock = page.locator("debug-toolbar-dock")
    await dock.get_by_role("button", name="Which record").click()
    fetched = dock.get_by_role("group", name="Fetched since").get_by_role("button")
    await fetched.nth(1).wait_for()
    listed = " ".join(await fetched.all_inner_texts())
    assert "/api/books/7/reviews" in listed
    assert "/api/prices?book=7" in listed
    await fetched.filter(has_text="reviews").click()
    await dock.locator(".head", has_text="/api/books/7/reviews").wait_for()


async def test_the_menu_is_the_summary(page: Page, bookshop: str) -> None:
    """The menu has every standard panel with its badge, the empty ones greyed."""
    dock = await opened(page, f"{bookshop}/books/7")
    await dock.locator("dt-menu", has_text="Versions").wait_for()
    menu = {line.split("\n")[0]: line for line in await dock.locator("dt-menu button").all_inner_texts()}
    assert {"Overview", "Timer", "Request", "Response", "Headers", "Logging", "Exceptions"} <= menu.keys()
    assert "ms" in menu["Timer"]
    assert "GET" in menu["Request"]
    assert "1" in menu["Logging"]
    assert await dock.locator("dt-menu button.off", has_text="Exceptions").count() == 1


async def test_a_failing_request_tells_why(page: Page, watch: Watch, bookshop: str) -> None:
    """An error nobody handled is found through the menu: its chained traceback, its locals redacted, its logs."""
    watch.expected.append("/books/1/broken")
    await page.goto(f"{bookshop}/_debug_toolbar/")
    await page.evaluate("fetch('/books/1/broken', {headers: {accept: 'text/html'}})")
    row = page.locator("dt-list .row", has_text="/books/1/broken").first
    await row.locator(".pill", has_text="ValueError").wait_for()
    await row.click()
    shown = page.locator("debug-toolbar-dashboard")
    # The panel of an error is the one to look at: its notice stands first in the overview.
    await shown.locator("dt-overview", has_text="ValueError").wait_for()
    panel = await choose(shown, "Exceptions")
    await panel.get_by_text("print_label").first.wait_for()
    text = await text_of(panel)
    assert "does not fit the printer" in text
    assert "invalid literal for int()" in text
    assert "correct horse battery staple" not in text
    assert "[redacted]" in text
    logs = await choose(shown, "Logging")
    await logs.get_by_text("Book looked at: Dune").first.wait_for()


async def test_the_page_of_an_error_has_the_bar(page: Page, watch: Watch, bookshop: str) -> None:
    """The framework's own error page gets the bar too, with the status in red."""
    watch.expected += ["/books/1/broken", "/favicon.ico"]  # the framework's page names no icon
    await page.goto(f"{bookshop}/books/1/broken")
    await page.locator("debug-toolbar button em.s5", has_text="500").wait_for()


async def test_the_panels_of_the_application(page: Page, bookshop: str) -> None:
    """Versions and routes belong to the application: the same in every record's menu, the matched route marked."""
    dock = await opened(page, f"{bookshop}/books/7")
    versions = await choose(dock, "Versions")
    await versions.get_by_text("Python", exact=False).first.wait_for()
    await dock.locator('dt-menu [data-key="app:routes"]').click()
    routes = dock.locator('dt-detail .main[aria-label="Routes"]')
    await routes.locator("dt-table", has_text="/search").first.wait_for()


async def test_sources_open_in_the_chosen_editor(page: Page, bookshops: Callable[[str], str], watch: Watch) -> None:
    """A source link opens VS Code at its line, and after a choice in the settings another editor."""
    watch.expected += ["/books/1/broken", "/favicon.ico"]
    dock = await opened(page, f"{bookshops('fastapi')}/books/1/broken")
    panel = await choose(dock, "Exceptions")
    link = panel.locator("dt-source a", has_text=re.compile(r"domain\.py:\d+")).first
    assert re.fullmatch(r"vscode://file/.+/bookshop/domain\.py:\d+", await link.get_attribute("href") or "")
    await dock.get_by_role("button", name="Settings", exact=True).click()
    await dock.get_by_label("Open source files in").select_option("zed")
    await panel.locator('dt-source a[href^="zed://file/"]').first.wait_for()


async def test_a_request_is_copied_as_curl(page: Page, bookshops: Callable[[str], str]) -> None:
    """The command on the clipboard asks for the same URL, and says of what was redacted that it was."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.context.add_cookies([{"name": "session", "value": "not-for-the-clipboard", "url": bookshops("fastapi")}])
    dock = await opened(page, f"{bookshops('fastapi')}/search?q=fic%20tion")
    await dock.get_by_role("button", name="Copy cURL").click()
    await dock.get_by_text("Copied").first.wait_for()
    command = await page.evaluate("navigator.clipboard.readText()")
    assert f"curl '{bookshops('fastapi')}/search?q=fic" in command.replace("curl http", "curl 'http")
    assert "# Redacted values stay redacted" in command
    assert "not-for-the-clipboard" not in command


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_both_themes(open_page: Callable[..., object], bookshops: Callable[[str], str], theme: str) -> None:
    """Dock and bar follow the system's theme, and the reader's choice outweighs it and is remembered."""
    page: Page = await open_page(color_scheme=theme)  # type: ignore[misc]  # a fixture's callable
    dock = await opened(page, f"{bookshops('fastapi')}/")
    ground = (
        "getComputedStyle(document.querySelector('debug-toolbar').shadowRoot"
        ".querySelector('debug-toolbar-dock')).backgroundColor"
    )
    before = await page.evaluate(ground)
    other = "light" if theme == "dark" else "dark"
    button = dock.get_by_role("button", name=re.compile("^Theme: "))
    while not (await button.get_attribute("title") or "").endswith(other):
        await button.click()
    assert await page.evaluate(ground) != before
    await opened(page, f"{bookshops('fastapi')}/")
    assert await page.evaluate(ground) != before
