"""Streams: the parts of a response, the server-sent events in them, and nothing for what is no stream."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from debug_toolbar_core.blocks import Badge, Block, Facts, Section, Table, Tree
from debug_toolbar_tests.server import App, Message, Receive, Scope, Send, answer, around, http, only, play, records
from debug_toolbar_websocket import WebsocketPanel

EVENTS = [
    b'id: 1\nevent: price\ndata: {"cents": 990}\n\n',
    b": keep-alive\n\n",
    b"data: two\ndata: lines\n\ndata: th",
    b"ree\r\n\r\n",
]


def stream(kind: bytes, parts: list[bytes], pause: float = 0.0) -> App:
    """Make an application that streams these parts."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(pause)
        await send({"type": "http.response.body", "body": b""})

    return app


async def shown(app: App, sent: Any = None, **options: Any) -> tuple[Badge | None, list[Block]]:
    """Return the badge and blocks of one streamed response."""
    debug = around(app, WebsocketPanel(**options))
    served = await play(debug, http(), sent=sent)
    assert served.raised is None
    assert served.bare == (await play(app, http())).messages
    assert debug.toolbar is not None
    (view,) = debug.toolbar.shown(await only(debug))
    return view.badge, list(view.blocks)


def rows(blocks: list[Block], title: str) -> list[tuple[Any, ...]]:
    """Return the cells of a table, in a section or not."""
    inside = [inner for block in blocks for inner in (block.blocks if isinstance(block, Section) else [block])]
    (table,) = [block for block in inside if isinstance(block, Table) and block.title == title]
    return [tuple(row.cells) for row in table.rows]


async def test_server_sent_events_are_read() -> None:
    """Each event with id, name and data, whatever parts it came in; comments are told as such."""
    badge, blocks = await shown(stream(b"text/event-stream; charset=utf-8", EVENTS))
    assert badge == Badge("4", "events")
    events = rows(blocks, "Events")
    assert [(cells[2], cells[3], cells[5]) for cells in events] == [
        ("price", "1", '{"cents": 990}'),
        ("(comment)", None, "keep-alive"),
        ("message", None, "two lines"),
        ("message", None, "three"),
    ]
    table = next(block for block in blocks if isinstance(block, Table))
    assert table.rows[0].details == [Tree({"cents": 990})]
    assert [cells[4] for cells in rows(blocks, "Parts")] == [len(part) for part in EVENTS]


async def test_a_stream_has_its_first_byte_and_gaps() -> None:
    """Parts with their sizes, the time of the first, the longest gap, and the bytes of all of them."""
    _, blocks = await shown(stream(b"application/octet-stream", [b"\x00" * 1_000] * 3, 0.01))
    facts = {fact.label: fact.value for block in blocks if isinstance(block, Facts) for fact in block.items}
    assert facts["sent in"] == "3 parts"
    assert facts["bytes"] == 3_000
    assert 0.01 <= facts["longest gap"] < 1
    assert 0 <= facts["first byte"] < 1
    assert [cells[4] for cells in rows(blocks, "Parts")] == [1_000] * 3


async def test_what_is_not_kept_is_counted() -> None:
    """Of a long stream the newest parts are kept, and a long part is cut."""
    parts = [b"data: %04d" % number + b"x" * 100 + b"\n\n" for number in range(200)]
    _, blocks = await shown(stream(b"text/event-stream", parts), messages=20, message_bytes=50)
    facts = {fact.label: fact.value for block in blocks if isinstance(block, Facts) for fact in block.items}
    assert facts["sent in"] == "200 parts"
    assert facts["bytes"] == sum(map(len, parts))
    assert len(rows(blocks, "Parts")) <= 20


async def test_a_plain_response_is_no_stream() -> None:
    """A response in one message leaves nothing."""
    assert await shown(answer(b"hello")) == (None, [])


