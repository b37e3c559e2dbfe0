"""Litestar's events: guards, hooks, handlers, listeners and background tasks; and the application, which stays."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

import pytest
from litestar import Controller, Litestar, Request, Response, get
from litestar.background_tasks import BackgroundTask, BackgroundTasks
from litestar.events import BaseEventEmitterBackend, EventListener, SimpleEventEmitter
from litestar.events import listener as listens
from litestar.exceptions import ImproperlyConfiguredException, NotAuthorizedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from debug_toolbar_core import Record, span
from debug_toolbar_testing.client import Answer
from debug_toolbar_testing.served import Served

Serve = Callable[..., Served]
Outline = Callable[[Record], list[str]]
AnyRequest = Request[Any, Any, Any]


def _toolbar(client: Any) -> Any:
    return client.app.asgi_handler.toolbar


async def _record(client: Any, answer: Answer) -> Record:
    found: Record = await _toolbar(client).load(answer.header("x-debug-toolbar-id"))
    assert not found.failures, found.failures
    return found


async def allowed(connection: Any, handler: Any) -> None:
    """A guard, of the application."""
    assert isinstance(handler, BaseRouteHandler)


def member(connection: Any, handler: Any) -> None:
    """A guard that is no coroutine, of a controller."""
    if connection.query_params.get("who") == "stranger":
        raise NotAuthorizedException("members only")


async def before(request: AnyRequest) -> None:
    """Before the handler."""
    with span("looked"):
        await asyncio.sleep(0)


def after(response: Response[Any]) -> Response[Any]:
    """Change the answer."""
    response.headers["x-after"] = "yes"
    return response


async def answered(request: AnyRequest) -> None:
    """After the answer."""


async def sending(message: Any, scope: Any) -> None:
    """Before each message."""


async def excepted(exception: Exception, scope: Any) -> None:
    """After an exception."""


def lost(request: AnyRequest, exception: Exception) -> Response[Any]:
    """Answer a LookupError."""
    return Response({"lost": str(exception)}, status_code=404)


async def receipt(number: int) -> None:
    """Work after the answer."""
    with span(f"receipt {number}"):
        await asyncio.sleep(0)


class Books(Controller):
    """A controller with a guard."""

    path = "/books"
    guards = [member]  # noqa: RUF012 - as Litestar has it

    @get("/{number:int}")
    async def book(self, number: FromPath[int]) -> Response[str]:
        """A handler."""
        if number == 0:
            raise LookupError("no such book")
        return Response("book", background=BackgroundTask(receipt, number))


def application(*handlers: Any, **more: Any) -> Callable[..., Litestar]:
    """Return what makes an application with a hook of every kind."""
    known: dict[str, Any] = {
        "guards": [allowed], "before_request": before, "after_request": after, "after_response": answered,
        "before_send": [sending], "after_exception": [excepted], "exception_handlers": {LookupError: lost},
    }  # fmt: skip
    return partial(Litestar, [Books, *handlers], **{**known, **more})


async def test_what_ran_is_told_in_order(serve: Serve, outline: Outline) -> None:
    """Guards, hooks and tasks of a request stand in the order in which they ran, with what they did inside them."""
    async with serve(application()).client.running() as client:
        answer = await client.get("/books/3")
        record = await _record(client, answer)
    assert (answer.text, answer.header("x-after")) == ("book", "yes")
    assert outline(record) == [
        "guard allowed",
        "guard member",
        "before request before",
        "after request after",
        "before send sending",
        "background task receipt",
        "after response answered",
    ]
    found = {one.name: one for one in record.spans}
    assert found["looked"].parent is found["before"]
    assert found["receipt 3"].parent is found["receipt"]


async def test_refusals_and_handled_errors(serve: Serve, outline: Outline) -> None:
    """A guard's refusal and an exception's handler are told, and neither is an alarm: they were answered."""
    async with serve(application()).client.running() as client:
        refused, missing = await client.get("/books/3?who=stranger"), await client.get("/books/0")
        records = [await _record(client, answer) for answer in (refused, missing)]
        assert [_toolbar(client).notices(record) for record in records] == [[], []]
    assert (refused.status, missing.status, missing.text) == (401, 404, '{"lost":"no such book"}')
    assert outline(records[0])[:3] == [
        "guard allowed",
        "guard member: NotAuthorizedException",
        "after exception excepted",
    ]
    assert outline(records[1])[2:5] == [
        "before request before",
        "after exception excepted",
        "exception handler lost",
    ]


async def test_a_task_that_fails_is_an_error_nobody_saw(serve: Serve, outline: Outline) -> None:
    """A background task's error goes on as it was, and the panel says that the client was not told."""

    async def failing() -> None:
        raise ValueError("no paper")

    @get("/print")
    async def printing() -> Response[str]:
        tasks = [BackgroundTask(receipt, 1), BackgroundTask(failing)]
        return Response("printing", background=BackgroundTasks(tasks))

    async with serve(application(printing, before_send=[], after_exception=[])).client.running() as client:
        answer = await client.get("/print")
        record = await _record(client, answer)
        [notice] = [notice for name, notice in _toolbar(client).notices(record) if name == "events"]
    assert (answer.status, answer.text) == (200, "printing")
    assert "background task failing: ValueError" in outline(record)
    assert notice.text == "Background task `failing` raised `ValueError`: no paper"
    assert notice.hint is not None
    assert notice.hint.startswith("The client was not told")


