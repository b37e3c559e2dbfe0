"""Set-up: adds the toolbar to a FastAPI application in one line."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_fastapi.application import FastAPIApplication
from debug_toolbar_starlette import install


@dataclass(kw_only=True)
class FastAPIDebugToolbarConfig(ASGIConfig):
    """Settings of the toolbar in a FastAPI application; it runs when the application's `debug` is on.

    Example: `FastAPIDebugToolbarConfig(exclude=["versions"])`.
    """


def setup_debug_toolbar(app: FastAPI, config: FastAPIDebugToolbarConfig | None = None) -> DebugToolbar:
    """Add the toolbar to an application, outside all of its middleware; before or after it served requests.

    Example: `setup_debug_toolbar(app)` below `app = FastAPI(debug=True)`.
    """
    return install(app, config or FastAPIDebugToolbarConfig(), FastAPIApplication(app))
