"""What the site's tests share: a toolbar with panels of every manner, and clients for its site."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from debug_toolbar_asgi.config import ASGIConfig
from debug_toolbar_asgi.gate import Gate
from debug_toolbar_asgi.site import Site
from debug_toolbar_core import Panel, Record, Toolbar, action
from debug_toolbar_core.blocks import Badge, Block, Code, Fact, Facts, Notice
from debug_toolbar_core.exchange import Plain, Request, Response

PREFIX = "/_debug_toolbar"


class WorkPanel(Panel):
    """Collects, shows a badge, a notice and facts, and has an action."""

    name, title, group = "work", "Work", "data"

    def collect(self, record: Record) -> Generator[None, None, Any]:
        yield
        return {"rows": 23}

    def view(self, record: Record) -> Iterable[Block]:
        yield Badge("23", "41 ms")
        yield Notice("warning", "19 similar queries", label="n+1")
        yield Facts([Fact("rows", record.data.get("work", {}).get("rows"))])

    @action("Explain")
    async def explain(self, record: Record, index: int) -> Iterable[Block]:
        """Show the plan of one span.

        Takes its index.
        """
        record.data["work"] = {"rows": index}
        return [Code(f"plan of {index}", "text")]


class OddPanel(Panel):
    """Shows values that JSON does not have."""

    name, title = "odd", "Odd"

    def view(self, record: Record) -> Iterable[Block]:
        odd = {"nan": float("nan"), "object": object(), "half": "\ud800", "number": 1.5, "t": (1, None)}
        yield Facts([Fact("odd", odd)])


class SlowPanel(Panel):
    """Takes a while to draw."""

    name, title = "slow", "Slow"
    seconds = 0.0

    def view(self, record: Record) -> Iterable[Block]:
        time.sleep(self.seconds)
        return ()


class ProfilePanel(Panel):
    """Runs only when asked for."""

    name, title, on_demand = "profile", "Profile", True

    def collect(self, record: Record) -> Generator[None, None, Any]:
        yield
        return "profiled"


class AppPanel(Panel):
    """Tells of the application."""

    name, title, group, kinds = "about", "About", "application", ("app",)

    def collect(self, record: Record) -> Generator[None, None, Any]:
        yield
        return {"python": "3"}

    def view(self, record: Record) -> Iterable[Block]:
        yield Facts([Fact("python", record.data["about"]["python"])])


@pytest.fixture
def slow() -> SlowPanel:
    """The panel whose view can be slow."""
    return SlowPanel()


@pytest.fixture
def config(slow: SlowPanel) -> ASGIConfig:
    """Settings with these panels, in which the container of the tests does not count."""
    panels = [WorkPanel(), OddPanel(), slow, ProfilePanel(), AppPanel()]
    return ASGIConfig(panels=panels, container_gateway="", token="t0ken", title="Book <shop>", paths={"/app": "/me"})


@pytest.fixture
def toolbar(config: ASGIConfig) -> Toolbar:
    """A toolbar with a memory store."""
    return Toolbar(config)


@pytest.fixture
def site(toolbar: Toolbar, config: ASGIConfig) -> Site:
    """The site itself, with no middleware around."""
    return Site(toolbar, Gate(config.gate(), {}, config.prefix), config)


@pytest.fixture
def visit(site: Site) -> Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]:
    """Make clients of the site: `visit(address, base_url=…)`; by default from this machine."""

    def client(address: str = "127.0.0.1", base: str = "http://localhost", app: Any = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app or site, client=(address, 1), raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url=base + PREFIX)

    return client


@pytest.fixture
async def client(visit: Callable[..., httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    """A client on this machine."""
    async with visit() as made:
        yield made


@pytest.fixture
def recorded(toolbar: Toolbar) -> Callable[..., str]:
    """Record a request: `recorded("/books", 200)` returns its id."""

    def record(path: str = "/books", status: int = 200, spans: int = 0) -> str:
        with toolbar.capture("http") as made:
            made.wire = Plain(
                Request(path=path, query_string="sort=new", url=f"http://localhost{path}", client="127.0.0.1"),
                Response(status=status, headers=[("content-type", "text/html")], size=12, complete=True),
            )
            for index in range(spans):
                made.add("work", f"SELECT {index}", 0.0, 0.001, {"row": index})
        return made.id

    return record
