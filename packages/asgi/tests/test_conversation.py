"""Websockets: the handshake, messages and close codes are the application's and the server's, and are counted."""

from __future__ import annotations

import enum
import time
from typing import Any

import pytest

from debug_toolbar_core import current, span
from debug_toolbar_tests.server import (
    VIEWER,
    App,
    Message,
    Receive,
    Scope,
    Send,
    around,
    only,
    play,
    records,
    websocket,
)

pytestmark = pytest.mark.usefixtures("never_blocks")
CONNECT: Message = {"type": "websocket.connect"}


def text(content: str) -> Message:
    """Receive a text message."""
    return {"type": "websocket.receive", "text": content}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept, send everything back, and stop when the client goes."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "chat", "headers": [(b"x-a", b"1"), (b"x-a", b"2")]})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


async def same(app: App, events: list[Message], **changes: Any) -> Any:
    """Play it bare and with the toolbar, and hold the two against each other; return the toolbar."""
    bare = await play(app, websocket(**changes), events)
    debug = around(app)
    served = await play(debug, websocket(**changes), events)
    assert served == bare
    return debug


async def test_messages_pass_and_are_counted() -> None:
    """Text and bytes go both ways as they are; the record counts them and knows who closed."""
    events = [CONNECT, text("héllo"), {"type": "websocket.receive", "bytes": b"\xff\x00", "text": None}]
    gone = {"type": "websocket.disconnect", "code": 1001, "reason": "bye"}
    record = await only(await same(echo, [*events, gone]))
    assert record.kind == "websocket"
    assert record.tags["websocket"] == {
        "received": 2,
        "received_bytes": 7,
        "sent": 2,
        "sent_bytes": 7,
        "close": {"by": "client", "code": 1001, "reason": "bye"},
    }
    assert record.response is not None
    assert (record.response.status, record.response.reason) == (101, "Switching Protocols")
    assert record.response.headers == [("x-a", "1"), ("x-a", "2")]
    assert record.response.complete
    assert record.request is not None
    assert (record.request.scheme, list(record.request.subprotocols)) == ("ws", ["chat"])


class Code(enum.IntEnum):
    """Close codes, as wsproto has them."""

    AWAY = 1001


@pytest.mark.parametrize("code", [1000, 1011, 3000, 4999, Code.AWAY, None, "strange"])
async def test_the_application_closes(code: object) -> None:
    """Any close code and reason reaches the server as it was sent."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": code, "reason": "so"})

    record = await only(await same(app, [CONNECT]))
    expected = int(code) if isinstance(code, int) else None
    assert record.tags["websocket"]["close"] == {"by": "server", "code": expected, "reason": "so"}


async def test_a_handshake_is_refused() -> None:
    """Closing before accepting is a 403, as servers answer it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.close"})

    record = await only(await same(app, [CONNECT]))
    assert record.response is not None
    assert (record.response.status, record.response.reason) == (403, "Denied")


async def test_a_handshake_is_denied_with_a_response() -> None:
    """A denial response goes out message by message, and its status is the record's."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        headers = [(b"content-type", b"text/html")]
        await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b"<html><body></body>", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"later"})

    record = await only(await same(app, [CONNECT], headers=VIEWER))
    assert record.response is not None
    assert record.response.status == 429


async def test_unknown_messages_pass() -> None:
    """Messages that ASGI may get one day pass both ways."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        await send({"type": "websocket.future", "echo": message})

    record = await only(await same(app, [{"type": "websocket.ping", "odd": object()}]))
    assert record.response is None


async def test_an_error_after_accepting() -> None:
    """An exception leaves as it is, and is the record's."""
    error = ValueError("in the middle")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        with span("work"):
            raise error

    debug = around(app)
    served = await play(debug, websocket(), [CONNECT])
    assert served.raised is error
    record = await only(debug)
    assert record.error is not None
    assert record.error.type == "ValueError"
    assert [made.name for made in record.spans] == ["work"]
    assert current() is None


async def test_an_open_connection_is_in_the_list() -> None:
    """From its acceptance on, a connection is shown, with what it counted so far."""
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "hello"})
        seen.extend(await records(debug))

    debug = around(app)
    await play(debug, websocket(), [CONNECT])
    (open_record,) = seen
    assert open_record.open
    assert open_record.response.messages == 1
    assert not (await only(debug)).open


async def test_many_messages_and_a_large_one() -> None:
    """100,000 messages and one of 16 MB cost microseconds each and are not kept."""
    large = "x" * 16_777_216
    events = [CONNECT, *([text("hello")] * 100_000), text(large)]
    differences: list[float] = []
    for _ in range(3):  # what else the machine does makes one of them larger, never all smaller
        times: list[float] = []
        debug = around(echo)
        for app in (echo, debug):
            before = time.perf_counter()
            served = await play(app, websocket(), events)
            times.append(time.perf_counter() - before)
        differences.append(times[1] - times[0])
    assert served.messages[-1]["text"] is large
    assert min(differences) / 100_000 < 20e-6
    counted = (await only(debug)).tags["websocket"]
    assert (counted["received"], counted["sent_bytes"]) == (100_001, 500_000 + len(large))


async def test_a_thin_scope() -> None:
    """A server that gives only what it must (no version, scheme, headers or client) gets the same."""
    scope: Scope = {"type": "websocket", "path": "/chat", "query_string": b"", "asgi": {}}
    bare = await play(echo, dict(scope), [CONNECT])
    debug = around(echo)
    assert await play(debug, dict(scope), [CONNECT]) == bare
    record = await only(debug)
    assert record.request is not None
    assert record.request.path == "/chat"
