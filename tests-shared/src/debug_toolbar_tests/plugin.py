"""The pytest plugin of this repository: fixtures that all packages share, and sessions that tolerate no skip.

What it needs of the product is imported inside its fixtures: a plugin loads before coverage looks.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from debug_toolbar_tests.fixtures import (
    bookshop,
    bookshops,
    browser,
    mariadb_server,
    memcached_server,
    open_page,
    page,
    postgresql_server,
    redis_server,
    server,
    watch,
)

__all__ = [
    "bookshop",
    "bookshops",
    "browser",
    "mariadb_server",
    "memcached_server",
    "open_page",
    "page",
    "postgresql_server",
    "redis_server",
    "server",
    "watch",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--no-skips`."""
    parser.addoption("--no-skips", action="store_true", help="a session in which a test was skipped fails")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a session that skipped something: what did not run proves nothing."""
    if session.config.getoption("--no-skips") and skipped(session.config) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why the session failed when every test that ran passed."""
    if config.getoption("--no-skips") and (count := skipped(config)):
        terminalreporter.section("skipped tests", red=True)
        terminalreporter.line(f"{count} tests were skipped, and --no-skips counts that as a failure.")


def skipped(config: pytest.Config) -> int:
    """Return how many tests (or whole modules) this session skipped."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if reporter else 0


@pytest.fixture
def never_blocks() -> Iterator[None]:
    """Raise BlockingError where code of ours blocks the event loop."""
    from blockbuster import BlockBuster

    guard = BlockBuster(["debug_toolbar_asgi", "debug_toolbar_core"])
    for function in guard.functions.values():  # a toolbar is built before there is a loop, but in these tests
        function.can_block_in("debug_toolbar_asgi/middleware.py", {"_build"})
    guard.activate()
    yield
    guard.deactivate()
