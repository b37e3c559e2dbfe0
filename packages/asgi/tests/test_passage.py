"""One HTTP request on its way through: what the server and the application see is what they saw bare."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from debug_toolbar_tests.server import (
    STRANGER,
    VIEWER,
    App,
    Message,
    Receive,
    Scope,
    Send,
    answer,
    around,
    http,
    only,
    play,
    records,
    says,
)

pytestmark = pytest.mark.usefixtures("never_blocks")
HTML = (b"content-type", b"text/html; charset=utf-8")
PAGE = b"<!doctype html><html><body><p>Hello</p></body></html>"
NAVIGATION = [*VIEWER, (b"sec-fetch-dest", b"document")]


def start(*headers: tuple[bytes, bytes], status: int = 200, **more: Any) -> Message:
    """Begin a response."""
    return {"type": "http.response.start", "status": status, "headers": list(headers), **more}


def body(content: bytes = b"", more: bool = False, **keys: Any) -> Message:
    """Send a part of a response's body."""
    return {"type": "http.response.body", "body": content, "more_body": more, **keys}


def request(content: bytes, more: bool = False) -> Message:
    """Receive a part of a request's body."""
    return {"type": "http.request", "body": content, "more_body": more}


async def same(app: App, scope: Scope, events: list[Message], **settings: Any) -> Any:
    """Play it bare and with the toolbar, and hold the two against each other; return the toolbar."""
    bare = await play(app, dict(scope), list(events))
    debug = around(app, **settings)
    served = await play(debug, dict(scope), list(events))
    headerless = [
        {"headers": [], **message} if message["type"] == "http.response.start" else message for message in bare.messages
    ]
    assert served.bare in (bare.messages, headerless)
    assert (served.received, type(served.raised)) == (bare.received, type(bare.raised))
    return debug


# R6-R8: bytes and messages


@pytest.mark.parametrize("asker", [STRANGER, VIEWER])
async def test_headers_keep_order_and_repeats(asker: list[tuple[bytes, bytes]]) -> None:
    """Three Set-Cookie and two Link go out, in order and with their case, whoever asks."""
    headers = [
        *((b"Set-Cookie", b"a=1"), (b"link", b"</a>"), (b"set-cookie", b"b=2")),
        *((b"content-type", b"text/plain"), (b"Link", b"</b>"), (b"set-cookie", b"c=3")),
    ]
    debug = await same(answer(headers=headers), http(headers=asker), [])
    response = (await only(debug)).response
    assert [name for name, _ in response.headers] == [name.decode() for name, _ in headers]


@pytest.mark.parametrize(
    "value", [b"caf\xe9", bytes(range(1, 256)), b"x" * 65_536, b"", b"\x1b]8;;evil\x07"], ids=range(5)
)
async def test_odd_header_bytes_pass(value: bytes) -> None:
    """Latin-1, control bytes and 64 KiB go through both ways, and the record can be read."""
    scope = http(headers=[*VIEWER, (b"x-odd", value), (b"cookie", b"a=" + value)])
    debug = await same(answer(headers=[(b"x-odd", value)]), scope, [])
    record = await only(debug)
    assert record.request is not None
    assert "x-odd" in dict(record.request.headers)


@pytest.mark.parametrize(
    ("changes", "content"),
    [
        ({"path": "/\ufffd", "raw_path": b"/%ff"}, b""),
        ({"query_string": b"q=%ff&\xff=\xfe;&&=&" + b"a=1&" * 2_000}, b""),
        ({"headers": [*VIEWER, (b"content-type", b"application/x-www-form-urlencoded")]}, b"a=%ff&\xff=\xfe&&"),
        ({"headers": [*VIEWER, (b"content-type", b"multipart/form-data; boundary=\xff")]}, b"--\xff\r\n\r\n\x00"),
        ({"headers": [*VIEWER, (b"content-type", b"application/json; charset=\xff\n")]}, b'{"a": \xff}'),
        ({"headers": [*VIEWER, (b"content-encoding", b"gzip")]}, b"no gzip"),
    ],
)
async def test_odd_requests_pass(changes: dict[str, Any], content: bytes) -> None:
    """What is no UTF-8, in path, query or body, reaches the application, and the record can be read."""
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((await receive())["body"])
        await answer()(scope, receive, send)

    debug = await same(app, http(method="POST", **changes), [request(content)])
    assert seen == [content, content]
    assert (await only(debug)).request is not None


