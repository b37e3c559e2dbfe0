"""Calls of aiohttp, to a real server."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any
from weakref import ref

import aiohttp
import pytest

from debug_toolbar_core import Record, Span
from debug_toolbar_http_client import HttpClientPanel
from debug_toolbar_testing import capture


def only(record: Record) -> Span:
    """Return the one call there was."""
    (span,) = record.spans
    return span


async def test_a_call_is_a_span_with_its_phases(upstream: str) -> None:
    """Method, URL, status, bytes both ways, protocol, caller, and the seconds of each phase."""
    with capture(HttpClientPanel()) as seen:
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{upstream}/echo?token=abc", json={"a": 1}) as answer:
                assert await answer.text() == "8"
            async with session.get(f"{upstream}/wait/0.02", headers={"Authorization": "Bearer abcdefgh123"}) as answer:
                await answer.read()
    first, second = seen.record.spans
    known = first.attributes
    assert known["url.full"] == f"{upstream}/echo?token=[redacted]"
    assert (known["http.request.method"], known["http.response.status_code"]) == ("POST", 200)
    assert (known["http.request.body.size"], known["http.response.body.size"]) == (8, 1)
    assert (known["network.protocol.version"], known["http.connection.reused"]) == ("1.1", False)
    assert ["Authorization", "Bearer [redacted]"] in second.attributes["http.request.headers"]
    assert second.attributes["http.connection.reused"] is True
    assert second.attributes["http.client.wait"] >= 0.015  # the server may begin before its client begins to wait
    assert first.source is not None
    assert first.source.file == __file__


async def test_looking_up_a_name_is_a_phase(upstream: str) -> None:
    """A host's name is resolved first, and that is told apart from connecting."""
    with capture(HttpClientPanel()) as seen:
        url = upstream.replace("127.0.0.1", "localhost")
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            await answer.read()
    assert only(seen.record).attributes["http.client.dns"] > 0
    assert only(seen.record).attributes["http.client.connect"] > 0


async def test_redirects_are_one_call(upstream: str) -> None:
    """The whole is one span, with the answer on the way."""
    with capture(HttpClientPanel()) as seen:
        async with aiohttp.ClientSession() as session, session.get(f"{upstream}/redirect") as answer:
            await answer.read()
    known = only(seen.record).attributes
    assert known["http.redirects.status_code"] == [302]
    assert known["http.redirects.url.full"] == [f"{upstream}/redirect"]
    assert "http.request.resend_count" not in known


async def test_errors_and_their_phases(upstream: str) -> None:
    """A refused connection, a timeout while waiting, and a cancelled call."""
    with capture(HttpClientPanel()) as seen:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get("http://127.0.0.1:1/")
            with pytest.raises(TimeoutError):
                await session.get(f"{upstream}/wait/5", timeout=aiohttp.ClientTimeout(total=0.02))
            task = asyncio.ensure_future(session.get(f"{upstream}/wait/5"))
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    told = [(span.attributes["error.type"], span.attributes["http.client.failed_in"]) for span in seen.record.spans]
    assert told == [("ClientConnectorError", "connect"), ("TimeoutError", "wait"), ("CancelledError", "wait")]
    assert "Connect call failed" in seen.record.spans[0].attributes["error.message"]


async def test_a_stream_ends_when_it_was_read(upstream: str) -> None:
    """Chunks that come later belong to the call; left early, it says so; broken off by a timeout, it is an error."""
    quick = aiohttp.ClientTimeout(sock_read=0.05)
    with capture(HttpClientPanel()) as seen:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{upstream}/chunks") as answer:
                assert seen.record.spans[0].end is None
                assert len(b"".join([chunk async for chunk in answer.content.iter_any()])) == 4_000
            async with session.get(f"{upstream}/chunks"):
                pass
            with pytest.raises(aiohttp.ServerTimeoutError):
                async with session.get(f"{upstream}/endless", timeout=quick) as answer:
                    await answer.read()
    whole, early, broken = (span.attributes for span in seen.record.spans)
    assert whole["http.response.body.size"] == 4_000
    assert whole["http.client.read"] >= 0.01
    assert (early["http.response.incomplete"], "error.type" in early) == (True, False)
    assert (broken["error.type"], broken["http.client.failed_in"]) == ("SocketTimeoutError", "read")


