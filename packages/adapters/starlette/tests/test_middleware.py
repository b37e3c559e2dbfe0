import asyncio
from collections.abc import Callable, Generator, Mapping
from typing import Any

import pytest
import starlette.routing
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from debug_toolbar_core import Panel, Record, current, span
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_starlette import DebugToolbarMiddleware, StarletteDebugToolbarConfig, adapter
from debug_toolbar_testing import Client, tiny_app
from debug_toolbar_testing.served import Served


class OutOfBooks(Exception):
    """What the application's own handler answers."""


class CaughtPanel(Panel):
    """Collects what was caught, with the innermost function of each traceback."""

    name, title = "caught", "Caught"

    def collect(self, record: Record) -> Generator[None, None, Any]:
        yield
        return [[type(each.exception).__name__, innermost(each.traceback), each.handled] for each in record.caught]


def innermost(traceback: Any) -> str:
    """Return the name of the function that raised."""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return str(traceback.tb_frame.f_code.co_name)


class Around:
    """Middleware that is a span."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with span("around"):
            await self.app(scope, receive, send)


async def page(request: Request) -> Response:
    """Answer with a page, and send a mail after it."""
    return HTMLResponse("<!doctype html><body>page</body>", background=BackgroundTask(mail))


async def mail() -> None:
    """Take a while, after the response."""
    with span("mail"):
        await asyncio.sleep(0.001)


async def empty(request: Request) -> Response:
    """Raise what the application answers itself."""
    raise OutOfBooks("none left")


async def boom(request: Request) -> Response:
    """Fail."""
    raise RuntimeError("boom")


async def sorry(request: Request, error: Exception) -> Response:
    """Answer an exception."""
    return JSONResponse({"error": str(error)}, 409)


ROUTES = [Route("/", page), Route("/empty", empty), Route("/boom", boom)]


def making(*middleware: Any, **options: Any) -> Callable[[Mapping[str, Any] | None], Any]:
    """Return what makes an application with this middleware, a `...` being where the toolbar is."""

    def make(settings: Mapping[str, Any] | None) -> Starlette:
        config = StarletteDebugToolbarConfig(**settings or {})
        toolbar = Middleware(DebugToolbarMiddleware, config=config)
        listed = [toolbar if item is ... else Middleware(item) for item in middleware]
        handlers: dict[Any, Any] = {OutOfBooks: sorry}
        return Starlette(routes=ROUTES, middleware=listed, exception_handlers=handlers, **options)

    return make


@pytest.mark.parametrize("order", [(..., Around), (Around, ...), (Around, ..., Around)], ids=str)
async def test_it_is_outermost_wherever_it_is_listed(order: tuple[Any, ...]) -> None:
    """Listed first or last, the toolbar times every other middleware, from the first request on."""
    served = Served(making(*order))
    async with served.client.running() as client:
        for _ in range(2):
            record = await served.record(await client.get("/"))
            names = [each.name for each in record.spans]
            assert names == ["around"] * (len(order) - 1) + ["mail"]


async def test_without_a_lifespan_it_is_outermost_from_the_second_request_on() -> None:
    """Where no lifespan comes, the first request is recorded from where the toolbar is listed."""
    served = Served(making(Around, ...))
    names = [len((await served.record(await served.client.get("/"))).spans) for _ in range(3)]
    assert names == [1, 2, 2]


async def test_background_tasks_belong_to_the_record() -> None:
    """What runs after the response is in the record of its request, after the response's end."""
    served = Served(making(...))
    async with served.client.running() as client:
        record = await served.record(await client.get("/"))
    [task] = record.spans
    assert record.response is not None
    assert record.response.ended is not None
    assert task.start >= record.response.ended
    assert record.duration is not None
    assert record.duration >= task.duration >= 0.001


async def test_an_exception_that_the_application_answers_has_its_traceback() -> None:
    """An exception with a handler of the application's is seen where it was raised, and told as handled."""
    served = Served(making(...), panels=[CaughtPanel()])
    async with served.client.running() as client:
        answer = await client.get("/empty")
    record = await served.record(answer)
    assert answer.status == 409
    assert record.error is not None
    assert (record.error.type, record.error.handled) == ("OutOfBooks", True)
    assert record.data["caught"] == [["OutOfBooks", "empty", True]]


async def test_an_unhandled_exception_has_its_traceback_once() -> None:
    """An exception that nothing handles is recorded once, as unhandled, with where it was raised."""
    served = Served(making(...), panels=[CaughtPanel()])
    async with served.client.running() as client:
        await client.get("/boom")
    record = await served.newest()
    assert record.data["caught"] == [["RuntimeError", "boom", False]]


async def test_the_page_of_an_unhandled_error_has_the_bar() -> None:
    """In debug mode Starlette answers with a page of the traceback, and the bar is in it."""
    served = Served(making(..., debug=True), enabled=None)
    async with served.client.running() as client:
        answer = await client.get("/boom", [(b"accept", b"text/html")])
    assert (answer.status, str(answer.raised)) == (500, "boom")
    assert "Traceback" in answer.text
    assert answer.body.count(b"data-record=") == 1


