import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from litestar import Litestar, MediaType, Request, Response, get
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import ASGIMiddleware
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from debug_toolbar_core import Panel, Record, span
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_litestar import DebugToolbarPlugin, LitestarDebugToolbarConfig, adapter
from debug_toolbar_testing import Client
from debug_toolbar_testing.served import Served


class OutOfBooks(Exception):
    """What the application's own handler answers."""


class CaughtPanel(Panel):
    """Collects what was caught, with the innermost function of each traceback."""

    name, title = "caught", "Caught"

    def collect(self, record: Record) -> Any:
        yield
        return [[type(each.exception).__name__, innermost(each.traceback), each.handled] for each in record.caught]


def innermost(traceback: Any) -> str:
    """Return the name of the function that raised."""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return str(traceback.tb_frame.f_code.co_name)


class Around(ASGIMiddleware):
    """Middleware that is a span."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        with span("around"):
            await next_app(scope, receive, send)


async def mail() -> None:
    """Be a background task."""
    with span("mail"):
        await asyncio.sleep(0.001)


@get("/", media_type=MediaType.HTML)
async def page() -> Response[str]:
    """Answer with a page, and send a mail after it."""
    return Response("<!doctype html><body>page</body>", background=BackgroundTask(mail))


@get("/empty")
async def empty() -> None:
    """Raise what the application answers itself."""
    raise OutOfBooks("none left")


@get("/refused")
async def refused() -> None:
    """Raise what Litestar answers."""
    raise NotAuthorizedException("who are you?")


@get("/boom")
async def boom() -> None:
    """Fail."""
    raise RuntimeError("boom")


def sorry(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer an exception."""
    return Response({"error": str(error)}, status_code=409)


def application(*plugins: Any, **options: Any) -> Litestar:
    """Make an application with exceptions, middleware and background tasks."""
    handlers: Any = {OutOfBooks: sorry}
    given: dict[str, Any] = {"middleware": [Around()], "logging_config": None, **options}
    return Litestar([page, empty, refused, boom], plugins=plugins, exception_handlers=handlers, **given)


def make(settings: Mapping[str, Any] | None, **options: Any) -> Any:
    """Make the application with the toolbar."""
    return application(DebugToolbarPlugin(LitestarDebugToolbarConfig(**settings or {})), **options)


async def test_it_is_outside_of_middleware_and_keeps_background_tasks() -> None:
    """The toolbar is outside of all middleware, and what runs after the response is in the record."""
    served = Served(make)
    async with served.client.running() as client:
        record = await served.record(await client.get("/"))
    assert [each.name for each in record.spans] == ["around", "mail"]
    assert record.response is not None
    assert record.response.ended is not None
    assert record.spans[1].start >= record.response.ended


async def test_without_a_lifespan_it_is_outside_from_the_second_request_on() -> None:
    """Where no lifespan comes, the first request of a route is recorded from within, once."""
    served = Served(make)
    for _ in range(3):
        record = await served.record(await served.client.get("/"))
        assert [each.name for each in record.spans] == ["around", "mail"]
    assert len(await served.store.recent()) == 3


@pytest.mark.parametrize(
    ("path", "status", "caught"),
    [
        ("/empty", 409, ["OutOfBooks", "empty", True]),
        ("/refused", 401, ["NotAuthorizedException", "refused", True]),
        ("/boom", 500, ["RuntimeError", "boom", False]),
    ],
)
async def test_exceptions_have_their_traceback(path: str, status: int, caught: list[Any]) -> None:
    """Handled or not, an exception is recorded once, with where it was raised."""
    served = Served(make, panels=[CaughtPanel()])
    async with served.client.running() as client:
        assert (await client.get(path)).status == status
    record = await served.newest()
    assert record.data["caught"] == [caught]
    assert record.error is not None
    assert record.error.handled is caught[2]


async def test_the_page_of_an_unhandled_error_has_the_bar() -> None:
    """In debug mode Litestar answers with a page of the traceback, and the bar is in it."""
    served = Served(partial(make, debug=True), enabled=None)
    async with served.client.running() as client:
        answer = await client.get("/boom", [(b"accept", b"text/html")])
    assert answer.status == 500
    assert "RuntimeError" in answer.text
    assert answer.body.count(b"data-record=") == 1


def test_the_debug_flag_switches_it_on() -> None:
    """It runs when the application's `debug` is on, and adds nothing otherwise."""
    plain = application()
    off = application(DebugToolbarPlugin())
    assert off.middleware == plain.middleware or len(off.middleware) == len(plain.middleware)
    assert len(application(DebugToolbarPlugin(), debug=True).middleware) == len(plain.middleware) + 1


# Litestar's own event emitter loses a stream when it is entered twice.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_two_clients_share_one_toolbar() -> None:
    """Two starts of one application, one inside the other, open the hooks once and close them once."""
    served = Served(make)
    async with served.client.running() as first:
        async with Client(served.client.app).running() as second:
            await second.get("/")
            assert served.probe.starts == 1
        await first.get("/")
        assert (served.probe.starts, served.probe.stops) == (1, 0)
    assert (served.probe.starts, served.probe.stops) == (1, 1)
    assert len(await served.store.recent()) == 2


def test_a_test_client_after_another_works() -> None:
    """An application that was stopped starts again."""
    served = Served(make)
    app: Any = served.client.app
    for _ in range(2):
        with TestClient(app, "http://app.localhost") as client:
            client.get("/")
    assert (served.probe.starts, served.probe.stops) == (2, 2)
    assert len(asyncio.run(served.store.recent())) == 2


async def test_set_up_twice_it_records_once() -> None:
    """Two plug-ins in one application, or one and the adapter: one record, one tag."""
    store = MemoryStore()
    config = LitestarDebugToolbarConfig(enabled=True, panels=[], store=store)
    app: Any = application(DebugToolbarPlugin(config), DebugToolbarPlugin(config))
    async with Client(app).running() as client:
        adapter(app, config)
        for _ in range(2):
            assert (await client.get("/")).body.count(b"data-record=") == 1
    assert len(await store.recent()) == 2


async def test_an_application_that_is_made_can_have_it() -> None:
    """`adapter` adds the toolbar to an application that is made already; one that is off adds nothing."""
    store, app = MemoryStore(), application()
    before = app.asgi_handler
    adapter(app)
    assert app.asgi_handler is before
    adapter(app, LitestarDebugToolbarConfig(enabled=True, panels=[], store=store))
    client: Any = Client(app)  # type: ignore[arg-type]  # Litestar's own scope types
    assert (await client.get("/")).body.count(b"data-record=") == 1
    [line] = await store.recent()
    assert (line.route, line.status) == ("/", 200)


async def test_ignored_paths_are_as_without_it() -> None:
    """A path that is ignored is not recorded; its exceptions are answered as before."""
    served = Served(make, ignore=["/empty"])
    async with served.client.running() as client:
        assert (await client.get("/empty")).status == 409
    assert await served.store.recent() == []


async def test_it_leaves_lifespans_alone() -> None:
    """The application's own lifespan runs inside the toolbar's."""
    ran = []

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        ran.append(served.probe.starts)
        yield
        ran.append(served.probe.stops)

    served = Served(partial(make, lifespan=[lifespan]))
    async with served.client.running():
        pass
    assert ran == [1, 0]
