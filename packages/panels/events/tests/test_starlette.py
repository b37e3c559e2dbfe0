"""Starlette's and FastAPI's events: lifespan, exception handlers, background tasks; and blinker's signals."""

import asyncio
import contextvars
import gc
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import blinker
import pytest
from fastapi import BackgroundTasks, FastAPI
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from debug_toolbar_core import Record, span
from debug_toolbar_events import EventsPanel
from debug_toolbar_testing import capture
from debug_toolbar_testing.client import Answer
from debug_toolbar_testing.served import Served

Serve = Callable[..., Served]
Outline = Callable[[Record], list[str]]


def _toolbar(client: Any) -> Any:
    return client.app.middleware_stack.toolbar


async def _record(client: Any, answer: Answer) -> Record:
    found: Record = await _toolbar(client).load(answer.header("x-debug-toolbar-id"))
    assert not found.failures, found.failures
    return found


async def receipt(number: int) -> None:
    """Work after the answer."""
    with span(f"receipt {number}"):
        await asyncio.sleep(0)


def printed(number: int) -> None:
    """Work in a thread after the answer."""
    with span(f"printed {number}"):
        pass


async def buy(request: Request) -> Response:
    """Answer, with work to do."""
    return PlainTextResponse("bought", background=BackgroundTask(receipt, 3))


async def broken(request: Request) -> Response:
    """Raise what the path says."""
    raise {"lookup": LookupError("book"), "teapot": HTTPException(418), "value": ValueError("boom")}[
        request.path_params["what"]
    ]


async def lost(request: Request, error: Exception) -> Response:
    """Answer a LookupError."""
    return JSONResponse({"lost": str(error)}, 404)


def teapot(request: Request, error: Exception) -> Response:
    """Answer 418, in a thread."""
    return PlainTextResponse("no coffee", 418)


async def sorry(request: Request, error: Exception) -> Response:
    """Answer what nobody else does."""
    return PlainTextResponse("sorry", 500)


def application() -> Starlette:
    """Return an application with a handler of each kind."""
    routes = [Route("/buy", buy), Route("/broken/{what}", broken)]
    return Starlette(routes=routes, exception_handlers={LookupError: lost, 418: teapot, 500: sorry})


async def test_handlers_and_tasks_are_told(serve: Serve, outline: Outline) -> None:
    """The handler that answered an exception, by class, status or for all, and the work after an answer."""
    async with serve(application()).client.running() as client:
        answers = [await client.get(path) for path in ("/buy", "/broken/lookup", "/broken/teapot", "/broken/value")]
        records = [await _record(client, answer) for answer in answers]
        notices = [[notice.label for _, notice in _toolbar(client).notices(record)] for record in records]
    assert [answer.status for answer in answers] == [200, 404, 418, 500]
    assert [type(answer.raised) for answer in answers] == [type(None), type(None), type(None), ValueError]
    assert [outline(record) for record in records] == [
        ["background task receipt"],
        ["exception handler lost"],
        ["exception handler teapot"],
        ["exception handler sorry"],
    ]
    assert notices == [[], [], [], []]
    found = {one.name: one for one in records[0].spans}
    assert found["receipt 3"].parent is found["receipt"]


async def test_fastapi_tasks_and_their_errors(serve: Serve, outline: Outline) -> None:
    """Each task of a request is timed after its answer; one that raises does so as ever, and is an error."""
    app = FastAPI()

    async def failing() -> None:
        raise ValueError("no paper")

    @app.get("/")
    async def buy(tasks: BackgroundTasks) -> str:
        tasks.add_task(receipt, 1)
        tasks.add_task(partial(printed, 2))
        tasks.add_task(failing)
        tasks.add_task(receipt, 4)
        return "bought"

    async with serve(app).client.running() as client:
        answer = await client.get("/")
        record = await _record(client, answer)
        [notice] = [notice for _, notice in _toolbar(client).notices(record)]
    assert (answer.status, type(answer.raised)) == (200, ValueError)
    assert outline(record) == [
        "background task receipt",
        "background task printed",
        "background task failing: ValueError",
    ]
    assert notice.text == "Background task `failing` raised `ValueError`: no paper"
    assert [one.name for one in record.spans if one.panel == "app"] == ["receipt 1", "printed 2"]


