"""The application's own page: what the toolbar must leave as it is, and what must not reach the toolbar."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from debug_toolbar_asgi import DebugToolbar
from debug_toolbar_tests.browsing import Watch

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STYLES = """() => [...document.querySelectorAll("html, body, body *:not(script)")].map((element) => {
  const style = getComputedStyle(element);
  return element.tagName + [...style].map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
})"""
BAR = "document.querySelector('debug-toolbar').shadowRoot.querySelector('button')"
LOOK = f"""() => {{ const style = getComputedStyle({BAR}); const box = {BAR}.getBoundingClientRect();
  return [style.position, style.fontSize, style.color, style.backgroundColor, style.display, box.height]; }}"""
HOSTILE = b"""* { all: revert !important; display: block !important; position: static !important; color: red !important;
  font: 40px serif !important; --dt-bg: red !important; --dt-text: red !important; opacity: .3 !important }
debug-toolbar { display: none !important; visibility: hidden !important } button { zoom: 3 } body { rotate: 2deg }"""
PLAIN = b"<!doctype html><html lang=en><head><title>t</title></head><body><h1>Hello</h1><p>a<b>b</b></p></body></html>"


def site(page: bytes = PLAIN, *headers: tuple[bytes, bytes], **pages: bytes) -> Any:
    """Make an application that answers with one page, and with others under the names given."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = pages.get(scope["path"].strip("/"), page)
        kind = [(b"content-type", b"text/css" if scope["path"] == "/css" else b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": [*kind, *headers]})
        await send({"type": "http.response.body", "body": body})

    return app


async def shows(page: Page, patience: float = 8_000) -> bool:
    """Tell whether the page has, or gets within so many milliseconds, a bar that shows its request."""
    from playwright.async_api import TimeoutError as Never

    try:
        await page.locator("debug-toolbar button em").first.wait_for(timeout=patience)
    except Never:
        return False
    return True


async def settled(element: Any, right: Callable[[Any], bool]) -> Any:
    """Return where an element is, once that is right; a page takes a moment to draw what was asked."""
    for _ in range(100):
        box = await element.bounding_box()
        if box is not None and right(box):
            return box
        await asyncio.sleep(0.05)
    raise AssertionError(f"It stays at {box}.")


async def test_styles_are_the_same_with_and_without(page: Page, bookshops: Callable[[str], str]) -> None:
    """Every computed style of every element is the same without the toolbar, with the bar and with the dock open."""
    url = f"{bookshops('fastapi')}/?sort=new"
    await page.route("**/bar-*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    await page.goto(url)
    without, names = await page.evaluate(STYLES), await page.evaluate("Object.keys(window)")
    await page.unroute("**/bar-*.js")
    await page.reload()
    assert await shows(page)
    assert await page.evaluate(STYLES) == without
    await page.keyboard.press("Control+.")
    await page.locator("debug-toolbar-dock dt-overview").wait_for()
    assert await page.evaluate(STYLES) == without
    # Lit notes its versions, so that two copies of it in a page get along.
    assert not {each for each in await page.evaluate("Object.keys(window)") if "lit" not in each.lower()} - {
        *names,
        "reactiveElementVersions",
    }


async def test_a_hostile_style_sheet_does_not_reach_in(
    page: Page, server: Callable[[Any], str], open_page: Callable[..., Any]
) -> None:
    """A page whose style sheet resets, hides and recolours everything shows the bar as any other page does."""
    linked = PLAIN.replace(b"</head>", b"<link rel=stylesheet href=/css></head>")
    url = server(DebugToolbar(site(PLAIN, linked=linked, css=HOSTILE)))
    await page.goto(f"{url}/")
    assert await shows(page)
    expected = await page.evaluate(LOOK)
    hostile = await open_page()
    await hostile.goto(f"{url}/linked")
    assert await shows(hostile)
    assert await hostile.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(255, 0, 0)"
    assert await hostile.evaluate(LOOK) == expected


@pytest.mark.parametrize(
    ("policy", "there"),
    [
        ("default-src 'self'", True),
        ("default-src 'none'", False),
        ("default-src 'none'; script-src 'nonce-abc123'; connect-src 'self'", True),
        ("script-src 'nonce-abc123' 'strict-dynamic'; base-uri 'none'", True),
        ("script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='", False),
        ("default-src 'self'; require-trusted-types-for 'script'", True),
        ("default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'", None),
        ("default-src 'self'; style-src 'none'; img-src 'none'", True),
        ("script-src https://elsewhere.example", False),
    ],
)
async def test_a_strict_policy_is_kept(
    page: Page, watch: Watch, server: Callable[[Any], str], policy: str, there: bool | None
) -> None:
    """Under a strict policy the bar and its dock work without a violation, or there is no toolbar."""
    header = (b"content-security-policy", policy.encode())
    nonce = b"<script nonce=abc123 src=/empty></script></head>"
    html = PLAIN.replace(b"</head>", nonce) if "nonce" in policy else PLAIN
    watch.expected.append("/favicon.ico")
    response = await page.goto(server(DebugToolbar(site(html, header, empty=b""))) + "/")
    assert response is not None
    assert response.headers["content-security-policy"] == policy
    found = await shows(page, 8_000 if there else 1_500)
    assert there is None or found is there
    if found:
        await page.keyboard.press("Control+.")
        await page.locator("debug-toolbar-dock dt-overview").wait_for()
        await page.locator("debug-toolbar-dock dt-menu button").last.click()
        await page.wait_for_timeout(200)


async def test_nothing_shifts(page: Page, bookshops: Callable[[str], str]) -> None:
    """Bar and dock come without moving anything of the page: the cumulative layout shift is 0."""
    await page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) =>"
        " { window.shift += entry.value; })).observe({ type: 'layout-shift', buffered: true });"
    )
    await page.goto(f"{bookshops('fastapi')}/about")
    assert await shows(page)
    await page.keyboard.press("Control+.")
    await page.locator("debug-toolbar-dock dt-overview").wait_for()
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.shift") == 0


async def test_a_swapped_body_is_followed(page: Page, bookshops: Callable[[str], str]) -> None:
    """When a page is replaced in place, the bar stays, and tells of the new record where the page has one."""
    url = bookshops("starlette")
    await page.goto(f"{url}/about")
    assert await shows(page)
    swap = """async (text) => { text ??= await (await fetch("/cart", { headers: { accept: "text/html" } })).text();
        const next = new DOMParser().parseFromString(text, "text/html").body;
        document.documentElement.replaceChild(document.adoptNode(next), document.body);
        return next.querySelectorAll("script[data-record]").length; }"""
    assert await page.evaluate(swap) == 0  # what a library fetches is a fetch
    await page.locator("debug-toolbar button", has_text="fetch 1").wait_for()
    navigation = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate", "accept": "text/html"}
    whole = await (await page.request.get(f"{url}/nowhere", headers=navigation)).text()
    assert await page.evaluate(swap, whole) == 1
    await page.locator("debug-toolbar button em", has_text="404").wait_for()
    assert await page.locator("debug-toolbar").count() == 1
    await page.evaluate("document.querySelector('debug-toolbar').remove()")
    await page.locator("debug-toolbar button em", has_text="404").wait_for()


async def test_at_320_pixels(open_page: Callable[..., Any], watch: Watch, bookshops: Callable[[str], str]) -> None:
    """The bar fits a window of 320 pixels, and the page gets no scrollbar from it."""
    page = await open_page(viewport={"width": 320, "height": 640})
    await page.goto(f"{bookshops('litestar')}/books/7")
    assert await shows(page)
    box = await page.locator("debug-toolbar button").first.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    wide = await page.evaluate("document.documentElement.scrollWidth")
    await page.evaluate("document.querySelector('debug-toolbar').remove(), document.documentElement.scrollWidth")
    assert wide == await page.evaluate("document.documentElement.scrollWidth")
    assert watch.faults == []


async def test_the_record_of_a_page_may_come_late(page: Page, watch: Watch, server: Callable[[Any], str]) -> None:
    """A page whose record closes after a background task shows its numbers then, and its console stays clean."""
    plain = site()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await plain(scope, receive, send)
        await asyncio.sleep(0.8)

    watch.expected.append("/favicon.ico")
    await page.goto(server(DebugToolbar(app)) + "/")
    assert await shows(page)
    assert "ms" in await page.locator("debug-toolbar button").first.inner_text()


async def test_the_bar_is_dragged_folded_and_remembers(page: Page, bookshops: Callable[[str], str]) -> None:
    """The bar goes to the corner it is dragged to, folds to a dot with Escape, and both outlive a reload."""
    await page.goto(f"{bookshops('fastapi')}/about")
    assert await shows(page)
    bar = page.locator("debug-toolbar button").first
    box = await bar.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 40, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(300, 300, steps=4)
    await page.mouse.move(150, 60, steps=4)
    await page.mouse.up()
    await bar.hover()
    await page.keyboard.press("Escape")
    await page.reload()
    await bar.wait_for()
    box = await settled(bar, lambda box: box["width"] <= 20)
    assert (box["x"], box["y"]) == (16, 16)
    assert await page.locator("debug-toolbar-dock").count() == 0
    await bar.click()
    await settled(bar, lambda box: box["width"] > 100)
