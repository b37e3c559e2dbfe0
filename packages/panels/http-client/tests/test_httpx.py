"""Calls of httpx and httpx2, to a real server and to transports without one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from debug_toolbar_core import Limits, Record, Span, current
from debug_toolbar_http_client import HttpClientPanel
from debug_toolbar_testing import capture

PHASES = ("connect", "send", "wait", "read")


def only(record: Record) -> Span:
    """Return the one call there was."""
    (span,) = record.spans
    return span


def told(span: Span) -> dict[str, Any]:
    """Return what is known of a call."""
    return span.attributes


async def test_an_asynchronous_call_is_a_span_with_its_phases(library: Any, upstream: str) -> None:
    """Method, URL, status, bytes, protocol, caller, and the seconds of each phase, which fit into the call."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            await client.get(f"{upstream}/wait/0.02?page=2&token=abc123")
    span, known = only(seen.record), told(only(seen.record))
    assert span.name == f"GET {upstream.removeprefix('http://')}/wait/0.02"
    assert known["url.full"] == f"{upstream}/wait/0.02?page=2&token=[redacted]"
    assert (known["http.request.method"], known["http.response.status_code"]) == ("GET", 200)
    assert (known["http.response.body.size"], known["network.protocol.version"]) == (5, "1.1")
    assert known["http.connection.reused"] is False
    assert known["http.client.wait"] >= 0.015  # the server may begin before its client begins to wait
    assert sum(known[f"http.client.{phase}"] for phase in PHASES) <= span.duration
    assert span.source is not None
    assert span.source.file == __file__


def test_a_synchronous_call_is_one_too(library: Any, upstream: str) -> None:
    """The same of a plain client; the second call finds the connection open."""
    with capture(HttpClientPanel()) as seen, library.Client() as client:
        client.post(f"{upstream}/echo", json={"title": "Dune"})
        client.get(f"{upstream}/echo")
    first, second = seen.record.spans
    assert told(first)["http.request.body.size"] == 16
    assert told(first)["http.connection.reused"] is False
    assert told(second)["http.connection.reused"] is True
    assert "http.client.connect" not in told(second)
    assert "http.client.blocking" not in told(first)


async def test_a_synchronous_call_on_the_event_loop_is_said_to_block_it(library: Any, upstream: str) -> None:
    """A plain client inside a coroutine stops every other request: a notice with the time it took."""
    with capture(HttpClientPanel()) as seen, library.Client() as client:
        client.get(f"{upstream}/wait/0.01")
    assert [notice.label for notice in seen.notices] == ["blocking call"]


async def test_redirects_are_one_call_with_their_answers_on_the_way(library: Any, upstream: str) -> None:
    """The span is of the whole; each hop keeps its status and its URL, redacted."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient(follow_redirects=True) as client:
            answer = await client.get(f"{upstream}/redirect?token=abc")
    known = told(only(seen.record))
    assert known["http.redirects.status_code"] == [302]
    assert known["http.redirects.url.full"] == [f"{upstream}/redirect?token=[redacted]"]
    assert known["http.response.status_code"] == 200
    assert set(answer.request.extensions) == {"timeout"}
    assert set(answer.history[0].request.extensions) == {"timeout"}


async def test_a_redirect_not_followed_leaves_nothing_of_ours_on_the_next_request(library: Any, upstream: str) -> None:
    """The request that the application may send next is as it would be without us."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            answer = await client.get(f"{upstream}/redirect")
            assert set(answer.next_request.extensions) == {"timeout"}
            await client.send(answer.next_request)
    assert [told(span)["http.response.status_code"] for span in seen.record.spans] == [302, 200]


