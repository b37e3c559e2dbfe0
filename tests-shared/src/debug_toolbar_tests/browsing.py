"""Browsing: pages in Chromium that notice everything a page must not do."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request

HOSTS = "MAP evil.test 127.0.0.1, MAP devbox.test 127.0.0.1"
"""Names that lead to this machine, as a rebound or a LAN name would."""

_TEXT = """node => { const parts = [];
  const walk = at => {
    if (at.nodeType === Node.TEXT_NODE) parts.push(at.data);
    else if (at.localName !== "style")
      for (const each of [...(at.shadowRoot?.childNodes ?? []), ...at.childNodes]) walk(each);
  };
  walk(node); return parts.join(" ").replace(/\\s+/g, " "); }"""


async def text_of(place: Locator) -> str:
    """Return all text in an element, that of the shadow roots in it too, with single blanks."""
    return str(await place.evaluate(_TEXT))


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the machine's Chromium; where there is none, the error says what to install."""
    from playwright.async_api import async_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise RuntimeError("These tests drive Chromium, and none is on PATH: apt-get install chromium.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[f"--host-resolver-rules={HOSTS}"])
        try:
            yield browser
        finally:
            await browser.close()


class Watch:
    """What went wrong in the pages of a context: console messages, exceptions, dialogs, requests elsewhere.

    `expected` holds parts of messages that a test provokes on purpose, e.g. a path that answers 500.
    """

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.expected: list[str] = []
        self.hosts: set[str] = set()

    def follow(self, page: Page) -> None:
        """Watch one page from now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.messages.append(f"exception: {error}"))
        page.on("dialog", self._asked)
        page.on("request", self._requested)

    @property
    def faults(self) -> list[str]:
        """What nobody expected."""
        return [said for said in self.messages if not any(part in said for part in self.expected)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    async def _asked(self, dialog: Dialog) -> None:
        self.messages.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about"):
            self.hosts.add(parts.netloc)


@asynccontextmanager
async def context(browser: Browser, watch: Watch, **options: Any) -> AsyncIterator[BrowserContext]:
    """Open a context of its own, 1440 × 900 and dark unless told otherwise, whose pages are watched."""
    wanted: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark", **options}
    opened = await browser.new_context(**wanted)
    opened.set_default_timeout(8_000)
    opened.on("page", watch.follow)
    try:
        yield opened
    finally:
        await opened.close()
