"""Pytest plugin for suites that are not ours: writes each test's result, with the toolbar around every app if asked.

`TRANSPARENCY_RESULTS` is the file to write. `TRANSPARENCY_TOOLBAR=stranger` puts the toolbar around the applications
as those see it who may not, `viewer` as those who may: with our headers, and the tag in pages.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

_RESULTS: dict[str, str] = {}


def pytest_configure(config: pytest.Config) -> None:
    """Wrap before any test module is imported."""
    if seen := os.environ.get("TRANSPARENCY_TOOLBAR"):
        wrap(viewer=seen == "viewer")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test's result: the worst of its phases."""
    if report.when == "call" or report.outcome != "passed":
        _RESULTS[report.nodeid] = f"{report.outcome} in {report.when}"
    _RESULTS.setdefault(report.nodeid, "passed in setup")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a module that could not be collected."""
    if report.failed:
        _RESULTS[report.nodeid] = "not collected"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the results; with xdist, only the process that gathers them."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        Path(os.environ["TRANSPARENCY_RESULTS"]).write_text(json.dumps(_RESULTS))


def wrap(viewer: bool) -> None:
    """Put one toolbar around every application: what a test client is given, and Starlette's own class."""
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from debug_toolbar_asgi import ASGIConfig, DebugToolbar
    from debug_toolbar_asgi.gate import Gate, Verdict

    bare: Callable[..., Awaitable[None]] = Starlette.__call__
    client = TestClient.__init__
    debug = DebugToolbar(Starlette(), ASGIConfig(enabled=True, inject=viewer))
    if viewer:  # a test client comes from no address, whom no setting can let in
        Gate.check = lambda self, scope, kind: Verdict(True)  # type: ignore[method-assign]  # for this plugin only

    async def call(self: Starlette, scope: Any, receive: Any, send: Any) -> None:
        await debug.serve(partial(bare, self), scope, receive, send)

    def made(self: TestClient, *arguments: Any, **options: Any) -> None:
        client(self, *arguments, **options)
        transport: Any = self._transport
        self.app = transport.app = partial(debug.serve, self.app)

    Starlette.__call__ = call  # type: ignore[method-assign]  # what this plugin is for
    TestClient.__init__ = made  # type: ignore[method-assign]  # the same
    _watch_blocking()


def _watch_blocking() -> None:
    """Have a suite's own blockbuster watch our code too."""
    from blockbuster import BlockBuster

    made = BlockBuster.__init__

    def watching(self: BlockBuster, scanned: Any = None, **options: Any) -> None:
        modules = [scanned] if isinstance(scanned, str) else list(scanned or ())
        made(self, [*modules, "debug_toolbar_asgi", "debug_toolbar_core"] if modules else None, **options)

    BlockBuster.__init__ = watching  # type: ignore[method-assign, assignment]  # the same
