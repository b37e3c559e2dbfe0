"""What frameworks do by themselves: their tasks, their threads, and their websockets."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from debug_toolbar_async.seen import Seen
from debug_toolbar_async.tasks import title

from .serving import named, seen_in, serve, toolbar_of


async def timed(request: Request, call_next: Any) -> Response:
    """Pass a request on, as most middlewares of Starlette's do: in a task of its own."""
    response: Response = await call_next(request)
    return response


def plain(request: Request) -> Response:
    """Answer in a thread, and go on in another afterwards."""
    time.sleep(0.002)
    return PlainTextResponse("done", background=BackgroundTask(afterwards))


def afterwards() -> None:
    """Do nothing."""


async def echo(websocket: WebSocket) -> None:
    """Send back three messages, each by a task."""
    await websocket.accept()
    for _ in range(3):
        text = await websocket.receive_text()
        await asyncio.create_task(websocket.send_text(text), name="answer")
    await websocket.close()


APPLICATION = Starlette(
    routes=[Route("/", plain), WebSocketRoute("/echo", echo)],
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=timed)],
)


async def asked(kind: Any, path: str, *messages: dict[str, Any]) -> Seen:
    """Have the application serve one connection, and return what was seen of it."""
    coming, sent = list(messages), list[Any]()

    async def receive() -> Any:
        return coming.pop(0) if coming else await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message["type"])

    scope = {
        "type": kind, "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": [],
        "method": "GET", "http_version": "1.1", "scheme": "http", "client": None, "server": None, "subprotocols": [],
        "asgi": {"version": "3.0"}, "extensions": {},
    }  # fmt: skip
    return seen_in(await serve(toolbar_of(), APPLICATION(scope, receive, send), kind=kind))


async def test_the_tasks_and_threads_of_a_framework_are_found() -> None:
    """A middleware's task is the request's child, and what runs in threads is told by its own name."""
    seen = await asked("http", "/", {"type": "http.request", "body": b"", "more_body": False})
    assert len(seen.tasks) >= 2
    assert {task.parent for task in seen.tasks[1:]} <= set(range(len(seen.tasks)))
    assert all(title(task) for task in seen.tasks)
    assert [hop.name.rpartition(".")[2] for hop in seen.hops] == ["plain", "afterwards"]
    assert all(hop.ended for hop in seen.hops)


async def test_a_websocket_of_a_framework_is_watched() -> None:
    """Each message's task is a child of the connection."""
    messages = [{"type": "websocket.receive", "text": str(number)} for number in range(3)]
    seen = await asked("websocket", "/echo", {"type": "websocket.connect"}, *messages)
    assert title(seen.tasks[0]) == "connection"
    answers = [task for task in named(seen, "send_text") if task.name == "answer"]
    assert [(task.parent, task.outcome) for task in answers] == [(0, "done")] * 3
