"""Served: profiles of requests to a real ASGI application, asked for as a browser asks, with clients that go away."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_profiling.taken import Taken

HEADERS = [(b"host", b"localhost:8000"), (b"x-debug-toolbar", b"1"), (b"content-type", b"application/json")]


def busy(seconds: float) -> None:
    """Use CPU on the loop."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with a stream, between whose parts it computes."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    for _ in range(3):
        busy(0.01)
        await send({"type": "http.response.body", "body": b"part", "more_body": True})
        await asyncio.sleep(0.001)
    await send({"type": "http.response.body", "body": b""})


async def ask(
    toolbar: DebugToolbar, path: str, *, body: bytes = b"", gone: bool = False, run: bytes = b"", query: bytes = b""
) -> list[dict[str, Any]]:
    """Send a request; a client that is gone breaks the second part of its answer."""
    sent: list[dict[str, Any]] = []
    headers = [
        *HEADERS,
        (b"content-length", str(len(body)).encode()),
        *([(b"x-debug-toolbar-run", run)] if run else []),
    ]
    scope = {
        "type": "http", "method": "POST" if body else "GET", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query, "headers": headers, "scheme": "http", "http_version": "1.1",
        "client": ("127.0.0.1", 5123), "server": ("localhost", 8000), "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if gone and len(sent) == 2:
            raise ConnectionResetError("the client is gone")
        sent.append(message)

    await toolbar(scope, receive, send)
    return sent


async def profiles(toolbar: DebugToolbar) -> list[Taken | None]:
    """Return the profiles of the records, oldest first."""
    assert toolbar.toolbar is not None
    found = [await toolbar.toolbar.load(line["id"]) for line in (await toolbar.toolbar.recent())[0]]
    return [Taken.of(record.data.get("profiling")) for record in reversed(found)]


@pytest.fixture
def toolbar() -> Any:
    """The application with the toolbar around it."""
    made = DebugToolbar(app, ASGIConfig(panels=["profiling", "timer"], strict=True, enabled=True))
    made.start()
    yield made
    made.stop()


async def test_the_button_profiles_the_next_request(toolbar: DebugToolbar) -> None:
    """Armed through the API, the next request is profiled, and the one after it is not."""
    asked = json.dumps({"panels": ["profiling"], "requests": 1}).encode()
    answer = await ask(toolbar, "/_debug_toolbar/api/demand", body=asked)
    assert answer[0]["status"] == 200
    await ask(toolbar, "/")
    await ask(toolbar, "/")
    first, second = await profiles(toolbar)
    assert second is None
    assert first is not None
    assert "busy" in {function.name for function in first.functions}
    assert {wait.function.name for wait in first.waits} == {"app"}


async def test_a_header_profiles_its_request(toolbar: DebugToolbar) -> None:
    """A request may ask for itself; its drivers and the timer's do not get into each other's way."""
    await ask(toolbar, "/", run=b"profiling")
    await ask(toolbar, "/")
    first, second = await profiles(toolbar)
    assert first is not None
    assert first.facts["cpu"] >= 0.03
    assert second is None


async def test_a_query_profiles_its_request(toolbar: DebugToolbar) -> None:
    """The same by what is typed into a browser's address."""
    await ask(toolbar, "/", query=b"page=2&debug-toolbar-run=profiling")
    await ask(toolbar, "/", query=b"page=2")
    first, second = await profiles(toolbar)
    assert first is not None
    assert first.facts["cpu"] >= 0.03
    assert second is None


async def test_a_client_that_goes_away_ends_the_profile(toolbar: DebugToolbar) -> None:
    """What the application did until then is profiled."""
    with pytest.raises(ConnectionResetError):
        await ask(toolbar, "/", run=b"profiling", gone=True)
    (profile,) = await profiles(toolbar)
    assert profile is not None
    assert "busy" in {function.name for function in profile.functions}