async def test_listeners_belong_to_the_request_that_told_them(serve: Serve, outline: Outline) -> None:
    """What a listener does is part of the request's record, its error too; the request's other context is not."""
    done, here = asyncio.Event(), ContextVar("here", default="nowhere")
    seen: list[str] = []

    @listens("ordered")
    async def count(number: int) -> None:
        with span(f"counted {number}"):
            seen.append(here.get())

    @listens("ordered", "other")
    def fail(number: int) -> None:
        raise LookupError("no stock")

    @listens("finished")
    async def finish() -> None:
        done.set()

    @get("/order")
    async def order(request: AnyRequest) -> str:
        here.set("request")
        request.app.emit("ordered", 3)
        request.app.emit("finished")
        await done.wait()
        await asyncio.sleep(0.05)  # for the one that runs in a thread
        with pytest.raises(ImproperlyConfiguredException):
            request.app.emit("unknown")
        return "ordered"

    app = partial(Litestar, [order], listeners=[count, fail, finish])
    async with serve(app).client.running() as client:
        record = await _record(client, await client.get("/order"))
        [notice, unknown] = [notice for _, notice in _toolbar(client).notices(record)]
    lines = outline(record)
    assert lines[0] == "event emit ordered"
    assert sorted(lines[1:3]) == ["  listener count", "  listener fail: LookupError"]
    assert lines[3:5] == ["event emit finished", "  listener finish"]
    assert lines[5].startswith("event emit unknown: ImproperlyConfigured")
    assert notice.text == "Listener `fail` raised `LookupError`: no stock"
    assert unknown.text.startswith("Event `emit unknown` raised `ImproperlyConfiguredException`")
    assert seen == ["nowhere"]
    assert next(one for one in record.spans if one.name == "counted 3").parent.name == "count"  # type: ignore[union-attr]  # it has one


async def test_a_listener_that_outlives_the_request(serve: Serve, outline: Outline) -> None:
    """A listener that is not done when the request is over goes on; the record says that it was not done."""
    go, done = asyncio.Event(), asyncio.Event()

    @listens("slow")
    async def slow() -> None:
        await go.wait()
        with span("after the end"):
            done.set()

    @get("/")
    async def tell(request: AnyRequest) -> str:
        request.app.emit("slow")
        await asyncio.sleep(0.01)
        return "told"

    @get("/at-once")
    async def at_once(request: AnyRequest) -> str:
        request.app.emit("slow")
        return "told"

    async with serve(partial(Litestar, [tell, at_once], listeners=[slow])).client.running() as client:
        record = await _record(client, await client.get("/"))
        early = await _record(client, await client.get("/at-once"))
        go.set()
        await done.wait()
        assert outline(record) == ["event emit slow", "  listener slow: not done"]
        assert outline(early) == ["event emit slow", "  listener slow: not begun"]