UNKNOWN: list[list[Message]] = [
    [start(trailers=True), body(b"a"), {"type": "http.response.trailers", "headers": [(b"x", b"y")]}],
    [start(), {"type": "http.response.pathsend", "path": "/nowhere"}],
    [start(), {"type": "http.response.zerocopysend", "file": 3, "more_body": False}],
    [{"type": "http.response.debug", "info": {"template": object()}}, start(), body(b"a")],
    [{"type": "http.response.push", "path": "/style.css", "headers": []}, start(), body()],
    [{"type": "http.response.early_hint", "links": [b"</a>"]}, start(), body()],
    [{"type": "future.type", "key": object()}, start(extra=object()), body(b"x", extra=object())],
    [start(HTML), {"type": "future.type"}, body(PAGE)],
    [start(HTML), body(b"<!doc", True), {"type": "future.type"}, body(PAGE)],
    [start(HTML), {"type": "http.response.pathsend", "path": "/nowhere.html"}],
    [body(b"before its start"), start()],
    [start(), start(status=500), body(b"a"), body(b"after the end")],
    [{"type": "http.response.start", "status": 200}, {"type": "http.response.body"}],
    [{"type": "http.response.start", "status": "200", "headers": None}, {"type": "http.response.body", "body": None}],
    [{"type": "http.response.start"}, body(b"a")],
    [start((b"content-type", "no bytes"), HTML), body(bytearray(b"a")), body(memoryview(b"b"))],  # type: ignore[arg-type]
    [{"type": "http.response.start", "status": 200, "headers": [(b"only one",), 7]}, body(b"a")],
]


@pytest.mark.parametrize("asker", [STRANGER, NAVIGATION])
@pytest.mark.parametrize("messages", UNKNOWN, ids=range(len(UNKNOWN)))
async def test_unknown_messages_and_keys_pass(messages: list[Message], asker: list[tuple[bytes, bytes]]) -> None:
    """Messages and keys that ASGI has or may get, and wrong ones, reach the server as they were sent."""
    debug = await same(says(messages), http(headers=asker), [])
    assert len(await records(debug)) == 1


async def test_a_message_without_type_is_the_applications_error() -> None:
    """A message that is none raises in the application, as at a server, and is recorded."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({})

    served = await play(around(app), http())
    assert isinstance(served.raised, KeyError)


async def test_headers_from_an_iterator() -> None:
    """Headers that can be read only once reach the server all the same."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        pairs: Iterator[tuple[bytes, bytes]] = iter([(b"a", b"1"), (b"b", b"2")])
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        await send(body())

    debug = around(app)
    served = await play(debug, http(headers=STRANGER))
    assert served.start["headers"] == [(b"a", b"1"), (b"b", b"2")]
    response = (await only(debug)).response
    assert response is not None
    assert response.headers == [("a", "1"), ("b", "2")]


async def test_the_applications_own_message_is_not_changed() -> None:
    """A message that the application keeps and sends again is not ours to write into."""
    kept = start(HTML, (b"content-length", b"%d" % len(PAGE)), (b"etag", b'"1"'))
    before = {**kept, "headers": list(kept["headers"])}
    served = await play(around(says([kept, body(PAGE)])), http(headers=NAVIGATION))
    assert kept == before
    assert served.ours


# R9: streams


@pytest.mark.parametrize("kind", [b"text/html", b"text/event-stream", b"text/plain"])
async def test_each_chunk_is_out_before_send_returns(kind: bytes) -> None:
    """A stream's chunk reaches the server before the application goes on; of a page at most the first waits."""
    out: list[bytes] = []
    behind: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start((b"content-type", kind)))
        for number in range(1_000):
            await send(body(b"<!doctype html>" if number == 0 else b"<p>%d</p>" % number + b" " * 1_000, True))
            behind.append(number + 1 - len(out))
        await send(body())

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.body":
            out.append(message["body"])

    debug = around(app)
    await play(debug, http(headers=NAVIGATION), sent=sent)
    assert behind == [0] * 1_000
    response = (await only(debug)).response
    assert response is not None
    assert (response.messages, response.complete) == (1_001, True)