async def test_a_streamed_upload_has_its_size(upstream: str) -> None:
    """A body that is made while it is sent is counted."""

    async def body() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"de"

    with capture(HttpClientPanel()) as seen:
        async with aiohttp.ClientSession() as session, session.post(f"{upstream}/echo", data=body()) as answer:
            assert await answer.text() == "5"
    assert only(seen.record).attributes["http.request.body.size"] == 5


async def test_the_application_s_own_tracing_goes_on(upstream: str) -> None:
    """Its TraceConfig hears what it did; what that raises is the application's, and nothing wrong is recorded."""
    heard: list[str] = []
    own, raising = aiohttp.TraceConfig(), aiohttp.TraceConfig()

    async def note(session: Any, context: Any, params: Any) -> None:
        heard.append(type(params).__name__)

    async def refuse(session: Any, context: Any, params: Any) -> None:
        raise LookupError("no calls today")

    own.on_request_start.append(note)
    own.on_request_end.append(note)
    raising.on_request_start.append(refuse)
    with capture(HttpClientPanel()) as seen:
        async with aiohttp.ClientSession(trace_configs=[own]) as session, session.get(upstream) as answer:
            await answer.read()
        async with aiohttp.ClientSession(trace_configs=[raising]) as session:
            with pytest.raises(LookupError):
                await session.get(upstream)
    assert heard == ["TraceRequestStartParams", "TraceRequestEndParams"]
    assert len(seen.record.spans) == 1
    assert not seen.record.failures


async def test_a_traceparent_is_sent_where_it_is_asked_for(upstream: str) -> None:
    """With `propagate`, and only then."""
    for propagate in (False, True):
        with capture(HttpClientPanel(propagate=propagate)) as seen:
            async with aiohttp.ClientSession() as session, session.get(f"{upstream}/headers") as answer:
                told = await answer.text()
        assert ("traceparent" in told) is propagate
        assert ("trace.id" in only(seen.record).attributes) is propagate


async def test_a_response_nobody_reads_is_given_up_as_without_us(upstream: str) -> None:
    """A response that is dropped lets its connection go at once: we hold neither."""

    async def dropped() -> bool:
        """Drop a response unread, and tell whether that alone set it free; its one connection is needed again."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
            answer = await session.get(f"{upstream}/chunks")
            kept = ref(answer)
            gc.disable()
            del answer
            free = kept() is None
            gc.enable()
            gc.collect()
            async with asyncio.timeout(5), session.get(upstream) as answer:
                await answer.read()
        return free

    bare = await dropped()
    with capture(HttpClientPanel()) as seen:
        assert await dropped() is bare
    assert len(seen.record.spans) == 2


async def test_a_second_attempt_of_the_session_is_counted() -> None:
    """A kept connection that turns out to be closed: aiohttp asks once more, and the call says so."""
    served = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        while await reader.readuntil(b"\r\n\r\n"):
            served += 1
            if served == 2:
                break
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    with capture(HttpClientPanel()) as seen:
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.get(url) as response:
                    assert await response.text() == "ok"
    server.close()
    assert [span.attributes.get("http.request.resend_count") for span in seen.record.spans] == [None, 1]


async def test_a_websocket_is_a_call_until_its_handshake(upstream: str) -> None:
    """The connection that goes on afterwards is no part of it."""
    from aiohttp import web

    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("hello")
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get("/", talk)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    with capture(HttpClientPanel()) as seen:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            assert seen.record.spans[0].end is not None
            assert await socket.receive_str() == "hello"
    await runner.cleanup()
    assert only(seen.record).attributes["http.response.status_code"] == 101


async def test_a_session_outlives_the_toolbar(upstream: str) -> None:
    """Sessions made while a toolbar ran go on without it."""
    with capture(HttpClientPanel()):
        session = aiohttp.ClientSession()
    async with session, session.get(upstream) as answer:
        assert answer.status == 200
