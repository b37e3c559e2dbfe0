"""Recorder: opens a record around each request and websocket of the application, and closes it after."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Collection
from typing import Any, Literal
from urllib.parse import quote

from debug_toolbar_core import Application, Record, Span, Toolbar, current
from debug_toolbar_core.capture import Capture
from debug_toolbar_core.context import position
from debug_toolbar_core.exchange import Wire
from debug_toolbar_core.store import within_alike

from .config import ASGIConfig
from .conversation import Conversation
from .demanded import demanded
from .gate import Gate
from .passage import Passage
from .tee import Media
from .types import ASGIApp, Headers, Receive, Scope, Send

logger = logging.getLogger("debug_toolbar")
_TIMED_SPANS = 500
_ID, _LINK, _TIMING = b"x-debug-toolbar-id", b"x-debug-toolbar-link", b"server-timing"


class Recorder:
    """Runs the application for one request with a record around it; the request is the application's own."""

    def __init__(self, toolbar: Toolbar, gate: Gate, config: ASGIConfig, bar: str) -> None:
        self.toolbar = toolbar
        self.gate = gate
        self.prefix = config.prefix
        self._link = config.prefix.encode() + b"/#/r/"
        self.bar = bar
        self.inject = config.inject and bool(bar)
        self.server_timing = config.server_timing
        self.room = config.limits.body if config.bodies else 0
        self.media = Media(self.room)
        self.ignored = tuple(config.ignore)
        self.on_demand = bool(toolbar.demand.on_demand)
        self.application = Application()
        self._tag = self.tag_around(self.prefix, None)

    def passes(self, scope: Scope) -> bool:
        """Tell whether a request is not to be recorded: ignored, or inside another toolbar's record of it."""
        if self.ignored and str(scope.get("path", "")).startswith(self.ignored):
            return True
        around = current()
        # The same list of headers means the same request: an outer toolbar has it already.
        return around is not None and getattr(getattr(around.wire, "incoming", None), "headers", None) is scope.get(
            "headers"
        )

    async def http(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        capture: Capture | None = None
        try:
            passage = Passage(self, scope, receive, send)
            capture = self.opened("http", passage.exchange, self.asked(scope) if self.on_demand else ())
            record = passage.record = capture.record
        except Exception as fault:
            self.broken("open", None, fault)
        if capture is None:
            await app(scope, receive, send)
            return
        try:
            work = app(scope, passage.receive, passage.send)
            await (self.driven(record, work) if record.drivers else work)
        except BaseException as error:
            if passage.injection is not None and not isinstance(error, GeneratorExit):
                await self.release(passage)
            passage.owner = None  # what tasks of this request still send goes straight through
            self.finish(capture, scope, error)
            raise
        if passage.injection is not None:
            await self.release(passage)
        passage.owner = None
        self.finish(capture, scope, None)

    async def websocket(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket connection."""
        capture: Capture | None = None
        try:
            talk = Conversation(self, scope, receive, send)
            capture = self.opened("websocket", talk.connection, self.asked(scope) if self.on_demand else ())
            record = capture.record
            talk.begin(record)
        except Exception as fault:
            self.broken("open", None, fault)
        if capture is None:
            await app(scope, receive, send)
            return
        raised: BaseException | None = None
        try:
            await self.driven(record, app(scope, talk.receive, talk.send))
        except BaseException as error:
            raised = error
            raise
        finally:
            try:
                record.tags["websocket"] = talk.connection.counts()
            except Exception as fault:
                self.broken("close", record, fault)
            self.finish(capture, scope, raised)

    def opened(self, kind: Literal["http", "websocket"], wire: Wire, asked: Collection[str] = ()) -> Capture:
        """Open a record, within the one around it if there is one."""
        toolbar = self.toolbar
        around = None if position.get() is None else current()
        capture = toolbar.open(kind, wire, None if around is None else around.id, asked)
        record = capture.record
        toolbar.working[record.id] = record
        return capture

    def driven(self, record: Record, work: Awaitable[None]) -> Awaitable[Any]:
        """Wrap the application's coroutine in the drivers that panels added; with none, it is as it was."""
        for driver in record.drivers:
            try:
                work = driver(work)
            except Exception as fault:
                self.toolbar.border.fault("driver", "drive", record, fault)
        return work

    def finish(self, capture: Capture, scope: Scope, error: BaseException | None) -> None:
        """Close a record and keep it; nothing that goes wrong here reaches the application."""
        record = capture.record
        try:
            if record.error is not None and error is None and _answered(record.wire):
                record.error.handled = True
                for caught in record.caught:  # frameworks tell of an exception before its handler answers
                    caught.handled = True
            record.route = self.application.matched(scope)
        except Exception as fault:
            self.toolbar.border.fault("adapter", "matched", record, fault)
        try:
            self.toolbar.keep(capture.close(error))
        except Exception as fault:
            capture.leave()
            self.broken("close", record, fault)
        self.toolbar.working.pop(record.id, None)

    def broken(self, hook: str, record: Record | None, fault: Exception) -> None:
        """Note a fault of the toolbar itself: told once, and the request goes on as without it."""
        self.toolbar.border.fault("toolbar", hook, record, fault)

    async def release(self, passage: Passage) -> None:
        """Send what an injection still holds, for an application that ended before its page did."""
        try:
            await passage.let_go()
        except Exception:
            logger.debug("The client was gone before the rest of its page.", exc_info=True)

    def asked(self, scope: Scope) -> Collection[str]:
        """Return the on-demand panels that this request asks for, if its sender may see the toolbar."""
        names = demanded(scope)
        return names if names and self.shows(scope) else ()

    def shows(self, scope: Scope) -> bool:
        """Tell whether this request's viewer may see the toolbar."""
        return self.gate.check(scope, "inject").allowed

    def base(self, root: object) -> str:
        """Return the path of the toolbar as a client sees it, under the root path its request came with."""
        return quote(root, safe="/~") + self.prefix if root and isinstance(root, str) else self.prefix

    def our_headers(self, record: Record, root: object, now: float) -> Headers:
        """Return the headers that tell a viewer of the record, with what is known when the headers go."""
        mark = record.id.encode()
        link = self._link + mark if not root else b"%b/#/r/%b" % (self.base(root).encode(), mark)
        if not self.server_timing:
            return [(_ID, mark), (_LINK, link)]
        timing = b'dtb;desc="%b", total;dur=%.1f' % (mark, now * 1000)
        if record.spans:
            timing += spans_timing(record.spans).encode("latin-1", "replace")
        return [(_ID, mark), (_LINK, link), (_TIMING, timing)]

    def tag(self, record: Record, root: object, nonce: str | None) -> bytes:
        """Return the tag of a record's page, with the page's nonce if it has one."""
        if not root and nonce is None:
            begin, end = self._tag
            return begin + record.id.encode() + end
        begin, end = self.tag_around(self.base(root), nonce)
        return begin + record.id.encode() + end

    def tag_around(self, base: str, nonce: str | None) -> tuple[bytes, bytes]:
        """Return what is before and after the record's id in the tag."""
        mark = f' nonce="{nonce}"' if nonce else ""
        begin = f'<script type="module" src="{base}/static/{self.bar}" data-record="'
        end = f'" data-prefix="{base}"{mark}></script>'
        return begin.encode("ascii", "xmlcharrefreplace"), end.encode("ascii", "xmlcharrefreplace")


def spans_timing(spans: list[Span]) -> str:
    """Return each panel's seconds so far as entries of Server-Timing."""
    seconds: dict[str, float] = {}
    for span in spans[:_TIMED_SPANS]:
        if span.end is None or span.end <= span.start or span.attributes.get("band") is True:
            continue
        if not within_alike(span):
            seconds[span.panel] = seconds.get(span.panel, 0.0) + span.end - span.start
    return "".join(f", {name};dur={took * 1000:.1f}" for name, took in seconds.items())


def _answered(wire: object) -> bool:
    """Tell whether the application made an answer of its error that is no server error."""
    status = getattr(wire, "status", None)
    return type(status) is int and status < 500
