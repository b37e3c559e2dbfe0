"""What these tests share: an application served with the panel through its adapter, and its tree as an outline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fastapi
import pytest

from debug_toolbar_core import Record, Source
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
        return [_line(row.depth, row.cells) for table in tables for row in table.rows]

    return lines


def _line(depth: int, cells: Any) -> str:
    name, _, _, cleaned, runs, note, source = cells
    assert source is None or isinstance(source, Source)
    words = [runs, note, None if cleaned is None else "cleaned up"]
    said = ", ".join(word for word in words if word)
    return "  " * depth + name + (f": {said}" if said else "")