async def test_a_chunk_of_a_stream_needs_no_frame_of_ours() -> None:
    """For a chunk that is not the last, the application awaits the server's own send."""
    inside: list[object] = []

    class Sending:
        def __await__(self) -> Iterator[None]:
            yield from ()

    def server_send(message: Message) -> Any:
        inside.append(made := Sending())
        return made

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start())
        assert send(body(b"chunk", True)) is inside[-1]

    debug = around(app)

    async def nothing() -> Message:
        raise AssertionError

    await debug(http(headers=STRANGER), nothing, server_send)
    assert len(inside) == 2


# R10, R11: injection through the middleware


async def test_a_page_gets_the_bar_once() -> None:
    """A navigation's page gets the tag before its `</body>`, with a length that is right and no ETag."""
    page = answer(PAGE, headers=[HTML, (b"content-length", b"%d" % len(PAGE)), (b"etag", b'"1"')])
    debug = around(page)
    served = await play(debug, http(headers=NAVIGATION))
    record = await only(debug)
    assert served.body.count(b"<script") == 1
    assert served.body.endswith(b"</script></body></html>")
    assert f'data-record="{record.id}" data-prefix="/_debug_toolbar"'.encode() in served.body
    assert dict(served.headers)[b"content-length"] == b"%d" % len(served.body)
    assert b"etag" not in dict(served.headers)
    assert served.ours[b"x-debug-toolbar-id"] == record.id.encode()
    assert record.response is not None
    assert (record.response.size, record.response.complete) == (len(PAGE), True)


@pytest.mark.parametrize(
    ("changes", "headers", "content"),
    [
        ({"method": "HEAD"}, [HTML], b""),
        ({"headers": [*VIEWER, (b"hx-request", b"true")]}, [HTML], PAGE),
        ({"headers": [*VIEWER, (b"sec-fetch-dest", b"iframe")]}, [HTML], PAGE),
        ({"headers": NAVIGATION}, [HTML, (b"content-encoding", b"gzip")], PAGE),
        ({"headers": NAVIGATION}, [HTML, (b"content-disposition", b"attachment")], PAGE),
        ({"headers": NAVIGATION}, [HTML, (b"content-security-policy", b"default-src 'none'")], PAGE),
        ({"headers": NAVIGATION}, [(b"content-type", b"text/html; charset=utf-16")], PAGE.decode().encode("utf-16")),
        ({"headers": NAVIGATION}, [HTML], b"<p>a fragment</p>"),
        ({"headers": NAVIGATION}, [(b"content-type", b"application/json")], b"{}"),
        ({"headers": STRANGER}, [HTML], PAGE),
        ({"client": ("192.0.2.7", 1)}, [HTML], PAGE),
    ],
)
async def test_what_is_no_page_for_a_viewer_stays(
    changes: dict[str, Any], headers: list[tuple[bytes, bytes]], content: bytes
) -> None:
    """What is no whole page in a window of who may see the toolbar goes out as it is."""
    await same(answer(content, headers=headers), http(**changes), [])


async def test_strangers_see_nothing_of_us() -> None:
    """Whoever may not see the toolbar gets the bare headers too."""
    served = await play(around(answer(PAGE, headers=[HTML])), http(headers=STRANGER))
    assert not served.ours


async def test_the_applications_nonce_is_used() -> None:
    """With a nonce in the policy the tag has it, and the policy stays as it is."""
    policy = (b"content-security-policy", b"script-src 'nonce-abc123'")
    served = await play(around(answer(PAGE, headers=[HTML, policy])), http(headers=NAVIGATION))
    assert policy in served.headers
    assert b' nonce="abc123"' in served.body


async def test_a_page_in_pieces_gets_the_bar_once() -> None:
    """A page that comes byte by byte is the same page with one tag in it."""
    pieces = [body(PAGE[at : at + 1], True) for at in range(len(PAGE))]
    served = await play(around(says([start(HTML), *pieces, body()])), http(headers=NAVIGATION))
    assert served.body.count(b"<script") == 1
    before, rest = served.body.split(b"<script")
    assert before + rest.split(b"</script>")[1] == PAGE


