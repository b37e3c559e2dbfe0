"""Live: the stream of records as they come, in server-sent events."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from time import perf_counter

from debug_toolbar_core import Toolbar
from debug_toolbar_core.search import Search
from debug_toolbar_core.store import LiveStore

from .answers import Refused
from .asked import Asked
from .document import dump
from .gate import SECURITY_HEADERS
from .patience import VIEW_SECONDS, within
from .types import Receive, Send

STREAMS_MOST = 32
_LOOK = 0.5  # seconds between looks at whether the server is about to stop
_PACE = 0.01  # seconds between events at least: a load test must not be about drawing its lines
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"x-accel-buffering", b"no"),  # nginx would hold the events back
    *((name, value) for name, value in SECURITY_HEADERS if name != b"cache-control"),
    (b"cache-control", b"no-store, no-transform"),
]


class Live:
    """Gives each reader a stream of its own, `most` at once; `close` ends them all."""

    def __init__(self, toolbar: Toolbar, ping: float = 15.0, most: int = STREAMS_MOST) -> None:
        self.toolbar = toolbar
        self.ping = ping
        self.most = most
        self.streams = 0
        self.closings = 0

    async def answer(self, asked: Asked) -> Stream:
        """Answer with a stream of the records that the search `q` finds."""
        store = self.toolbar.store
        if asyncio._get_running_loop() is None:
            hint = "Run the application under asyncio or uvloop, or read /api/records again."
            raise Refused(501, "live_unsupported", "The live stream needs asyncio's event loop.", hint)
        if not isinstance(store, LiveStore):
            what = f"The store {type(store).__qualname__} does not tell of new records."
            raise Refused(501, "live_unsupported", what, "Read /api/records again, or use another store.")
        if self.streams >= self.most:
            raise Refused(503, "live_full", f"{self.most} live streams are open.", "Close a tab of the dashboard.")
        return Stream(self, store, Search(asked.query().get("q", "")))

    def close(self) -> None:
        """End all streams within a second; from any thread."""
        self.closings += 1


class Stream:
    """One reader's stream: sends a line for each record saved from now on, and a comment when there is none."""

    def __init__(self, live: Live, store: LiveStore, search: Search) -> None:
        self.live = live
        self.store = store
        self.search = search
        self.closings = live.closings
        self.last = perf_counter()

    async def send(self, receive: Receive, send: Send, *, head: bool = False) -> None:
        """Send until the client is gone or the server stops; to HEAD only the headers."""
        if head:
            await self._start(send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        records = self.store.subscribe()
        self.live.streams += 1
        try:
            await self._run(receive, send, records)
        finally:
            self.live.streams -= 1
            close = getattr(records, "aclose", None)
            if close is not None:
                await close()

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})

    async def _run(self, receive: Receive, send: Send, records: AsyncIterator[str]) -> None:
        gone = asyncio.create_task(_gone(receive), name="debug-toolbar live: disconnect")
        saved = asyncio.create_task(_next(records), name="debug-toolbar live: next record")
        try:
            await asyncio.sleep(0)  # the subscription begins before the client knows that it is connected
            await self._start(send)
            await self._write(send, b": records as they come\n\n")
            while not (gone.done() or self._over()):
                await asyncio.wait({gone, saved}, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                if not saved.done():
                    await self._ping(send)
                    continue
                id = saved.result()
                if id is None:
                    break
                saved = asyncio.create_task(_next(records), name="debug-toolbar live: next record")
                await self._tell(send, id)
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            saved.cancel()
            await asyncio.gather(gone, saved, return_exceptions=True)

    def _over(self) -> bool:
        return self.closings != self.live.closings or leaving()

    async def _tell(self, send: Send, id: str) -> None:
        try:
            summary = await within(VIEW_SECONDS, self.live.toolbar.summary(id))
        except Refused:  # its panels are too slow to draw; the stream goes on without it
            return
        if summary is not None and summary["kind"] != "app" and self.search(summary):
            await self._write(send, b"event: record\ndata: " + dump(summary) + b"\n\n")
            await asyncio.sleep(_PACE)

    async def _ping(self, send: Send) -> None:
        if perf_counter() - self.last >= self.live.ping:
            await self._write(send, b": ping\n\n")

    async def _write(self, send: Send, text: bytes) -> None:
        await send({"type": "http.response.body", "body": text, "more_body": True})
        self.last = perf_counter()


def leaving() -> bool:
    """Tell whether the server was asked to stop: uvicorn waits for its streams, and says so nowhere else."""
    owners = (getattr(signal.getsignal(number), "__self__", None) for number in (signal.SIGINT, signal.SIGTERM))
    return any(getattr(owner, "should_exit", False) is True for owner in owners)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _next(records: AsyncIterator[str]) -> str | None:
    return await anext(records, None)