async def test_slow_hooks_are_notices_and_slow_tasks_are_not(serve: Serve) -> None:
    """What the response waited for is worth a notice past `slow`; what came after it is not."""

    async def slow(request: Request, error: Exception) -> Response:
        await asyncio.sleep(0.03)
        return PlainTextResponse("late", 404, background=BackgroundTask(asyncio.sleep, 0.03))

    app = Starlette(routes=[Route("/broken/{what}", broken)], exception_handlers={LookupError: slow})
    async with serve(app, panels=[EventsPanel(slow=0.02)]).client.running() as client:
        record = await _record(client, await client.get("/broken/lookup"))
        [notice] = [notice for _, notice in _toolbar(client).notices(record)]
    assert notice.text.startswith("Exception handler `")
    assert notice.label == "slow hook"


async def test_the_lifespan_is_timed(serve: Serve) -> None:
    """The application's record has its lifespan with the time it took to start, and what is registered."""

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, int]]:
        await asyncio.sleep(0.01)
        yield {"pool": 1}

    app = FastAPI(lifespan=lifespan)
    app.add_exception_handler(LookupError, lost)
    own = app.router.lifespan_context
    async with serve(app).client.running() as client:
        data = (await _toolbar(client).load("app")).data["events"]
    assert app.router.lifespan_context is own
    [[kind, name, took, error]] = data["started"]
    assert (kind, name.rpartition(".")[2], error) == ("lifespan", "lifespan", None)
    assert took >= 0.01
    found = {(kind, what, name.rpartition(".")[2]) for kind, what, name, _ in data["registered"]}
    assert {("lifespan", "", "lifespan"), ("exception handler", "LookupError", "lost")} <= found


async def test_start_up_hooks_are_registered_and_an_empty_lifespan_is_none(serve: Serve) -> None:
    """FastAPI's start-up hooks are told; an application without any has nothing that ran at its start."""

    async def started() -> None: ...

    for hooks, ran, found in (([started], 1, {("start-up", "started")}), ([], 0, set())):
        app = FastAPI()
        app.router.on_startup.extend(hooks)
        async with serve(app).client.running() as client:
            data = (await _toolbar(client).load("app")).data["events"]
        assert len(data["started"]) == ran
        own = {(kind, name.rpartition(".")[2]) for kind, _, name, _ in data["registered"]}
        assert own & {("start-up", "started")} == found
        assert "lifespan" not in {kind for kind, _ in own}


async def test_a_lifespan_that_fails_fails(serve: Serve) -> None:
    """An error at the start reaches the server as it was."""

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        raise ValueError("no database")
        yield

    app = Starlette(lifespan=lifespan)
    own = app.router.lifespan_context
    with pytest.raises(RuntimeError, match="no database"):
        async with serve(app).client.running():
            pass
    await asyncio.sleep(0)
    assert own is not None


async def test_signals_and_their_receivers(serve: Serve, outline: Outline) -> None:
    """A signal that is sent is told with its receivers and their errors; senders get back what they would."""
    ordered, quiet = blinker.signal("ordered"), blinker.Signal()

    @ordered.connect
    def count(sender: Any, **more: Any) -> str:
        with span("counted"):
            return "counted"

    @ordered.connect
    async def write(sender: Any, **more: Any) -> str:
        await asyncio.sleep(0)
        return "written"

    failed = blinker.Signal()

    @failed.connect
    def fail(sender: Any) -> None:
        raise LookupError("no stock")

    results: dict[str, Any] = {}

    async def order(request: Request) -> Response:
        quiet.send("nobody hears")

        def in_thread(receiver: Any) -> Any:
            async def call(*args: Any, **kwargs: Any) -> Any:
                return receiver(*args, **kwargs)

            return call

        results["async"] = await ordered.send_async("shop", _sync_wrapper=in_thread, number=3)
        with pytest.raises(LookupError):
            failed.send("shop")
        return PlainTextResponse("ordered")

    async with serve(Starlette(routes=[Route("/", order)])).client.running() as client:
        record = await _record(client, await client.get("/"))
        data = (await _toolbar(client).load("app")).data["events"]
    assert sorted(results["async"], key=lambda pair: str(pair[1])) == [(count, "counted"), (write, "written")]
    lines = outline(record)
    assert lines[0] == "signal signal ordered"
    assert sorted(lines[1:3]) == ["  receiver count", "  receiver write"]
    assert lines[3:] == ["signal signal: LookupError", "  receiver fail: LookupError"]
    assert ("receiver", "ordered", "count") in {
        (kind, what, name.rpartition(".")[2]) for kind, what, name, _ in data["registered"]
    }


