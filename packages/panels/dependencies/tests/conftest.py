"""What these tests share: an application served with the panel through its adapter, and its tree as an outline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fastapi
import pytest

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Table
from debug_toolbar_dependencies import DependenciesPanel
from debug_toolbar_fastapi import FastAPIDebugToolbarConfig, setup_debug_toolbar
from debug_toolbar_litestar import DebugToolbarPlugin, LitestarDebugToolbarConfig
from debug_toolbar_testing.served import Served

Serve = Callable[..., Served]
Outline = Callable[[Record], list[str]]


@pytest.fixture
def serve() -> Serve:
    """Put the toolbar with this panel into a FastAPI application, or into what makes a Litestar of plugins."""

    def made(app: Any, **settings: Any) -> Served:
        def make(known: Any) -> Any:
            options = {**known, "panels": [DependenciesPanel()], "server_timing": True, **settings}
            if isinstance(app, fastapi.FastAPI):
                setup_debug_toolbar(app, FastAPIDebugToolbarConfig(**options))
                return app
            return app(plugins=[DebugToolbarPlugin(LitestarDebugToolbarConfig(**options))])

        return Served(make)

    return made


@pytest.fixture
def outline() -> Outline:
    """Write a record's tree as lines: indented names, with what is noted of each."""

    def lines(record: Record) -> list[str]:
        tables = [block for block in DependenciesPanel().view(record) if isinstance(block, Table)]
        found: list[tuple[int, str]] = []
        for row in (row for table in tables for row in table.rows):
            name, _, _, ran = row.cells
            if name == "clean-up":
                _clean(found, row.depth, ran)
            else:
                found.append((row.depth, name + (f": {ran}" if ran else "")))
        return ["  " * depth + said for depth, said in found]

    return lines


def _clean(found: list[tuple[int, str]], depth: int, ran: str) -> None:
    """Say with a dependency that it was cleaned up, and what that raised."""
    at = max(index for index, (above, _) in enumerate(found) if above == depth - 1)
    when, _, error = ran.partition(", ")
    assert when in ("before the response", "after the response")
    said = f", {error} in the clean-up" if error else ""
    found[at] = (depth - 1, f"{found[at][1]}{said}, cleaned up")
