"""The live stream: records as they come, in order, until the client or the server goes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from debug_toolbar_asgi.live import Live
from debug_toolbar_asgi.site import Site
from debug_toolbar_core import Toolbar
from debug_toolbar_core.memory import MemoryStore

PREFIX = "/_debug_toolbar"


async def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something holds, and fail when it does not in time."""
    for _ in range(int(seconds / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)
    assert condition()


class Reader:
    """A reader of the stream over bare ASGI: collects its text, and can leave."""

    def __init__(self, site: Site, query: str = "") -> None:
        self.gone = asyncio.Event()
        self.asked = False
        self.text = ""
        self.messages: list[Any] = []
        scope = {
            "type": "http", "method": "GET", "path": f"{PREFIX}/api/live", "query_string": query.encode(),
            "client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost")],
        }  # fmt: skip
        self.task = asyncio.create_task(site(scope, self.receive, self.send))

    async def receive(self) -> Any:
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.messages.append(message)
        self.text += message.get("body", b"").decode()

    async def until(self, words: str, seconds: float = 5.0) -> None:
        """Wait until the stream says this."""
        await eventually(lambda: words in self.text, seconds)

    async def leave(self) -> None:
        """Go away, and wait for the site to notice."""
        self.gone.set()
        async with asyncio.timeout(5):
            await self.task

    def records(self) -> list[dict[str, Any]]:
        """Return the summaries so far."""
        lines = [line for line in self.text.splitlines() if line.startswith("data: ")]
        return [json.loads(line.removeprefix("data: ")) for line in lines]


def subscribers(toolbar: Toolbar) -> int:
    """Return how many listen to the store."""
    assert isinstance(toolbar.store, MemoryStore)
    return len(toolbar.store._subscribers)


async def test_records_come_as_they_are_saved(site: Site, toolbar: Toolbar, recorded: Callable[..., str]) -> None:
    """Each record saved from the first byte of the stream on is an event with its line, in order."""
    recorded("/before")
    reader = Reader(site)
    await reader.until(": ")
    ids = [recorded(f"/{number}") for number in range(3)]
    await reader.until(ids[-1])
    assert [line["id"] for line in reader.records()] == ids
    assert reader.records()[0]["badges"][0]["panel"] == "work"
    assert reader.text.count("event: record\n") == 3
    assert dict(reader.messages[0]["headers"])[b"content-type"] == b"text/event-stream"
    assert dict(reader.messages[0]["headers"])[b"x-content-type-options"] == b"nosniff"
    await reader.leave()
    assert (subscribers(toolbar), site.live.streams) == (0, 0)


async def test_only_what_the_search_finds(site: Site, toolbar: Toolbar, recorded: Callable[..., str]) -> None:
    """The stream is filtered as the list is; the application's own record is in neither."""
    reader = Reader(site, "q=status:5xx")
    await reader.until(": ")
    recorded("/fine")
    await toolbar.load("app")
    bad = recorded("/bad", 500)
    await reader.until(bad)
    assert [line["id"] for line in reader.records()] == [bad]
    await reader.leave()


async def test_changed_record(site: Site, toolbar: Toolbar, recorded: Callable[..., str]) -> None:
    """A record that is saved again is an event again."""
    reader = Reader(site)
    await reader.until(": ")
    id = recorded()
    await reader.until(id)
    toolbar.keep(await toolbar.load(id))
    await eventually(lambda: len(reader.records()) > 1)
    assert {line["id"] for line in reader.records()} == {id}
    await reader.leave()


async def test_pings(site: Site) -> None:
    """A quiet stream says now and then that it is alive."""
    site.live.ping = 0.01
    reader = Reader(site)
    await reader.until(": ping\n\n")
    await reader.leave()