@pytest.mark.parametrize("content", [b"<!doctype html><html><body>half", b"<!doctype html><html></body>", b"<!doc"])
async def test_a_page_that_breaks_off(content: bytes) -> None:
    """When the application raises in mid-page, the server has got all it sent, and the same error."""
    error = ValueError("in the middle")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(HTML))
        await send(body(content, True))
        raise error

    debug = around(app)
    served = await play(debug, http(headers=NAVIGATION))
    assert served.raised is error
    assert served.body == content
    assert served.messages[-1]["more_body"]
    assert not (await only(debug)).response.complete


async def test_a_page_that_just_ends() -> None:
    """An application that returns without its last message gets no help: nothing more is sent."""
    debug = await same(says([start(HTML), body(b"<!doctype html></body>", True)]), http(headers=STRANGER), [])
    served = await play(around(says([start(HTML), body(b"<!doctype html></body>", True)])), http(headers=NAVIGATION))
    assert served.body == b"<!doctype html></body>"
    assert len(await records(debug)) == 1


async def test_the_client_is_gone_before_the_rest() -> None:
    """When the server raises for what an injection still held, the application's error stays the error."""
    error = ValueError("the application's")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(HTML))
        await send(body(b"<!doctype html><html></body>", True))
        raise error

    async def sent(message: Message) -> None:
        if message.get("body") == b"</body>":
            raise OSError("gone")

    served = await play(around(app), http(headers=NAVIGATION), sent=sent)
    assert served.raised is error


async def test_no_bar_when_injection_is_off() -> None:
    """With inject=False a viewer's page is as it was, with the headers that name its record."""
    served = await play(around(answer(PAGE, headers=[HTML]), inject=False), http(headers=NAVIGATION))
    assert served.body == PAGE
    assert set(served.ours) == {b"x-debug-toolbar-id", b"x-debug-toolbar-link", b"server-timing"}


# R15, R16: what is asked of the server


@pytest.mark.parametrize("takes", [0, 1, 4, 9])
async def test_only_the_application_asks_for_messages(takes: int) -> None:
    """The body is read as far as the application reads it, and its disconnect is its own to see."""
    events = [request(b"x" * 10, True), request(b"y" * 10, True), request(b"z" * 10)]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(takes):
            await receive()
        await answer()(scope, receive, send)

    debug = await same(app, http(method="POST"), events)
    taken = (await only(debug)).request.body
    assert (0 if taken is None else taken.size) == 10 * min(takes, 3)


async def test_a_body_is_kept_up_to_its_limit() -> None:
    """Of a long body 64 KiB are kept, of an image a kilobyte; the sizes are whole."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await answer(b"\x89PNG" * 100_000, headers=[(b"content-type", b"image/png")])(scope, receive, send)

    debug = around(app)
    await play(debug, http(method="POST"), [request(b"a" * 50_000, True)] * 10 + [request(b"")])
    record = await only(debug)
    assert record.request is not None
    assert (record.request.body.size, record.request.body.seen) == (500_000, 65_536)
    assert (record.response.body.size, record.response.body.seen) == (400_000, 1_024)


async def test_no_bodies_when_switched_off() -> None:
    """With bodies=False sizes are counted and no byte is kept."""
    debug = around(answer(b"secret"), bodies=False)
    await play(debug, http())
    response = (await only(debug)).response
    assert (response.size, response.body.seen) == (6, 0)


async def test_what_is_sent_after_the_end_goes_straight_through() -> None:
    """A task of the request that sends after the application returned reaches the server, unrecorded."""
    kept: list[Send] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        kept.append(send)
        await send(start())

    debug = around(app)
    late: list[Message] = []

    async def sent(message: Message) -> None:
        late.append(message)

    await play(debug, http(), sent=sent)
    await kept[0](body(b"late"))
    assert late[-1]["body"] == b"late"
    assert not (await only(debug)).response.complete


async def test_a_generator_of_chunks_is_closed_by_the_application_alone() -> None:
    """An asynchronous generator that feeds a response runs in the application's own order."""
    order: list[str] = []

    async def chunks() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            order.append("closed")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start())
        async for chunk in chunks():
            await send(body(chunk, True))
        await send(body())
        order.append("returned")

    await play(around(app), http())
    assert order == ["closed", "returned"]