def test_receivers_are_held_weakly_as_before() -> None:
    """A receiver that the application lets go of is gone, though it was called within a record."""
    told = blinker.Signal()

    class Shop:
        def hear(self, sender: Any) -> str:
            return "heard"

    shop = Shop()
    told.connect(shop.hear)
    with capture(EventsPanel()) as seen:
        assert told.send("x") == [(shop.hear, "heard")]
    gone = weakref.ref(shop)
    del shop
    gc.collect()
    assert gone() is None
    assert [one.name for one in seen.record.spans] == ["signal", "Shop.hear"]
    assert told.send("x") == []


def test_everything_is_put_back(serve: Serve) -> None:
    """Opened after the application was built and used, closed, and open in two applications: each time as before."""
    import starlette._exception_handler as handling

    app, other = application(), application()
    before = (handling._lookup_exception_handler, BackgroundTask.__call__, blinker.Signal.send)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/broken/teapot").status_code == 418
    serve(app)
    serve(other)
    for _ in range(2):
        with TestClient(app, "http://localhost", client=("127.0.0.1", 1), raise_server_exceptions=False) as client:
            with TestClient(other, "http://localhost", client=("127.0.0.1", 2)) as second:
                assert second.get("/broken/lookup").json() == {"lost": "book"}
            assert client.get("/broken/value").text == "sorry"
            assert "_status_handlers" in vars(ExceptionMiddleware)
        assert (handling._lookup_exception_handler, BackgroundTask.__call__, blinker.Signal.send) == before
        assert "_status_handlers" not in vars(ExceptionMiddleware)
        assert "handler" not in vars(ServerErrorMiddleware)


async def test_a_hundred_at_once_never_mix(serve: Serve, outline: Outline) -> None:
    """Of 100 interleaved requests each has its own events: from task groups, threads and executors."""
    told = blinker.Signal()

    @told.connect
    def hear(sender: Any) -> None:
        with span(f"heard {sender}"):
            pass

    async def order(request: Request) -> Response:
        number = int(request.query_params["n"])
        await asyncio.sleep(0)
        await asyncio.to_thread(told.send, number)
        async with asyncio.TaskGroup() as group:
            group.create_task(sent(number))
        context = contextvars.copy_context()
        await asyncio.get_running_loop().run_in_executor(None, context.run, told.send, number)
        raise LookupError(number)

    async def sent(number: int) -> None:
        await asyncio.sleep(0)
        told.send(number)

    async def answer(request: Request, error: Exception) -> Response:
        number = error.args[0]
        with span(f"answered {number}"):
            await asyncio.sleep(0)
        return PlainTextResponse(str(number), background=BackgroundTask(printed, number))

    app = Starlette(routes=[Route("/", order)], exception_handlers={LookupError: answer})
    async with serve(app).client.running() as client:
        answers = await asyncio.gather(*(client.get(f"/?n={number}") for number in range(100)))
        for number, found in enumerate(answers):
            record = await _record(client, found)
            assert found.text == str(number)
            own = [one.name for one in record.spans if one.panel == "app"]
            assert own == [*[f"heard {number}"] * 3, f"answered {number}", f"printed {number}"]
            assert outline(record) == [
                *["signal signal", "  receiver hear"] * 3, "exception handler answer",
                "background task printed",
            ]  # fmt: skip


def test_records_of_other_versions_are_shown() -> None:
    """Missing and odd attributes in a stored record are passed over."""
    record = Record()
    for attributes in ({}, {"event.kind": 3, "event.began": "soon"}, {"error.type": None, "code.function.name": []}):
        record.add("events", "odd", 0.0, 0.5, dict(attributes))
    record.close(1.0)
    assert next(block.type for block in EventsPanel().view(record)) == "badge"
    for data in (None, [], {}, {"registered": [1, ["a"], ["guard", "", "x", "file"]], "started": [None]}):
        told = Record("app")
        told.data["events"] = data
        told.close(0.0)
        list(EventsPanel().view(told))