async def test_too_slow_or_gone_records_are_passed_over(
    site: Site, toolbar: Toolbar, recorded: Callable[..., str], slow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that cannot be drawn in time, or is gone already, does not end the stream."""
    monkeypatch.setattr("debug_toolbar_asgi.live.VIEW_SECONDS", 0.05)
    reader = Reader(site)
    await reader.until(": ")
    slow.seconds = 0.2
    recorded("/slow")
    await asyncio.sleep(0.1)
    slow.seconds = 0.0
    recorded("/gone")
    await toolbar.clear()
    last = recorded("/last")
    await reader.until(last)
    assert [line["path"] for line in reader.records()] == ["/last"]
    await reader.leave()


async def test_slow_reader_misses_some(site: Site, toolbar: Toolbar, recorded: Callable[..., str]) -> None:
    """Who reads slowly misses records; what waits for them is bounded."""
    reader = Reader(site)
    await reader.until(": ")
    for _ in range(400):  # without a pause: the stream reads nothing meanwhile
        recorded()
    assert isinstance(toolbar.store, MemoryStore)
    await asyncio.sleep(0)
    await reader.until("event: record")
    (listener,) = toolbar.store._subscribers
    assert listener.queue.qsize() <= 256
    await reader.leave()


async def test_bounded(site: Site, client: httpx.AsyncClient) -> None:
    """Past so many streams a reader is told to close one; one that left makes room."""
    site.live.most = 1
    reader = Reader(site)
    await reader.until(": ")
    answer = await client.get("/api/live")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "live_full")
    await reader.leave()
    other = Reader(site)
    await other.until(": ")
    await other.leave()


async def test_close(site: Site, toolbar: Toolbar) -> None:
    """Closing ends every open stream properly, and a later one is served again."""
    reader = Reader(site)
    await reader.until(": ")
    site.close()
    async with asyncio.timeout(3):
        await reader.task
    assert reader.messages[-1]["more_body"] is False
    assert subscribers(toolbar) == 0
    again = Reader(site)
    await again.until(": ")
    await again.leave()


async def test_cancelled(site: Site, toolbar: Toolbar) -> None:
    """A server that cancels the request leaves no subscription and no task behind."""
    reader = Reader(site)
    await reader.until(": ")
    reader.task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reader.task
    assert (subscribers(toolbar), site.live.streams) == (0, 0)
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("debug-toolbar live")]


class EndingStore(MemoryStore):
    """A store whose news end, with or without a fault; its iterator is no generator."""

    fault: Exception | None = None

    def subscribe(self) -> Any:
        return self

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> str:
        if self.fault is not None:
            raise self.fault
        raise StopAsyncIteration


async def test_store_that_ends(site: Site, toolbar: Toolbar, caplog: pytest.LogCaptureFixture) -> None:
    """Where the store's news end the stream ends too; a fault there is one log line."""
    store = EndingStore()
    toolbar.store = store
    reader = Reader(site)
    async with asyncio.timeout(3):
        await reader.task
    assert reader.messages[-1]["more_body"] is False
    store.fault = ValueError("connection lost")
    for _ in range(2):
        async with asyncio.timeout(3):
            await Reader(site).task
    assert len([line for line in caplog.records if line.levelname == "ERROR"]) == 1
    assert site.live.streams == 0


def test_another_event_loop(toolbar: Toolbar, site: Site) -> None:
    """Under another loop than asyncio's the stream says so, and the rest of the API works."""
    import trio

    with toolbar.capture("http") as record:
        pass
    answers: dict[str, Any] = {}

    async def ask(path: str) -> None:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "GET", "path": PREFIX + path, "query_string": b"",
            "client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost")],
        }  # fmt: skip
        await site(scope, receive, send)
        answers[path] = sent[0]["status"], sent[1]["body"]

    async def main() -> None:
        for path in ("/api/live", "/api/records", f"/api/records/{record.id}", "/api/records/app"):
            await ask(path)

    trio.run(main)
    status, body = answers.pop("/api/live")
    assert (status, json.loads(body)["error"]["code"]) == (501, "live_unsupported")
    assert "asyncio" in json.loads(body)["error"]["hint"]
    assert {status for status, _ in answers.values()} == {200}


@pytest.fixture
async def served(site: Site) -> AsyncIterator[str]:
    """The site behind a real server; its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(site, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    await eventually(lambda: server.started)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}{PREFIX}"
    server.should_exit = True
    async with asyncio.timeout(5):
        await serving
    listening.close()


async def test_through_a_real_server(served: str, toolbar: Toolbar, recorded: Callable[..., str]) -> None:
    """A browser's way: connect, hear of a record saved later, go away, and nothing stays behind."""
    async with httpx.AsyncClient(trust_env=False) as client:
        async with client.stream("GET", f"{served}/api/live") as answer:
            lines = answer.aiter_lines()
            assert (await anext(lines)).startswith(": ")
            id = recorded("/later")
            async for line in lines:
                if line.startswith("data: "):
                    assert json.loads(line.removeprefix("data: "))["id"] == id
                    break
        await eventually(lambda: subscribers(toolbar) == 0)
        page = await client.get(f"{served}/")
        assert "debug-toolbar-dashboard" in page.text


SERVER = """
    import sys
    import uvicorn
    from debug_toolbar_asgi.config import ASGIConfig
    from debug_toolbar_asgi.gate import Gate
    from debug_toolbar_asgi.site import Site
    from debug_toolbar_core import Toolbar

    config = ASGIConfig(panels=[])
    site = Site(Toolbar(config), Gate(config.gate(), {}), config)
    uvicorn.run(site, fd=int(sys.argv[1]), lifespan="off", log_level="critical")
"""


async def test_server_that_stops(tmp_path: Path) -> None:
    """An open stream does not keep uvicorn from stopping when it is told to."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        number = listening.fileno()
        code = textwrap.dedent(SERVER)
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(number), pass_fds=[number], cwd=tmp_path
        )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}{PREFIX}/api/live"
    try:
        client = httpx.AsyncClient(trust_env=False, timeout=30)
        async with client, client.stream("GET", address) as answer:
            lines = answer.aiter_lines()
            assert (await anext(lines)).startswith(": ")
            before = time.monotonic()
            server.send_signal(signal.SIGTERM)
            assert [line async for line in lines if line] == []
        await asyncio.wait_for(server.wait(), 10)
        assert time.monotonic() - before < 5
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.kill()
        await server.wait()


def test_defaults(toolbar: Toolbar) -> None:
    """A quiet stream pings four times a minute, and 32 readers may listen."""
    assert (Live(toolbar).ping, Live(toolbar).most) == (15.0, 32)