async def test_an_emitter_of_ones_own_is_used_as_it_is(serve: Serve, outline: Outline) -> None:
    """The application's emitter gets its listeners with their classes; its own type and its listeners stay."""

    class Direct(BaseEventEmitterBackend):
        async def __aenter__(self) -> "Direct":
            return self

        async def __aexit__(self, *raised: object) -> None: ...

        def emit(self, event_id: str, *args: Any, **kwargs: Any) -> None:
            for listener in self.listeners[event_id]:
                assert isinstance(listener, EventListener)
                tasks.append(asyncio.ensure_future(listener.fn(*args, **kwargs)))

    class Loud(SimpleEventEmitter):
        def emit(self, event_id: str, *args: Any, **kwargs: Any) -> None:
            super().emit(event_id, *args, **kwargs)

    tasks: list[Any] = []

    @listens("told")
    async def hear() -> None: ...

    @get("/")
    async def tell(request: AnyRequest) -> str:
        request.app.emit("told")
        await asyncio.sleep(0.01)
        return "told"

    for backend in (Direct, Loud):
        served = serve(partial(Litestar, [tell], listeners=[hear], event_emitter_backend=backend))
        async with served.client.running() as client:
            app: Any = client.app
            assert outline(await _record(client, await client.get("/"))) == ["event emit told", "  listener hear"]
            assert type(app.event_emitter) is backend
            assert app.event_emitter.listeners == {"told": {hear}}