async def test_headers_are_kept_both_ways_without_secrets(library: Any, upstream: str) -> None:
    """What was sent and received, as it was, redacted by the rules for headers."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient(auth=("bob", "hunter2")) as client:
            await client.get(f"{upstream}/", headers={"X-Api-Key": "s3cr3t", "X-Shelf": "new"})
    sent = {name.lower(): value for name, value in told(only(seen.record))["http.request.headers"]}
    received = {name.lower(): value for name, value in told(only(seen.record))["http.response.headers"]}
    assert sent["authorization"] == "Basic [redacted]"
    assert (sent["x-api-key"], sent["x-shelf"]) == ("[redacted]", "new")
    assert received["set-cookie"] == "id=[redacted]; Path=/"


async def test_nothing_is_added_to_what_is_sent(library: Any, upstream: str) -> None:
    """The server gets the same headers with us and without."""
    async with library.AsyncClient() as client:
        bare = (await client.get(f"{upstream}/headers")).text
        with capture(HttpClientPanel()):
            recorded = (await client.get(f"{upstream}/headers")).text
    assert [line for line in recorded.splitlines() if not line.startswith("cookie")] == bare.splitlines()


async def test_a_traceparent_is_sent_where_it_is_asked_for(library: Any, upstream: str) -> None:
    """With `propagate`, the callee gets a `traceparent` whose trace the call names; one that is there already stays."""
    own = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    with capture(HttpClientPanel(propagate=True)) as seen:
        async with library.AsyncClient() as client:
            given = (await client.get(f"{upstream}/headers")).text
            kept = (await client.get(f"{upstream}/headers", headers={"traceparent": own})).text
    first, second = seen.record.spans
    assert f"traceparent: 00-{told(first)['trace.id']}-" in given
    assert told(first)["trace.id"] == seen.record.id.rjust(32, "0")
    assert f"traceparent: {own}" in kept
    assert "trace.id" not in told(second)


async def test_the_callee_s_record_is_linked(library: Any, upstream: str) -> None:
    """Where the answer says that the callee runs this toolbar, its record is a link."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            await client.get(f"{upstream}/ours")
    assert f"{upstream}/_debug_toolbar/#/r/0641f2c3a9b1e7d24f8a1" in seen.text


async def test_a_streamed_answer_ends_when_it_was_read(library: Any, upstream: str) -> None:
    """The span lasts as long as the body is read, and has its size."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client, client.stream("GET", f"{upstream}/chunks") as answer:
            assert seen.record.spans[0].end is None
            assert len(b"".join([part async for part in answer.aiter_bytes()])) == 4_000
            assert seen.record.spans[0].end is not None
    assert told(only(seen.record))["http.response.body.size"] == 4_000
    assert told(only(seen.record))["http.client.read"] >= 0.015


def test_a_streamed_answer_of_a_plain_client_ends_when_it_was_read(library: Any, upstream: str) -> None:
    """The same without a loop."""
    client = library.Client()
    with capture(HttpClientPanel()) as seen, client, client.stream("GET", f"{upstream}/chunks") as answer:
        assert seen.record.spans[0].end is None
        for _ in answer.iter_bytes():
            pass
    assert told(only(seen.record))["http.response.body.size"] == 4_000
    assert "http.response.incomplete" not in told(only(seen.record))


async def test_a_stream_left_early_says_so(library: Any, upstream: str) -> None:
    """An answer closed before its end is no error, and marked."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client, client.stream("GET", f"{upstream}/chunks"):
            pass
    assert told(only(seen.record))["http.response.incomplete"] is True
    assert "error.type" not in told(only(seen.record))


async def test_a_stream_that_outlives_its_record_neither_holds_nor_changes_it(library: Any, upstream: str) -> None:
    """Read to its end only after the request was over, an answer is told as still running."""
    async with library.AsyncClient() as client:
        with capture(HttpClientPanel()) as seen:
            answer = await client.send(client.build_request("GET", f"{upstream}/chunks"), stream=True)
        await answer.aread()
    assert told(only(seen.record))["unfinished"] is True
    assert "http.response.status_code" not in told(only(seen.record))


async def test_a_client_closed_in_the_middle_of_a_stream_is_as_without_us(library: Any, upstream: str) -> None:
    """The application sees the library's own error, and the span ends."""

    async def read_on() -> None:
        client = library.AsyncClient()
        async with client.stream("GET", f"{upstream}/chunks") as answer:
            async for _ in answer.aiter_raw():
                await client.aclose()

    with capture(HttpClientPanel()) as seen, pytest.raises(library.HTTPError) as raised:
        await read_on()
    assert told(only(seen.record))["error.type"] in {kind.__qualname__ for kind in type(raised.value).__mro__}
    assert seen.record.spans[0].end is not None


