"""Recorder: opens a record around each request and websocket of the application, and closes it after."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any
from urllib.parse import quote

from debug_toolbar_core import Application, Record, Toolbar, current
from debug_toolbar_core.capture import Capture

from .config import ASGIConfig
from .conversation import Conversation
from .gate import Gate
from .passage import Passage
from .types import ASGIApp, Headers, Receive, Scope, Send

logger = logging.getLogger("debug_toolbar")
_RUN = b"x-debug-toolbar-run"
_TIMED_SPANS = 500


class Recorder:
    """Runs the application for one request with a record around it; the request is the application's own."""

    def __init__(self, app: ASGIApp, toolbar: Toolbar, gate: Gate, config: ASGIConfig, bar: str) -> None:
        self.app = app
        self.toolbar = toolbar
        self.gate = gate
        self.prefix = config.prefix
        self.bar = bar
        self.inject = config.inject and bool(bar)
        self.server_timing = config.server_timing
        self.room = config.limits.body if config.bodies else 0
        self.ignored = tuple(config.ignore)
        self.application = Application()

    def passes(self, scope: Scope) -> bool:
        """Tell whether a request is not to be recorded: ignored, or inside another toolbar's record of it."""
        if self.ignored and str(scope.get("path", "")).startswith(self.ignored):
            return True
        around = current()
        # The same list of headers means the same request: an outer toolbar has it already.
        return around is not None and getattr(getattr(around.wire, "incoming", None), "headers", None) is scope.get(
            "headers"
        )

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        passage = Passage(self, scope, receive, send)
        around = current()
        capture = self.toolbar.open("http", passage.exchange, around.id if around else None, self.asked(scope))
        record = passage.record = capture.record
        try:
            await driven(record, self.app(scope, passage.receive, passage.send))
        except GeneratorExit as error:
            self.finish(capture, scope, error)
            raise
        except BaseException as error:
            if passage.injection is not None:
                await self.release(passage)
            passage.detach()
            self.finish(capture, scope, error)
            raise
        if passage.injection is not None:
            await self.release(passage)
        passage.detach()
        self.finish(capture, scope, None)

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket connection."""
        talk = Conversation(self, scope, receive, send)
        around = current()
        capture = self.toolbar.open("websocket", talk.connection, around.id if around else None)
        record = talk.record = capture.record
        raised: BaseException | None = None
        try:
            await driven(record, self.app(scope, talk.receive, talk.send))
        except BaseException as error:
            raised = error
            raise
        finally:
            record.tags["websocket"] = talk.connection.counts()
            self.finish(capture, scope, raised)

    def finish(self, capture: Capture, scope: Scope, error: BaseException | None) -> None:
        """Close a record and keep it; nothing that goes wrong here reaches the application."""
        record = capture.record
        try:
            record.route = self.application.matched(scope)
        except Exception as fault:
            self.toolbar.border.fault("adapter", "matched", record, fault)
        self.toolbar.keep(capture.close(error))

    async def release(self, passage: Passage) -> None:
        """Send what an injection still holds, for an application that ended before its page did."""
        try:
            await passage.let_go()
        except Exception:
            logger.debug("The client was gone before the rest of its page.", exc_info=True)

    def asked(self, scope: Scope) -> Collection[str]:
        """Return the on-demand panels that this request's header asks for."""
        if not self.toolbar.demand.on_demand:
            return ()
        names = [value for name, value in scope.get("headers") or () if name == _RUN]
        if not names or not self.shows(scope):
            return ()
        return [name.strip() for value in names for name in value.decode("latin-1").split(",")]

    def shows(self, scope: Scope) -> bool:
        """Tell whether this request's viewer may see the toolbar."""
        return self.gate.check(scope, "inject").allowed

    def base(self, scope: Scope) -> str:
        """Return the path of the toolbar as this request's client sees it."""
        root = scope.get("root_path")
        return quote(root, safe="/~") + self.prefix if root and isinstance(root, str) else self.prefix

    def our_headers(self, record: Record, scope: Scope) -> Headers:
        """Return the headers that tell a viewer of the record, with what is known when the headers go."""
        link = f"{self.base(scope)}/#/r/{record.id}".encode()
        headers = [(b"x-debug-toolbar-id", record.id.encode()), (b"x-debug-toolbar-link", link)]
        if self.server_timing:
            headers.append((b"server-timing", self.timing(record).encode("latin-1", "replace")))
        return headers

    def timing(self, record: Record) -> str:
        """Return the Server-Timing so far: the record's id, the total, and each panel's spans."""
        parts = f'dtb;desc="{record.id}", total;dur={record.now() * 1000:.1f}'
        seconds: dict[str, float] = {}
        for span in record.spans[:_TIMED_SPANS]:
            if span.end is not None and span.end > span.start:
                seconds[span.panel] = seconds.get(span.panel, 0.0) + span.end - span.start
        return parts + "".join(f", {name};dur={took * 1000:.1f}" for name, took in seconds.items())

    def tag_of(self, record: Record, scope: Scope) -> Callable[[str | None], bytes]:
        """Return what makes the tag of a record's page, with the page's nonce if it has one."""

        def tag(nonce: str | None) -> bytes:
            base = self.base(scope)
            mark = f' nonce="{nonce}"' if nonce else ""
            source = f'src="{base}/static/{self.bar}" data-record="{record.id}" data-prefix="{base}"'
            return f'<script type="module" {source}{mark}></script>'.encode("ascii", "xmlcharrefreplace")

        return tag


def driven(record: Record, work: Awaitable[None]) -> Awaitable[Any]:
    """Wrap the application's coroutine in the drivers that panels added; with none, it is as it was."""
    for driver in record.drivers:
        work = driver(work)
    return work
