"""The shell: the dashboard's page, which holds no data, and the login that leads to it."""

from __future__ import annotations

from html import escape

import debug_toolbar_ui

from .answers import Answer, page, refusal
from .asked import Asked
from .gate import Gate, Verdict, seen_path
from .setup import Setup

_HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
# An icon of its own: without one the browser asks the application for /favicon.ico, and records that.
_ICON = (
    "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath d='M4 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z' fill='none' "
    "stroke='%235b8def' stroke-width='1.5'/%3E%3Cpath d='M4 2h4v12H4a2 2 0 0 1-2-2V4z' fill='%235b8def'/%3E%3C/svg%3E"
    '">'
)
_MISSING = (
    "<h1>The debug toolbar runs, but its front end is not built</h1><p>{why}</p>"
    "<p>The API works meanwhile: <code>{base}/api/records</code></p>"
)


class Shell:
    """Answers with the page and with the login's redirect to it."""

    def __init__(self, gate: Gate, setup: Setup) -> None:
        self.gate = gate
        self.setup = setup

    async def dashboard(self, asked: Asked) -> Answer:
        """Answer with the page that loads the dashboard, or that says how to build it."""
        base = escape(seen_path(asked.scope, self.gate.prefix))
        try:
            name = debug_toolbar_ui.manifest()["dashboard.js"]
        except (debug_toolbar_ui.FrontEndMissing, OSError, LookupError) as missing:
            return page(self._html(_MISSING.format(why=escape(str(missing)), base=base)), 503)
        script = f'<script type="module" src="{base}/static/{escape(name)}" data-prefix="{base}">'
        return page(self._html("<debug-toolbar-dashboard></debug-toolbar-dashboard>", f"{script}</script>"))

    def _html(self, body: str, head: str = "") -> str:
        title = f"<title>{escape(self.setup.title)} · Debug Toolbar</title>"
        return f'<!doctype html><html lang="en"><head>{_HEAD}{_ICON}{title}{head}</head><body>{body}</body></html>'

    async def login(self, asked: Asked) -> Answer:
        """Exchange the token in the query for the cookie."""
        found = self.gate.login(asked.scope)
        if isinstance(found, Verdict):
            return refusal(found, page=True)
        return Answer(303, b"", [pair for pair in found if pair[0] != b"content-length"])