async def test_a_send_that_fails_in_mid_stream() -> None:
    """The client that goes away ends the stream as without us, and the last part says so."""
    app = stream(b"text/plain", [b"one", b"two", b"three"])
    debug = around(app, WebsocketPanel())

    async def sent(message: Message) -> None:
        if message.get("body") == b"two":
            raise ConnectionResetError

    served = await play(debug, http(), sent=sent)
    assert type(served.raised) is ConnectionResetError
    record = await only(debug)
    assert [message[5] for message in record.data["websocket"]["messages"]] == [None, "ConnectionResetError"]


@pytest.mark.parametrize("frames", [1, 3])
async def test_streams_do_not_mix(frames: int) -> None:
    """A hundred streams at once, sent from tasks of their own, each have their own parts."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        parts = [f"{scope['path']} {number} ".encode() for number in range(frames)]
        async with asyncio.TaskGroup() as group:
            group.create_task(stream(b"text/plain", parts)(scope, receive, send))

    debug = around(app, WebsocketPanel())
    await asyncio.gather(*(play(debug, http(f"/{number}")) for number in range(100)))
    for record in await records(debug):
        assert record.request is not None
        contents = [message[3] for message in record.data["websocket"]["messages"]]
        assert contents == [f"{record.request.path} {number} " for number in range(frames)]


async def test_a_stream_that_goes_on_is_in_the_list() -> None:
    """From its first part on it is listed, open, with what was sent so far."""
    seen: list[tuple[bool, int]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        for part in (b"one", b"two"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            (record,) = await records(debug)
            seen.append((record.open, len(record.data["websocket"]["messages"])))
        await send({"type": "http.response.body", "body": b""})

    debug = around(app, WebsocketPanel())
    await play(debug, http())
    assert seen == [(True, 1), (True, 2)]
    assert not (await only(debug)).open


async def test_a_part_that_was_cut_ends_its_events() -> None:
    """Of a part that was not kept whole the events it shows are read; the next part begins anew."""
    parts = [b"data: one\n\ndata: " + b"x" * 100, b"y\n\ndata: two\n\n", b"\xff\xfe"]
    _, blocks = await shown(stream(b"text/event-stream", parts), message_bytes=30)
    assert rows(blocks, "Events")[0][5] == "one"
    assert "two" in [cells[5] for cells in rows(blocks, "Events")]
    details = [row.details for block in blocks if isinstance(block, Section) for row in block.blocks[0].rows]  # type: ignore[attr-defined]  # it is the table
    assert any("more of" in str(detail) for detail in details)


async def test_a_compressed_stream_is_shown_in_hexadecimal() -> None:
    """What is compressed is no text: sizes and bytes."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"content-encoding", b"gzip")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"\x1f\x8b\x08\x00", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    _, blocks = await shown(app)
    assert "1f8b0800" in str(rows(blocks, "Parts")[0][7])


async def test_one_piece_and_an_end_is_no_stream() -> None:
    """Middlewares send a plain response as a piece and an empty end: nothing is shown of it."""
    assert await shown(stream(b"text/plain", [b"hello"])) == (None, [])
    badge, _ = await shown(stream(b"text/event-stream", [b"data: one\n\n"]))
    assert badge == Badge("1", "events")


async def test_a_page_that_streams_is_a_stream() -> None:
    """HTML that the toolbar puts its tag into has its parts as the application sent them, without the tag."""
    parts = [b"<!doctype html><html><body><p>one</p>", b"<p>two</p>", b"<p>three</p></body></html>"]
    debug = around(stream(b"text/html; charset=utf-8", parts), WebsocketPanel())
    served = await play(debug, http())
    assert b"data-record=" in served.body
    record = await only(debug)
    assert [message[3].encode() for message in record.data["websocket"]["messages"]] == parts
    assert debug.toolbar is not None
    (view,) = debug.toolbar.shown(record)
    assert view.badge == Badge("3", "streamed")