async def test_a_stream_has_its_hook_once(serve: Serve, outline: Outline) -> None:
    """A hook before each message is told of at the start of the response, and not for every chunk."""
    calls: list[str] = []

    async def counting(message: Any, scope: Any) -> None:
        calls.append(message["type"])

    async def chunks() -> AsyncIterator[str]:
        for number in range(50):
            yield str(number)

    @get("/stream")
    async def stream() -> Stream:
        return Stream(chunks())

    async with serve(partial(Litestar, [stream], before_send=[counting])).client.running() as client:
        ended = asyncio.Event()
        asked = iter([{"type": "http.request", "body": b""}])
        headers: list[tuple[bytes, bytes]] = []

        async def receive() -> Any:
            if (message := next(asked, None)) is None:
                await ended.wait()
            return message or {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            headers.extend(message.get("headers", ()))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                ended.set()

        await client.app(client.scope("http", "/stream", method="GET", scheme="http"), receive, send)
        record = await _toolbar(client).load(dict(headers)[b"x-debug-toolbar-id"].decode())
    assert len(calls) > 50
    assert outline(record) == ["before send counting"]


async def test_start_up_and_what_is_registered(serve: Serve) -> None:
    """The application's own record has what ran at the start, with its time, and all that is registered."""
    order: list[str] = []

    @asynccontextmanager
    async def pool(app: Litestar) -> AsyncIterator[None]:
        order.append("pool")
        yield
        order.append("closed")

    async def started(app: Litestar) -> None:
        order.append("started")

    def stopped() -> None:
        order.append("stopped")

    @listens("told")
    async def hear() -> None: ...

    app = application(lifespan=[pool], on_startup=[started], on_shutdown=[stopped], listeners=[hear])
    async with serve(app).client.running() as client:
        await client.get("/books/3")
        record = await _toolbar(client).load("app")
        managers = client.app._lifespan_managers
    data = record.data["events"]
    assert [(kind, name.rpartition(".")[2]) for kind, name, _, _ in data["started"]] == [
        ("lifespan", "pool"),
        ("start-up", "started"),
    ]
    assert all(error is None and 0 <= took < 1 for _, _, took, error in data["started"])
    found = {(kind, what, name.rpartition(".")[2]) for kind, what, name, _ in data["registered"]}
    assert found >= {
        ("lifespan", "", "pool"), ("start-up", "", "started"), ("shut-down", "", "stopped"),
        ("listener", "told", "hear"),
        ("guard", "", "allowed"), ("guard", "/books", "member"), ("before request", "", "before"),
        ("after request", "", "after"), ("after response", "", "answered"), ("before send", "", "sending"),
        ("after exception", "", "excepted"), ("exception handler", "LookupError", "lost"),
    }  # fmt: skip
    assert not [name for _, _, name in found if name.startswith("debug_toolbar")]
    assert order == ["pool", "started", "closed", "stopped"]
    assert pool in managers
    assert _toolbar_blocks(record) == ["Ran at the start", "Registered"]


def _toolbar_blocks(record: Record) -> list[str]:
    from debug_toolbar_core.blocks import Section
    from debug_toolbar_events import EventsPanel

    return [block.title for block in EventsPanel().view(record) if isinstance(block, Section)]


async def test_the_application_is_as_it_was(serve: Serve) -> None:
    """Hooks, guards and handlers are the application's own objects for everybody but the framework."""
    names = ("resolve_before_request", "resolve_after_response", "get_response_handler")
    before_all = [vars(HTTPRouteHandler)[name] for name in names]
    slots = [vars(Litestar)[name] for name in ("before_send", "after_exception", "emit", "_call_lifespan_hook")]
    seen: list[Any] = []

    @get("/look")
    async def look(request: AnyRequest) -> str:
        handler: Any = request.route_handler
        seen.append(
            (
                handler.resolve_guards(),
                handler.resolve_before_request(),
                request.app.before_send,
                request.app.after_exception,
            )
        )
        return "looked"

    served = serve(application(look))
    app: Any = served.client.app
    handler = next(route for route in app.routes if route.path == "/look").route_handlers[0]
    own = (handler.resolve_guards(), handler.resolve_before_request(), app.before_send, app.after_exception)
    for _ in range(2):
        async with served.client.running() as client:
            assert (await client.get("/look")).text == "looked"
            assert all(one is other for found in seen for one, other in zip(found, own, strict=True))
            assert vars(Litestar)["before_send"] is not slots[0]
        assert [vars(HTTPRouteHandler)[name] for name in names] == before_all
        assert [
            vars(Litestar)[name] for name in ("before_send", "after_exception", "emit", "_call_lifespan_hook")
        ] == slots
    assert "listeners" in BaseEventEmitterBackend.__slots__
    assert type(sys.modules["litestar.events.listener"].logger) is logging.Logger
    assert vars(BaseEventEmitterBackend)["listeners"].__class__.__name__ == "member_descriptor"


async def test_a_hundred_at_once_never_mix(serve: Serve, outline: Outline) -> None:
    """Of 100 interleaved requests each has its own hooks, listeners and tasks, from the loop and from threads."""

    loop = asyncio.get_running_loop()
    heard = {number: asyncio.Semaphore(0) for number in range(100)}

    @listens("told")
    async def hear(number: int) -> None:
        with span(f"heard {number}"):
            await asyncio.to_thread(lambda: None)
        heard[number].release()

    @listens("told")
    def thread(number: int) -> None:
        with span(f"thread {number}"):
            pass
        loop.call_soon_threadsafe(heard[number].release)

    @get("/tell/{number:int}", guards=[member], sync_to_thread=False)
    def tell(request: AnyRequest, number: FromPath[int]) -> Response[int]:
        request.app.emit("told", number)
        return Response(number, background=BackgroundTask(waiting, number))

    async def waiting(number: int) -> None:
        with span(f"task {number}"):
            async with asyncio.TaskGroup() as group:
                group.create_task(heard[number].acquire())
                group.create_task(heard[number].acquire())

    app = application(tell, listeners=[hear, thread])
    async with serve(app).client.running() as client:
        answers = await asyncio.gather(*(client.get(f"/tell/{number}") for number in range(100)))
        for number, answer in enumerate(answers):
            record = await _record(client, answer)
            assert answer.text == str(number)
            own = [one.name for one in record.spans if one.panel == "app" and one.name != "looked"]
            assert sorted(own) == sorted([f"heard {number}", f"thread {number}", f"task {number}"])
            assert len(outline(record)) == 10


async def test_a_cancelled_hook_is_cancelled(serve: Serve, outline: Outline) -> None:
    """Cancellation goes through a hook as it came."""
    begun = asyncio.Event()

    async def forever(request: AnyRequest) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with serve(application(before_request=forever)).client.running() as client:
        task = asyncio.create_task(client.get("/books/3"))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        [summary], _ = await _toolbar(client).recent(1)
        assert "before request forever: CancelledError" in outline(await _toolbar(client).load(summary["id"]))
