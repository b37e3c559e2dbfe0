"""Events: a background task, a guard, a receiver and a listener, each called as its library calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cases.case import Call, Case


async def nothing(*given: Any, **more: Any) -> None:
    """Do nothing."""


@asynccontextmanager
async def task() -> AsyncIterator[Call]:
    """Call one of Starlette's background tasks."""
    from starlette.background import BackgroundTask

    yield BackgroundTask(nothing)


@asynccontextmanager
async def guard() -> AsyncIterator[Call]:
    """Have Litestar ask a guard."""
    from litestar import Litestar, get
    from litestar.testing import RequestFactory

    async def handler() -> None: ...

    route: Any = Litestar([get("/", guards=[nothing])(handler)]).routes[0]
    found = route.route_handlers[0]
    request = RequestFactory().get("/", route_handler=found)

    async def call() -> None:
        await found.authorize_connection(request)

    yield call


@asynccontextmanager
async def signal() -> AsyncIterator[Call]:
    """Send one of blinker's signals to one receiver: two spans."""
    import blinker

    told = blinker.Signal()

    @told.connect
    def receiver(sender: object) -> None: ...

    async def call() -> None:
        told.send("benchmark")

    yield call


CASES = [
    Case("background task", "events", 6, task),
    Case("guard", "events", 6, guard),
    Case("blinker signal and its receiver", "events", 20, signal),
]