async def test_a_refused_connection_is_an_error_of_the_call(library: Any) -> None:
    """The error, its message and the phase in which it came; the application gets it as it was."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            with pytest.raises(library.ConnectError):
                await client.get("http://127.0.0.1:1/")
    known = told(only(seen.record))
    assert (known["error.type"], known["http.client.failed_in"]) == ("ConnectError", "connect")
    (notice,) = seen.notices
    assert (notice.level, notice.label) == ("error", "failed call")
    assert notice.hint is not None
    assert "while connecting" in notice.hint


def test_attempts_of_the_transport_are_counted(library: Any) -> None:
    """Retries that the client makes on its own are part of the call."""
    client = library.Client(transport=library.HTTPTransport(retries=1))
    with capture(HttpClientPanel()) as seen, client, pytest.raises(library.ConnectError):
        client.get("http://127.0.0.1:1/")
    assert told(only(seen.record))["http.request.resend_count"] == 1


async def test_a_timeout_says_in_which_phase_it_came(library: Any, upstream: str) -> None:
    """A server that does not answer in time: while waiting."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            with pytest.raises(library.ReadTimeout):
                await client.get(f"{upstream}/wait/5", timeout=0.02)
    known = told(only(seen.record))
    assert (known["error.type"], known["http.client.failed_in"]) == ("ReadTimeout", "wait")


async def test_a_timeout_within_a_streamed_body_is_an_error_of_the_call(library: Any, upstream: str) -> None:
    """What goes wrong after the headers came is told too."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient(timeout=0.05) as client:
            with pytest.raises(library.ReadTimeout):
                async with client.stream("GET", f"{upstream}/endless") as answer:
                    await answer.aread()
    known = told(only(seen.record))
    assert (known["error.type"], known["http.client.failed_in"]) == ("ReadTimeout", "read")
    assert known["http.response.status_code"] == 200


async def test_a_cancelled_call_ends_with_its_cancellation(library: Any, upstream: str) -> None:
    """A call given up is an error of the call, and the task is cancelled as it was to be."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            call = asyncio.create_task(client.get(f"{upstream}/wait/5"))
            await asyncio.sleep(0.05)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
    assert told(only(seen.record))["error.type"] == "CancelledError"


async def test_the_application_s_own_trace_hears_every_event(library: Any, upstream: str) -> None:
    """A `trace` extension of the application's is called as before, and found on its request afterwards."""
    heard: list[str] = []

    async def trace(name: str, info: dict[str, Any]) -> None:
        heard.append(name)

    async with library.AsyncClient() as client:
        await client.get(upstream)
        await client.get(upstream, extensions={"trace": trace})
        bare, heard[:] = heard.copy(), []
        with capture(HttpClientPanel()):
            answer = await client.get(upstream, extensions={"trace": trace})
            for _ in range(2):
                await client.send(answer.request)
        assert answer.request.extensions["trace"] is trace
    assert heard == bare * 3


async def test_an_error_of_the_application_s_own_trace_is_its_own(library: Any, upstream: str) -> None:
    """What its `trace` raises reaches the application, and a wrong kind of `trace` is refused as before."""

    async def trace(name: str, info: dict[str, Any]) -> None:
        raise LookupError(name)

    def wrong(name: str, info: dict[str, Any]) -> None:
        """Be of the other kind."""

    for extension, error in ((trace, LookupError), (wrong, TypeError)):
        with capture(HttpClientPanel()) as seen:
            async with library.AsyncClient() as client:
                with pytest.raises(error):
                    await client.get(upstream, extensions={"trace": extension})
        assert told(only(seen.record))["error.type"] == error.__name__
        assert not seen.record.failures


