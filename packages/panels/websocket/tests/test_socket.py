"""Connections: messages both ways with their times, states, and what their handling did; all of it bounded."""

from __future__ import annotations

import asyncio
import logging
import tracemalloc
from enum import IntEnum
from typing import Any

import pytest

from debug_toolbar_asgi import DebugToolbar
from debug_toolbar_core import Record, current, note, span
from debug_toolbar_core.blocks import Badge, Block, Facts, Notice, Table, Tree
from debug_toolbar_core.memory import MemoryStore, weigh
from debug_toolbar_logging import LoggingPanel
from debug_toolbar_tests.server import App, Receive, Scope, Send, around, only, play, records, websocket
from debug_toolbar_websocket import WebsocketPanel

CONNECT: list[dict[str, Any]] = [{"type": "websocket.connect"}]
GONE: list[dict[str, Any]] = [{"type": "websocket.disconnect", "code": 1001, "reason": "tab closed"}]


def text(content: str) -> dict[str, Any]:
    """Make a message from the client."""
    return {"type": "websocket.receive", "text": content}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept, and echo what comes until the client goes."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "chat"})
    while (message := await receive())["type"] == "websocket.receive":
        with span(f"answer {message.get('text')}"):
            await send({"type": "websocket.send", "text": message.get("text") or "binary"})


def blocks(debug: DebugToolbar, record: Record) -> list[Block]:
    """Return what the panel shows."""
    assert debug.toolbar is not None
    return list(debug.toolbar.blocks(record, "websocket"))


def facts(shown: list[Block]) -> dict[str, Any]:
    """Return all facts by their labels."""
    return {fact.label: fact.value for block in shown if isinstance(block, Facts) for fact in block.items}


def tables(shown: list[Block]) -> dict[str | None, Table]:
    """Return the tables by their titles."""
    return {block.title: block for block in shown if isinstance(block, Table)}


async def test_a_connection_is_told_message_by_message() -> None:
    """Both ways, in order, with sizes, contents, and the handling; the states with who ended it."""
    debug = around(echo, WebsocketPanel())
    served = await play(debug, websocket("/chat"), [*CONNECT, text("one"), text('{"a": [1]}'), *GONE])
    assert served.raised is None
    record = await only(debug)
    shown = blocks(debug, record)
    assert debug.toolbar is not None
    assert [view.badge for view in debug.toolbar.shown(record)] == [Badge("4", "2↓ 2↑")]
    found = tables(shown)
    rows = found["Messages"].rows
    assert [(row.cells[3], row.cells[4], *row.cells[6:]) for row in rows] == [
        ("→ in", 3, "text", "one"),
        ("← out", 3, "text", "one"),
        ("→ in", 10, "JSON", '{"a": [1]}'),
        ("← out", 10, "JSON", '{"a": [1]}'),
    ]
    assert [row.cells[0] for row in rows] == [1, 2, 3, 4]
    assert rows[2].details == [Tree({"a": [1]})]
    assert all(isinstance(row.cells[5], float) for row in rows)
    assert [row.cells[1:4] for row in found["States"].rows] == [
        ("connecting", "client", ""),
        ("open", "server", ""),
        ("closed", "client", "1001 going away"),
    ]
    told = facts(shown)
    assert (told["state"], told["received"], told["sent"]) == ("closed", 2, 2)
    assert (told["subprotocols offered"], told["path"]) == ("chat", "/chat")


