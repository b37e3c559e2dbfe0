"""The events panel: what ran around a request besides its handler, and what an application has registered."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Application, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_events import blinker, litestar, starlette
from debug_toolbar_events.registered import registered
from debug_toolbar_events.startup import STARTUPS
from debug_toolbar_events.timed import HOOKS, PANEL
from debug_toolbar_events.views import show, show_application

__all__ = ["EventsPanel", "blinker", "litestar", "starlette"]  # the three register their hooks when imported


@dataclass
class EventsPanel(Panel):
    """Hooks, guards, exception handlers, listeners, signals and background tasks, in the order in which they ran."""

    name = PANEL
    title = "Events"
    kinds = frozenset({"app", "http", "websocket", "task"})
    collects = frozenset({"app"})
    group = "data"
    order = 60

    slow: float = 0.1
    """Seconds from which what runs before the response is a notice."""

    def lifespan(self, app: Application) -> Generator[None]:
        with ExitStack() as stack:
            stack.enter_context(HOOKS.open())
            stack.enter_context(STARTUPS.of(app.target))
            yield

    def collect(self, record: Record) -> Generator[None, None, Any]:
        target = None if record.app is None else record.app.target
        told = {"registered": registered(target), "started": STARTUPS.told(target)}
        yield
        return told

    def view(self, record: Record) -> Iterable[Block]:
        if record.kind == "app":
            return show_application(record.data.get(self.name))
        return show(record, self.slow)
