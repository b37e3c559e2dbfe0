"""Fixtures: the browser, its pages, served applications, the three bookshops and real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from debug_toolbar_tests import services
from debug_toolbar_tests.browsing import Watch, chromium, context
from debug_toolbar_tests.serving import bookshop as run_bookshop
from debug_toolbar_tests.serving import served

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FRAMEWORKS = ("fastapi", "litestar", "starlette")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the session; it fails, and does not skip, where there is none."""
    async with chromium() as started:
        yield started


@pytest.fixture
def watch() -> Watch:
    """What the pages of this test did that they must not."""
    return Watch()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, watch: Watch, server: Callable[[Any], str]) -> AsyncIterator[Callable[..., Any]]:
    """Open a page in a context of its own: `await open_page(color_scheme="light")`; all are watched.

    It asks for the server so that pages are closed before it: a live stream would hold its shutdown up for a second.
    """
    async with AsyncExitStack() as stack:

        async def opened(**options: Any) -> Page:
            return await (await stack.enter_async_context(context(browser, watch, **options))).new_page()

        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: Callable[..., Any], watch: Watch) -> AsyncIterator[Page]:
    """A page; the test fails when anything in it complains that `watch.expected` does not name."""
    opened: Page = await open_page()
    yield opened
    assert watch.faults == []


@pytest.fixture
def server() -> Iterator[Callable[[Any], str]]:
    """Serve an ASGI application until the test ends: `url = server(app)`."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(served(app))


@pytest.fixture(scope="session")
def bookshops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Say where the bookshop of a framework runs; each is started once in a session."""
    running: dict[str, str] = {}
    with ExitStack() as stack:

        def find(framework: str) -> str:
            if framework not in running:
                log = tmp_path_factory.mktemp(framework) / "bookshop.log"
                running[framework] = stack.enter_context(run_bookshop(framework, log))
            return running[framework]

        yield find


@pytest.fixture(params=FRAMEWORKS)
def bookshop(request: pytest.FixtureRequest, bookshops: Callable[[str], str]) -> str:
    """Where the bookshop runs, in one framework after the other."""
    return bookshops(request.param)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.Service]:
    """One Redis for the session, started when first asked for."""
    with services.redis() as started:
        yield started


@pytest.fixture(scope="session")
def memcached_server() -> Iterator[services.Service]:
    """One memcached for the session, started when first asked for."""
    with services.memcached() as started:
        yield started


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[services.Service]:
    """One PostgreSQL for the session, started when first asked for."""
    with services.postgresql() as started:
        yield started


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[services.Service]:
    """One MariaDB for the session, started when first asked for."""
    with services.mariadb() as started:
        yield started