async def test_what_a_message_caused_stands_under_it() -> None:
    """Spans and log lines of a message's handling are its children; a message without any has no span."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        with span("conversation"):
            while (message := await receive())["type"] == "websocket.receive":
                if message["text"] == "work":
                    with span("query"):
                        logging.getLogger("chat").warning("working")
                    await asyncio.create_task(child())
        note(1, "after")

    async def child() -> None:
        note(2, "in a task")

    debug = around(app, WebsocketPanel(), LoggingPanel())
    await play(debug, websocket(), [*CONNECT, text("idle"), text("work"), text("idle"), *GONE])
    record = await only(debug)
    above = {made.name: made.parent.name if made.parent else None for made in record.spans}
    assert above == {
        "conversation": None,
        "message 2": "conversation",
        "query": "message 2",
        "working": "query",
        "in a task": "message 2",
        "after": None,
    }
    message = next(made for made in record.spans if made.name == "message 2")
    assert message.end is not None
    rows = tables(blocks(debug, record))["Messages"].rows
    assert [row.span for row in rows] == [None, record.spans.index(message), None]


async def test_the_newest_messages_are_kept() -> None:
    """Past each limit the oldest go, counted, with the spans of their time; every message is counted."""
    debug = around(echo, WebsocketPanel(messages=20, message_bytes=10, total_bytes=5_000))
    await play(debug, websocket(), [*CONNECT, *(text(f"{number:04}" + "x" * 20) for number in range(100)), *GONE])
    record = await only(debug)
    shown = blocks(debug, record)
    rows = tables(shown)["Messages"].rows
    assert 5 <= len(rows) <= 20
    assert rows[-1].cells[0] == 200
    assert rows[-1].cells[4] == 24
    assert facts(shown)["received"] == facts(shown)["sent"] == 100
    dropped = next(block for block in shown if isinstance(block, Notice) and block.label == "messages dropped")
    assert dropped.text.startswith(f"{200 - len(rows)} older messages")
    assert len(record.spans) < 60
    assert sum(fold.count for fold in record.folded.values()) + len(record.spans) == 200


async def test_a_long_connection_stays_small() -> None:
    """20,000 messages of 1 kB, each with a span, hold less than 2 MB."""
    debug = around(echo, WebsocketPanel())
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    await play(debug, websocket(), [*CONNECT, *[text("x" * 1_000)] * 20_000, *GONE])
    held = tracemalloc.get_traced_memory()[0] - before - 20_000 * 8
    tracemalloc.stop()
    assert facts(blocks(debug, await only(debug)))["received"] == 20_000
    assert held < 2_000_000 + 100_000 * 8  # the test's own server notes each message


async def test_a_thousand_open_connections_stay_small() -> None:
    """What they keep together is bounded, however much each is sent; closed, they weigh what they keep."""
    going, there = asyncio.Event(), asyncio.Barrier(1_001)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await echo(scope, receive, send)
        await there.wait()
        await going.wait()

    store = MemoryStore(2_000, 1 << 30)
    debug = around(app, WebsocketPanel(open_bytes=4_000_000), store=store)
    sent = [*CONNECT, *[text("x" * 1_000)] * 20, *GONE]
    async with asyncio.TaskGroup() as group:
        for _ in range(1_000):
            group.create_task(play(debug, websocket(), sent))
        await there.wait()
        working = [record for record, _, _ in store._records.values()]
        logs = [record.data["websocket"] for record in working]
        assert {record.open for record in working} == {True}
        assert sum(len(str(message[3])) + 400 for log in logs for message in log["messages"]) < 16_000_000
        assert {log["first"] + len(log["messages"]) for log in logs} == {40}
        going.set()
    light = weigh(Record("websocket"))
    assert all(weigh(record) > light + 1_000 * len(record.data["websocket"]["messages"]) for record in working)


async def test_a_large_frame_is_cut() -> None:
    """Of 16 MB the first bytes are kept, with the size; the application gets all of it."""
    frame = b"\x00\xff" * 8_000_000
    sizes: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        sizes.append(len((await receive())["bytes"]))

    debug = around(app, WebsocketPanel())
    await play(debug, websocket(), [*CONNECT, {"type": "websocket.receive", "bytes": frame}])
    assert sizes == [16_000_000]
    record = await only(debug)
    assert tables(blocks(debug, record))["Messages"].rows[0].cells[4] == 16_000_000
    assert len(str(record.data)) < 6_000


async def test_binary_is_shown_in_hexadecimal_and_secrets_are_not() -> None:
    """Bytes that are no text are shown as hexadecimal; a password in a JSON message is redacted."""
    messages = [{"type": "websocket.receive", "bytes": b"\x00\xff\x00\xfe"}, text('{"password": "hunter2"}')]
    debug = around(echo, WebsocketPanel())
    await play(debug, websocket(), [*CONNECT, *messages, *GONE])
    record = await only(debug)
    rows = tables(blocks(debug, record))["Messages"].rows
    assert rows[0].cells[6] == "binary"
    assert "00ff00fe" in str(rows[0].cells[7])
    assert "hunter2" not in str(record.data)
    assert rows[2].details == [Tree({"password": "[redacted]"})]


async def test_an_open_connection_is_in_the_list_and_live() -> None:
    """From the moment it opens it is listed; what passed is seen while it is open, and closed when it is."""
    going = asyncio.Event()
    seen: list[tuple[bool, int, str]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await look()
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await look()

    async def look() -> None:
        (record,) = await records(debug)
        shown = blocks(debug, record)
        seen.append((record.open, len(tables(shown)["Messages"].rows), facts(shown)["state"]))

    debug = around(app, WebsocketPanel())
    await play(debug, websocket(), [*CONNECT, text("one")])
    going.set()
    assert seen == [(True, 0, "connecting"), (True, 1, "open")]
    record = await only(debug)
    assert (record.open, facts(blocks(debug, record))["state"]) == (False, "closed")


async def test_a_client_that_does_not_read_is_told() -> None:
    """A `send` that waits long is backpressure: a notice, and the time in all."""
    debug = around(echo, WebsocketPanel(slow_send=0.01))

    async def slow(message: Any) -> None:
        await asyncio.sleep(0.03 if message["type"] == "websocket.send" else 0)

    await play(debug, websocket(), [*CONNECT, text("one"), *GONE], slow)
    shown = blocks(debug, await only(debug))
    assert [block.label for block in shown if isinstance(block, Notice)] == ["backpressure"]
    assert facts(shown)["waiting in send"] >= 0.03


@pytest.mark.parametrize("code", [1000, 1011, 4001])
async def test_who_closed_it_and_why(code: int) -> None:
    """A close by the application has its code in words; what is no normal end is a warning."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": code, "reason": "so"})

    debug = around(app, WebsocketPanel())
    await play(debug, websocket(), CONNECT)
    shown = blocks(debug, await only(debug))
    closed = tables(shown)["States"].rows[-1]
    words = {1000: "1000 normal closure", 1011: "1011 internal error", 4001: "4001 the application's own"}
    assert closed.cells[1:] == ("closed", "server", words[code], "so")
    assert [block.level for block in shown if isinstance(block, Notice)] == ([] if code == 1000 else ["warning"])


