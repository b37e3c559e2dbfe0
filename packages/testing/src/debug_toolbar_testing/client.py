"""Client: speaks to an ASGI application in this process, message by message, as a server on this machine does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from debug_toolbar_testing.tiny import ASGIApp, Message, Scope

Headers = Sequence[tuple[bytes, bytes]]


@dataclass
class Answer:
    """What an application answered: its messages as they came, and what it raised besides."""

    messages: list[Message] = field(default_factory=list)
    raised: BaseException | None = None

    @property
    def status(self) -> int | None:
        """The status, or None when no answer came."""
        return next((message["status"] for message in self.messages if "status" in message), None)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers, as bytes, in order."""
        found = next((message.get("headers", ()) for message in self.messages if "status" in message), ())
        return [(bytes(name), bytes(value)) for name, value in found]

    @property
    def body(self) -> bytes:
        """All of the body."""
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def header(self, name: str) -> str | None:
        """Return a header's first value, or None."""
        wanted = name.lower().encode()
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == wanted), None)


class Client:
    """Sends requests to an application, from this machine.

    Example: `answer = await Client(app).get("/books")`.
    """

    def __init__(self, app: ASGIApp, host: str = "localhost:8000", address: tuple[str, int] = ("127.0.0.1", 5123)):
        self.app = app
        self.host = host
        self.address = address

    def scope(self, kind: str, path: str, headers: Headers = (), **more: Any) -> Scope:
        """Return a scope as servers make it."""
        path, _, query = path.partition("?")
        return {
            "type": kind, "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1",
            "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(b"host", self.host.encode()), *headers],
            "client": self.address, "server": ("127.0.0.1", 8000), "state": {}, **more,
        }  # fmt: skip

    async def get(self, path: str, headers: Headers = ()) -> Answer:
        """Ask for a path."""
        return await self.request("GET", path, headers)

    async def post(self, path: str, body: bytes = b"", headers: Headers = ()) -> Answer:
        """Post a body to a path."""
        return await self.request("POST", path, headers, body)

    async def request(self, method: str, path: str, headers: Headers = (), body: bytes = b"") -> Answer:
        """Send one request and return the answer; what the application raises is kept in it."""
        answer, asked, never = Answer(), iter([{"type": "http.request", "body": body}]), asyncio.Event()

        async def receive() -> Message:
            message: Message | None = next(asked, None)
            if message is None:
                await never.wait()
                return {"type": "http.disconnect"}
            return message

        async def send(message: Message) -> None:
            answer.messages.append(message)

        scope = self.scope("http", path, headers, method=method, scheme="http")
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
            answer.raised = error
        return answer

    async def converse(self, path: str, *texts: str) -> list[str | None]:
        """Open a websocket, send texts, close it, and return the texts that came back."""
        answer = Answer()
        received: list[Message] = [{"type": "websocket.receive", "text": text} for text in texts]
        said = iter([{"type": "websocket.connect"}, *received, {"type": "websocket.disconnect", "code": 1000}])

        async def receive() -> Message:
            return next(said)

        async def send(message: Message) -> None:
            answer.messages.append(message)

        await self.app(self.scope("websocket", path, scheme="ws", subprotocols=[]), receive, send)
        return [message.get("text") for message in answer.messages if message["type"] == "websocket.send"]

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Client]:
        """Start the application and stop it, as a server does."""
        asked: asyncio.Queue[Message] = asyncio.Queue()
        told: asyncio.Queue[Message] = asyncio.Queue()
        scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        task = asyncio.ensure_future(self.app(scope, asked.get, told.put))
        await self._step("startup", asked, told)
        try:
            yield self
        finally:
            await self._step("shutdown", asked, told)
            await task

    async def _step(self, step: str, asked: asyncio.Queue[Message], told: asyncio.Queue[Message]) -> None:
        await asked.put({"type": f"lifespan.{step}"})
        message = await asyncio.wait_for(told.get(), 10)
        if message["type"] != f"lifespan.{step}.complete":
            raise RuntimeError(f"{step} failed: {message.get('message')}")
