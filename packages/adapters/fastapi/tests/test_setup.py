import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response

from debug_toolbar_core import Panel, Record, span
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_fastapi import FastAPIDebugToolbarConfig, adapter, setup_debug_toolbar
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


def mail() -> None:
    """Be a background task."""
    with span("mail"):
        pass


async def session() -> AsyncGenerator[str]:
    """Be a dependency that ends after the response."""
    with span("session"):
        yield "session"


async def sorry(request: Request, error: Exception) -> Response:
    """Answer an exception."""
    return JSONResponse({"error": str(error)}, 409)


def application(**options: Any) -> FastAPI:
    """Make an application with exceptions, background tasks and dependencies."""
    app = FastAPI(exception_handlers={OutOfBooks: sorry}, **options)

    @app.get("/later")
    async def later(tasks: BackgroundTasks, opened: str = Depends(session)) -> str:
        tasks.add_task(mail)
        return opened

    @app.get("/empty")
    def empty() -> None:
        raise OutOfBooks("none left")

    @app.get("/refused")
    async def refused() -> None:
        raise HTTPException(403, "no")

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError("boom")

    @app.middleware("http")
    async def around(request: Request, call_next: Callable[..., Any]) -> Any:
        with span("around"):
            return await call_next(request)

    return app


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make the application with the toolbar."""
    app = application()
    setup_debug_toolbar(app, FastAPIDebugToolbarConfig(**settings or {}))
    return app


async def test_dependencies_middleware_and_background_tasks_belong_to_the_record() -> None:
    """The toolbar is outside of all middleware, and what runs after the response is in the record."""
    served = Served(make)
    async with served.client.running() as client:
        record = await served.record(await client.get("/later"))
    assert sorted(each.name for each in record.spans) == ["around", "mail", "session"]


@pytest.mark.parametrize(
    ("path", "status", "caught"),
    [
        ("/empty", 409, ["OutOfBooks", "empty", True]),
        ("/refused", 403, ["HTTPException", "refused", True]),
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


def test_set_up_twice_it_records_once() -> None:
    """A second set-up changes nothing: one record, one tag."""
    store, app = MemoryStore(), application()
    config = FastAPIDebugToolbarConfig(enabled=True, panels=[], store=store)
    setup_debug_toolbar(app, config)
    adapter(app, config)
    with TestClient(app, "http://localhost") as client:
        client.get("/later")
        setup_debug_toolbar(app, config)
        client.get("/later")
    assert len(asyncio.run(store.recent())) == 2


def test_the_debug_flag_switches_it_on() -> None:
    """It runs when the application's `debug` is on, and not otherwise."""
    assert setup_debug_toolbar(FastAPI(debug=True)).toolbar is not None
    assert setup_debug_toolbar(FastAPI()).toolbar is None


def test_it_leaves_lifespans_alone() -> None:
    """The application's own lifespan runs once, inside the toolbar's."""
    ran = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, str]]:
        ran.append("up")
        yield {"shop": "open"}
        ran.append("down")

    app = FastAPI(lifespan=lifespan)

    @app.get("/state")
    async def state(request: Request) -> str:
        return str(request.state.shop)

    setup_debug_toolbar(app, FastAPIDebugToolbarConfig(enabled=True, panels=[]))
    with TestClient(app, "http://localhost") as client:
        assert client.get("/state").json() == "open"
    assert ran == ["up", "down"]