async def test_calls_without_a_network_are_calls(library: Any) -> None:
    """MockTransport and ASGITransport have a status and a size; nothing is known of phases, and nothing is made up."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        record = current()
        assert record is not None
        record.add("shop", "look up the price", record.now(), record.now())
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"made"})

    mock = library.MockTransport(lambda request: library.Response(404, content=b"nothing"))
    with capture(HttpClientPanel(bad_status=500)) as seen:
        async with library.AsyncClient(transport=mock) as client:
            await client.get("http://shop.example/books/7")
        async with library.AsyncClient(transport=library.ASGITransport(app)) as client:
            await client.get("http://shop.example/books/7")
        with library.Client(transport=mock) as plain:
            plain.get("http://shop.example/books/7")
    first, second, inner, third = seen.record.spans
    assert [told(span)["http.response.status_code"] for span in (first, second, third)] == [404, 201, 404]
    assert [told(span)["http.response.body.size"] for span in (first, second, third)] == [7, 4, 7]
    assert inner.parent is second
    for span in (first, second, third):
        assert not {"http.client.wait", "http.connection.reused", "http.response.incomplete"} & told(span).keys()


async def test_a_streamed_upload_has_its_size_where_it_is_known(library: Any, upstream: str) -> None:
    """A body that is made while it is sent goes out whole; its length is in no header."""

    async def body() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"de"

    def plain() -> Iterator[bytes]:
        yield b"abcd"

    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            assert (await client.post(f"{upstream}/echo", content=body())).text == "5"
        with library.Client() as direct:
            assert direct.post(f"{upstream}/echo", content=plain()).text == "4"
    assert [told(span)["http.request.body.size"] for span in seen.record.spans] == [5, 4]


async def test_what_is_no_request_is_the_client_s_to_refuse(library: Any) -> None:
    """A wrong argument raises what it does without us, and nothing is recorded."""
    wrong: Any = "http://shop.example"
    async with library.AsyncClient() as client:
        with pytest.raises(AttributeError):
            await client.send(wrong)
        with capture(HttpClientPanel()) as seen, pytest.raises(AttributeError):
            await client.send(wrong)
    assert seen.record.spans == []
    assert not seen.record.failures


async def test_a_name_that_does_not_resolve_is_an_error_while_connecting(library: Any) -> None:
    """No such host."""
    with capture(HttpClientPanel()) as seen:
        async with library.AsyncClient() as client:
            with pytest.raises(library.ConnectError):
                await client.get("http://shop.invalid/")
    assert told(only(seen.record))["http.client.failed_in"] == "connect"


def test_a_server_that_hangs_up_is_an_error_while_waiting(library: Any) -> None:
    """A connection closed without an answer."""
    with socket.create_server(("127.0.0.1", 0)) as listening, capture(HttpClientPanel()) as seen:
        import threading

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.recv(10_000)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with library.Client() as client, pytest.raises(library.RemoteProtocolError):
            client.get(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()
    assert told(only(seen.record))["http.client.failed_in"] == "wait"


async def test_outside_of_a_record_calls_are_untouched(library: Any, upstream: str) -> None:
    """Without a record the request has no extension of ours, also while it is sent."""
    seen: list[set[str]] = []

    async def look(request: Any) -> None:
        seen.append(set(request.extensions))

    async with library.AsyncClient(event_hooks={"request": [look]}) as client:
        with capture(HttpClientPanel()):
            pass
        await client.get(upstream)
    assert seen == [{"timeout"}]


async def test_a_request_sent_in_two_records_at_once_is_as_it_was_afterwards(library: Any, upstream: str) -> None:
    """Each record has its own call with its own phases; the request ends with the extensions that it came with."""

    async def sent(client: Any, request: Any) -> Record:
        with capture(HttpClientPanel()) as seen:
            await client.send(request)
        return seen.record

    async with library.AsyncClient() as client:
        request = client.build_request("GET", f"{upstream}/wait/0.02", extensions={"mine": 1})
        records = await asyncio.gather(sent(client, request), sent(client, request))
    assert set(request.extensions) == {"timeout", "mine"}
    assert [told(only(record))["http.response.status_code"] for record in records] == [200, 200]


async def test_headers_past_the_room_of_a_record_are_not_kept(library: Any, upstream: str) -> None:
    """What is short is told all the same: sizes, phases, protocol."""
    with capture(HttpClientPanel(), limits=Limits(total=1)) as seen:
        async with library.AsyncClient() as client:
            for _ in range(2):
                await client.post(f"{upstream}/echo", content=b"abc")
    first, second = (told(span) for span in seen.record.spans)
    assert "http.request.headers" in first
    assert not {"http.request.headers", "http.response.headers"} & second.keys()
    assert (second["http.request.body.size"], second["network.protocol.version"]) == (3, "1.1")
    assert second["http.client.wait"] > 0