async def test_without_debug_it_stays_off() -> None:
    """Without the debug flag and `enabled`, nothing is recorded, and the toolbar's pages are not there."""
    served = Served(making(..., debug=False), enabled=None)
    async with served.client.running() as client:
        assert (await client.get("/")).header("x-debug-toolbar-id") is None
        assert (await client.get("/_debug_toolbar/")).status == 404
    assert served.probe.starts == 0


def patched() -> Any:
    """Return what the adapter patches."""
    return vars(starlette.routing)["wrap_app_handling_exceptions"]


def test_two_test_clients_share_one_toolbar() -> None:
    """Two test clients over one application, one inside the other, open the hooks once and close them once."""
    served = Served(making(...))
    original = patched()
    app: Any = served.client.app
    with TestClient(app, "http://localhost") as first:
        with TestClient(app, "http://localhost") as second:
            second.get("/")
            assert served.probe.starts == 1
        first.get("/")
        assert (served.probe.starts, served.probe.stops) == (1, 0)
        assert patched() is not original
    assert (served.probe.starts, served.probe.stops) == (1, 1)
    assert patched() is original
    assert len(asyncio.run(served.store.recent())) == 2


def test_a_test_client_after_another_works() -> None:
    """An application that was stopped starts again."""
    served = Served(making(...))
    app: Any = served.client.app
    for _ in range(2):
        with TestClient(app, "http://localhost") as client:
            client.get("/")
    assert (served.probe.starts, served.probe.stops) == (2, 2)
    assert len(asyncio.run(served.store.recent())) == 2


async def test_set_up_twice_it_records_once() -> None:
    """Listed twice, or listed and added, one toolbar records, and the tag is there once."""
    served = Served(making(..., ...))
    app: Any = served.client.app
    adapter(app, StarletteDebugToolbarConfig(enabled=True, store=served.store, panels=[]))
    async with served.client.running() as client:
        for _ in range(2):
            assert (await client.get("/")).body.count(b"data-record=") == 1
    assert len(await served.store.recent()) == 2


async def test_an_application_that_runs_can_have_it() -> None:
    """`adapter` adds it to an application that served requests already; a second one is not added."""
    app = Starlette(routes=ROUTES)
    await Client(app).get("/")
    store = MemoryStore()
    config = StarletteDebugToolbarConfig(enabled=True, panels=[], store=store)
    toolbar = adapter(app, config)
    assert app.middleware_stack is toolbar
    assert adapter(app, config) is not toolbar
    assert app.middleware_stack is toolbar
    await Client(app).get("/")
    assert len(await store.recent()) == 1


async def test_it_wraps_what_is_no_starlette() -> None:
    """Around another ASGI application it records as the plain middleware does."""
    store = MemoryStore()
    config = StarletteDebugToolbarConfig(enabled=True, panels=[], store=store)
    client = Client(DebugToolbarMiddleware(tiny_app, config))
    async with client.running():
        for _ in range(2):
            assert (await client.get("/")).body.count(b"data-record=") == 1
    assert len(await store.recent()) == 2


async def test_ignored_paths_are_as_without_it() -> None:
    """A path that is ignored is not recorded; its exceptions are answered as before."""
    served = Served(making(...), ignore=["/empty"])
    async with served.client.running() as client:
        assert (await client.get("/empty")).status == 409
    assert await served.store.recent() == []


async def test_the_settings_are_told() -> None:
    """Panels are told the framework, its version, the middleware and the exception handlers."""
    served = Served(making(..., Around, debug=True))
    async with served.client.running():
        app = served.probe.app
    assert (app.framework, app.debug, app.version) == ("Starlette", True, starlette.__version__)
    settings = app.settings()
    assert settings["debug"] is True
    assert settings["middleware"][1] == f"{__name__}.Around"
    assert list(settings["exception_handlers"].values()) == ["sorry"]
    assert app.openapi() is None


async def test_handlers_of_a_status_are_told() -> None:
    """A handler of a status code is listed under it."""

    async def missing(request: Request, error: Exception) -> Response:
        return PlainTextResponse("nope", 404)

    app = Starlette(exception_handlers={404: missing})
    toolbar = adapter(app, StarletteDebugToolbarConfig(enabled=True, panels=[]))
    async with Client(app).running() as client:
        assert (await client.get("/x")).text == "nope"
    assert str(toolbar.application.settings()["exception_handlers"]["404"]).endswith("missing")


async def test_outside_of_a_record_exceptions_are_as_before() -> None:
    """While the hooks are open, another application in the process answers its exceptions as before."""
    served = Served(making(...))
    other = Starlette(routes=ROUTES, exception_handlers={OutOfBooks: sorry})
    async with served.client.running():
        assert (await Client(other).get("/empty")).status == 409
        assert current() is None
