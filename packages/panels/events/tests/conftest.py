"""What these tests share: an application served with the panel through its adapter, and what ran as an outline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette

from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import Table
from debug_toolbar_events import EventsPanel
from debug_toolbar_fastapi import FastAPIDebugToolbarConfig, setup_debug_toolbar
from debug_toolbar_litestar import DebugToolbarPlugin, LitestarDebugToolbarConfig
from debug_toolbar_starlette import StarletteApplication, StarletteDebugToolbarConfig, install
from debug_toolbar_testing.served import Served

Serve = Callable[..., Served]
Outline = Callable[[Record], list[str]]


@pytest.fixture
def serve() -> Serve:
    """Put the toolbar with this panel into an application, or into what makes a Litestar of plugins."""

    def made(app: Any, **settings: Any) -> Served:
        def make(known: Any) -> Any:
            options = {**known, "panels": [EventsPanel()], "server_timing": True, **settings}
            if isinstance(app, fastapi.FastAPI):
                setup_debug_toolbar(app, FastAPIDebugToolbarConfig(**options))
                return app
            if isinstance(app, Starlette):
                install(app, StarletteDebugToolbarConfig(**options), StarletteApplication(app))
                return app
            return app(plugins=[DebugToolbarPlugin(LitestarDebugToolbarConfig(**options))])

        return Served(make)

    return made


@pytest.fixture
def outline() -> Outline:
    """Write what ran as lines: indented names, with the kind and the note of each."""

    def lines(record: Record) -> list[str]:
        tables = [block for block in EventsPanel().view(record) if isinstance(block, Table)]
        return [_line(row.depth, row.cells) for table in tables for row in table.rows]

    return lines


def _line(depth: int, cells: Any) -> str:
    name, said, _, source = cells
    assert source is None or isinstance(source, Source)
    kind, _, note = said.partition(", ")
    return "  " * depth + f"{kind} {name}" + (f": {note}" if note else "")
