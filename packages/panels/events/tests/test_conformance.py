"""The kit of panels, with an application of each framework as the work."""

import sys
from collections.abc import Sequence
from typing import Any

import blinker
import pytest
from litestar import Litestar, Response, get
from litestar.background_tasks import BackgroundTask
from starlette.applications import Starlette
from starlette.background import BackgroundTask as Task
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from debug_toolbar_events import EventsPanel
from debug_toolbar_testing import Client, PanelConformance
from debug_toolbar_testing.work import Workload


async def work(text: str) -> None:
    """Work after the response."""


async def allowed(connection: Any, handler: Any) -> None:
    """A guard."""


@get("/", guards=[allowed])
async def shown() -> Response[str]:
    """A handler."""
    return Response("shown", background=BackgroundTask(work, "text"))


async def show(request: Request) -> PlainTextResponse:
    """A handler."""
    return PlainTextResponse("shown", background=Task(work, "text"))


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> EventsPanel:
        return EventsPanel()

    @pytest.fixture
    def workload(self) -> Workload:
        one, other = Litestar([shown]), Starlette(routes=[Route("/", show)])

        async def do(text: str) -> None:
            hostile = blinker.NamedSignal(text)
            receiver = lambda sender: None  # noqa: E731 - a receiver without a name
            hostile.connect(receiver)
            hostile.send("x")
            for app in (one, other):
                assert (await Client(app).get("/")).status == 200

        return do

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        litestar, handlers = sys.modules["litestar.app"].Litestar, sys.modules["litestar.handlers"]
        return [
            (blinker.Signal, "send"), (blinker.Signal, "send_async"), (blinker.Signal, "receivers_for"),
            (Task, "__call__"), (BackgroundTask, "__call__"), (litestar, "emit"), (litestar, "before_send"),
            (litestar, "after_exception"), (handlers.HTTPRouteHandler, "get_response_handler"),
            (handlers.BaseRouteHandler, "resolve_guards"),
        ]  # fmt: skip

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-events"
