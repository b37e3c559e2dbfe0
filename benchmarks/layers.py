"""Layers: what is put around a workload's application, from nothing to the whole toolbar."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from workloads import App


class Noop:
    """The least a middleware can be: another frame, and a send of its own."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def forward(message: Any) -> None:
            await send(message)

        await self.app(scope, receive, forward)


class HandMade:
    """The least a capture can be: times, status, headers and sizes into a list that is cut at 500."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.records: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        record: dict[str, Any] = {"path": scope["path"], "headers": list(scope["headers"]), "size": 0, "messages": 0}
        started = perf_counter()

        async def hear() -> Any:
            record["messages"] += 1
            return await receive()

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                record["status"], record["response"] = message["status"], list(message["headers"])
                message = {**message, "headers": [*message["headers"], (b"x-id", b"1")]}
            elif message["type"] == "http.response.body":
                record["size"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, hear, note)
        finally:
            record["duration"] = perf_counter() - started
            self.records.append(record)
            del self.records[:-500]


def standard() -> list[str]:
    """Return the panels of `debug-toolbar-standard`, by its own dependencies: here more are installed."""
    from importlib.metadata import entry_points, requires  # here, as finding out is no cost of the toolbar

    from packaging.requirements import Requirement

    needed = {Requirement(line).name for line in requires("debug-toolbar-standard") or ()}
    entries = entry_points(group="debug_toolbar.panels")
    return [entry.name for entry in entries if entry.dist is not None and entry.dist.name in needed]


def installed() -> list[str]:
    """Return every panel there is."""
    from importlib.metadata import entry_points

    return sorted(entry.name for entry in entry_points(group="debug_toolbar.panels"))


def toolbar(app: App, enabled: bool = True, more: Sequence[str] = (), names: Sequence[str] = ()) -> DebugToolbar:
    """Put the whole toolbar around an application: the standard panels, as `pip install` leaves it, and `more`.

    `names` are the standard ones, from who knows them already.
    """
    logging.getLogger("debug_toolbar").setLevel(logging.ERROR)
    panels = [*(names or standard()), *more]
    return DebugToolbar(app, ASGIConfig(enabled=enabled, panels=panels, container_gateway=""))


def layers(app: App, more: Sequence[str] = ()) -> dict[str, App]:
    """Return the application bare and inside each layer; they are measured in this order, again and again."""
    return {
        "bare": app,
        "no-op": Noop(app),
        "hand-made": HandMade(app),
        "off": toolbar(app, enabled=False),
        "toolbar": toolbar(app, more=more),
    }
