"""Concurrent requests: each record has its own calls and no other's, wherever they are made."""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import httpx
import pytest

from debug_toolbar_core import Application, Config, Record, Toolbar
from debug_toolbar_http_client import HttpClientPanel
from debug_toolbar_testing import capture

MANY = 100
Ask = Callable[[int, int], Awaitable[object]]


async def interleaved(ask: Ask) -> list[Record]:
    """Make three calls in each of a hundred requests that all run at once."""
    toolbar = Toolbar(Config(panels=[HttpClientPanel()], strict=True))
    toolbar.start(Application())

    async def request(number: int) -> Record:
        with toolbar.capture("http") as record:
            await asyncio.gather(ask(number, 0), ask(number, 1))
            async with asyncio.TaskGroup() as group:
                group.create_task(_run(ask(number, 2)))
        return record

    try:
        return await asyncio.gather(*(request(number) for number in range(MANY)))
    finally:
        toolbar.stop()


async def _run(work: Awaitable[object]) -> None:
    await work


def check(records: list[Record]) -> None:
    """Each record has exactly its own three calls, all of them answered."""
    for number, record in enumerate(records):
        assert sorted(span.name.rpartition("/")[2] for span in record.spans) == [
            f"{number}-{call}" for call in range(3)
        ]
        assert {span.attributes["http.response.status_code"] for span in record.spans} == {200}
        assert not record.failures


async def test_a_hundred_requests_with_one_httpx_client(upstream: str) -> None:
    """Tasks and task groups that share a client and its connections."""
    async with httpx.AsyncClient(timeout=30) as client:
        check(await interleaved(lambda number, call: client.get(f"{upstream}/x/{number}-{call}")))


async def test_a_hundred_requests_with_one_aiohttp_session(upstream: str) -> None:
    """The same with aiohttp, whose session was made before any request."""
    toolbar = Toolbar(Config(panels=[HttpClientPanel()]))
    toolbar.start(Application())
    async with aiohttp.ClientSession() as session:

        async def ask(number: int, call: int) -> None:
            async with session.get(f"{upstream}/x/{number}-{call}") as answer:
                await answer.read()

        check(await interleaved(ask))
    toolbar.stop()


async def test_a_hundred_requests_from_threads(upstream: str) -> None:
    """Threads, and executors that copy the context, with one plain client."""
    with httpx.Client(timeout=30) as client, ThreadPoolExecutor(8) as pool:

        async def ask(number: int, call: int) -> None:
            url = f"{upstream}/x/{number}-{call}"
            if call:
                await asyncio.to_thread(client.get, url)
            else:
                copied = contextvars.copy_context()
                await asyncio.get_running_loop().run_in_executor(pool, copied.run, client.get, url)

        check(await interleaved(ask))


def test_two_event_loops_and_clients_made_anywhere(upstream: str) -> None:
    """Each loop has its client, made in the middle of the request."""
    toolbar = Toolbar(Config(panels=[HttpClientPanel()], strict=True))
    toolbar.start(Application())

    async def request(number: int) -> Record:
        with toolbar.capture("http") as record:
            async with httpx.AsyncClient() as client:
                await client.get(f"{upstream}/x/{number}")
            async with aiohttp.ClientSession() as session, session.get(f"{upstream}/y/{number}") as answer:
                await answer.read()
        return record

    with ThreadPoolExecutor(2) as pool:
        records = list(pool.map(lambda number: asyncio.run(request(number)), range(8)))
    toolbar.stop()
    for number, record in enumerate(records):
        assert [span.name.rpartition("/")[2] for span in record.spans] == [str(number)] * 2


async def test_a_stream_does_not_keep_a_record_alive(upstream: str) -> None:
    """A response still open after its request holds nothing of the record."""
    async with httpx.AsyncClient() as client:
        with capture(HttpClientPanel()) as seen:
            answer = await client.send(client.build_request("GET", f"{upstream}/chunks"), stream=True)
            kept = weakref.ref(seen.record)
        assert kept() is None
        await answer.aclose()


@pytest.mark.parametrize("owner", [httpx.Headers, httpx.URL])
async def test_a_fault_of_ours_is_on_the_record_and_not_in_the_application(
    owner: type, upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the library is not as we know it, the call is as without us, and the panel says that it failed."""
    toolbar = Toolbar(Config(panels=[HttpClientPanel()]))
    toolbar.start(Application())
    package = "debug_toolbar_http_client"
    broken = f"{package}.httpx_call.fields" if owner is httpx.Headers else f"{package}.httpx_hooks.added"
    monkeypatch.setattr(broken, None)
    async with httpx.AsyncClient() as client:
        with toolbar.capture("http") as record:
            assert (await client.get(upstream)).text == "hello"
            with pytest.raises(httpx.ConnectError):
                await client.get("http://127.0.0.1:1/")
    toolbar.stop()
    assert "TypeError" in record.failures["http-client"].message
