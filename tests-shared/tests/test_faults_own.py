"""Our own bugs: whatever of ours raises on a request's path, the application and its client know nothing of it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from debug_toolbar_asgi.injection import Injection
from debug_toolbar_core import current
from debug_toolbar_tests.server import VIEWER, Message, Receive, Scope, Send, around, http, play, websocket

PAGE = b"<!doctype html><html><body>Hello</body></html>"
POINTS = [
    *("core.toolbar:Toolbar.open", "core.toolbar:Toolbar.keep", "core.capture:Capture.__init__"),
    *(
        "core.capture:Capture.close",
        "core.capture:Capture.end_all",
        "core.record:Record.close",
    ),
    *("core.record:Record.__init__", "core.demand:Demand.collecting", "core.keeper:Keeper.keep"),
    *("core.memory:MemoryStore.save", "core.application:Application.matched", "asgi.gate:Gate.check"),
    *("asgi.recorder:Recorder.our_headers", "asgi.recorder:Recorder.tag"),
    *("asgi.recorder:Recorder.asked", "asgi.recorder:Recorder.shows", "asgi.exchange:Exchange.__init__"),
    *("asgi.incoming:Incoming.thin", "asgi.tee:Tee.__init__", "asgi.tee:Tee.add", "asgi.tee:Media.__missing__"),
    "asgi.injection:Injection.begin",
    *(
        "asgi.injection:Injection.decide",
        "asgi.conversation:Connection.counts",
        "asgi.conversation:Connection.__init__",
    ),
    *("asgi.conversation:Conversation.answer",),
]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """A page and an echo, both of which read what comes."""
    message = await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": (await receive())["text"]})
        await send({"type": "websocket.close", "code": 1000})
        return
    size = b"%d" % len(message["body"])
    headers = [(b"content-type", b"text/html"), (b"x-size", size)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE})


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("point", POINTS)
async def test_a_bug_of_ours_is_not_the_applications(point: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault at this point of ours, the application is served as it is alone."""
    module, _, path = point.partition(":")
    owner, _, name = path.partition(".")
    debug = around(app)

    def broken(*arguments: Any, **options: Any) -> Any:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(getattr(import_module(f"debug_toolbar_{module}"), owner), name, broken)
    scope = websocket() if kind == "websocket" else http(method="POST", headers=[*VIEWER, (b"a", b"b")])
    text: list[Message] = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}]
    events = text if kind == "websocket" else [{"type": "http.request", "body": b"x" * 10}]
    bare = await play(app, dict(scope), events)
    served = await play(debug, dict(scope), events)
    assert served.raised is None
    assert served.received == bare.received
    if any(b"<script" in message.get("body", b"") for message in served.messages):
        assert served.body.replace(served.body[served.body.index(b"<script") : -len(b"</body></html>")], b"") == PAGE
    else:
        assert served.bare == bare.messages
    assert current() is None


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("promised", [False, True])
async def test_a_bug_in_the_insertion_leaves_the_page(at: int, promised: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A streamed page whose insertion fails at any part goes out whole, as long as its headers promised."""
    parts = [b"<!doctype html><html><body>Hel", b"lo</body>", b"</html>"]
    headers = [(b"content-type", b"text/html")]
    if promised:
        headers.append((b"content-length", b"%d" % sum(map(len, parts))))

    async def streamed(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": part is not parts[-1]})

    feed, calls = Injection.feed, 0

    def broken(self: Injection, body: bytes, more_body: bool) -> bytes:
        nonlocal calls
        calls += 1
        if calls == at + 1:
            raise RuntimeError("a bug of ours")
        return feed(self, body, more_body)

    monkeypatch.setattr(Injection, "feed", broken)
    served = await play(around(streamed), http())
    assert served.raised is None
    assert served.body.rstrip() == b"".join(parts)
    if promised:
        length = next(value for name, value in served.headers if name == b"content-length")
        assert len(served.body) == int(length)
    else:
        assert served.body == b"".join(parts)