async def test_a_code_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """An enumeration is its number, as wsproto's; anything else is no code."""

    class Code(IntEnum):
        GONE = 1001

    for given, expected in ((Code.GONE, "1001 going away"), ("odd", "")):
        debug = around(echo, WebsocketPanel())
        await play(debug, websocket(), [*CONNECT, {"type": "websocket.disconnect", "code": given}])
        assert tables(blocks(debug, await only(debug)))["States"].rows[-1].cells[3] == expected


async def test_a_connection_of_a_task_that_goes_on() -> None:
    """What a forgotten task still sends and hears after the handler's end reaches the server, and nobody's record."""
    left: list[asyncio.Task[None]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def later() -> None:
            await asyncio.sleep(0)
            await send({"type": "websocket.send", "text": "late"})
            await receive()
            await receive()

        await receive()
        await send({"type": "websocket.accept"})
        left.append(asyncio.create_task(later()))

    debug = around(app, WebsocketPanel())
    served = await play(debug, websocket(), [*CONNECT, text("late")])
    await left[0]
    assert served.messages[-1] == {"type": "websocket.send", "text": "late"}
    assert (await only(debug)).data["websocket"]["messages"] == []


async def test_a_refused_connection() -> None:
    """Closed before it was accepted: the handshake says so."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.close"})

    debug = around(app, WebsocketPanel())
    await play(debug, websocket(), CONNECT)
    assert facts(blocks(debug, await only(debug)))["answered"] == "403 Denied"


async def test_an_exception_in_the_handler() -> None:
    """It reaches the server as it was, and the panel says what ended the connection."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        raise LookupError("no such room")

    debug = around(app, WebsocketPanel())
    served = await play(debug, websocket(), CONNECT)
    assert type(served.raised) is LookupError
    shown = blocks(debug, await only(debug))
    assert [block.label for block in shown if isinstance(block, Notice)] == ["handler failed"]
    assert facts(shown)["state"] == "closed"


async def test_a_send_that_fails_is_noted() -> None:
    """What the server raises goes to the application; the message says that it was not sent."""

    async def broken(message: Any) -> None:
        if message["type"] == "websocket.send":
            raise ConnectionResetError("gone")

    debug = around(echo, WebsocketPanel())
    served = await play(debug, websocket(), [*CONNECT, text("one")], broken)
    assert type(served.raised) is ConnectionResetError
    shown = blocks(debug, await only(debug))
    assert "send failed" in [block.label for block in shown if isinstance(block, Notice)]


async def test_a_hundred_connections_do_not_mix() -> None:
    """Each has its own messages, spans and states, however they interleave."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await asyncio.sleep(0)
            with span(message["text"]):
                await asyncio.sleep(0)
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.to_thread(note, message["text"], f"{message['text']} thread"))

    debug = around(app, WebsocketPanel())
    await asyncio.gather(
        *(
            play(debug, websocket(f"/{number}"), [*CONNECT, *(text(f"{number}.{part}") for part in range(3)), *GONE])
            for number in range(100)
        )
    )
    found = await records(debug)
    assert len(found) == 100
    for record in found:
        assert record.request is not None
        number = record.request.path[1:]
        assert [message[3] for message in record.data["websocket"]["messages"]] == [f"{number}.{n}" for n in range(3)]
        for made in record.spans:
            if made.panel == "app":
                assert made.parent is not None
                assert made.name.startswith(f"{number}.{made.parent.attributes['websocket.message']}")
    assert current() is None


async def test_a_listener_that_fails_is_told_nothing_more() -> None:
    """A fault of a panel's listener costs its own data; the connection goes on as without it."""

    class Failing(WebsocketPanel):
        """Fails at the first message."""

        def collect(self, record: Record) -> Any:
            class Deaf:
                panel = "websocket"

                def __getattr__(self, name: str) -> Any:
                    raise ValueError("ours")

            record.wire.listen(Deaf())  # type: ignore[arg-type]  # that is what it is not
            return
            yield

    app: App = echo
    bare = await play(app, websocket(), [*CONNECT, text("one"), *GONE])
    debug = around(app, Failing())
    served = await play(debug, websocket(), [*CONNECT, text("one"), *GONE])
    assert (served.messages, served.raised) == (bare.messages, None)
    assert (await only(debug)).failures["websocket"].message == "ValueError: ours"


@pytest.mark.parametrize(
    "data", [None, [], {}, {"messages": 3}, {"messages": [[1]], "kind": "websocket"}, {"messages": [["x"] * 7]}]
)
async def test_odd_data_is_shown_as_far_as_it_goes(data: Any) -> None:
    """A record that came from elsewhere may hold anything under our name."""
    debug = around(echo, WebsocketPanel())
    await play(debug, websocket(), CONNECT)
    record = await only(debug)
    record.data["websocket"] = data
    assert debug.toolbar is not None
    assert not any(" failed in " in block.text for block in blocks(debug, record) if isinstance(block, Notice))
