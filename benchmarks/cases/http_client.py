"""A call of each HTTP client to a server of few words, in this very event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cases.case import Call, Case

BODY = b'{"price": 1190}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\ndate: Mon, 23 Nov 2026 04:00:00 GMT\r\nserver: tiny\r\ncache-control: no-store\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(ANSWER)


@asynccontextmanager
async def answering() -> AsyncIterator[str]:
    """Answer every request alike; yields where."""
    server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}/books/7/price?currency=EUR"


@asynccontextmanager
async def httpx_client() -> AsyncIterator[Call]:
    """Ask with httpx, over a connection that is kept."""
    import httpx

    async with answering() as url, httpx.AsyncClient() as client:

        async def call() -> None:
            await client.get(url)

        await call()
        yield call


@asynccontextmanager
async def httpx_mocked() -> AsyncIterator[Call]:
    """Ask with httpx, over no network at all."""
    import httpx

    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=BODY))
    async with httpx.AsyncClient(transport=transport) as client:

        async def call() -> None:
            await client.get("http://shop.example/books/7/price?currency=EUR")

        yield call


@asynccontextmanager
async def aiohttp_session() -> AsyncIterator[Call]:
    """Ask with aiohttp: a session is observed from its making on, so within a record it is another one than bare."""
    import aiohttp

    from debug_toolbar_core import current
    from debug_toolbar_http_client.panel import HOOKS

    async with answering() as url, aiohttp.ClientSession() as bare:
        with HOOKS.open():
            observed = aiohttp.ClientSession()

        async def call() -> None:
            session = bare if current() is None else observed
            async with session.get(url) as response:
                await response.read()

        async with observed:
            await call()
            yield call


CASES = [
    Case("httpx call", "http-client", 40, httpx_client),
    Case("httpx call, mocked", "http-client", 40, httpx_mocked),
    Case("aiohttp call", "http-client", 40, aiohttp_session),
]
