"""The HTTP client panel: each call to another server, a span with its phases."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Application, Hooks, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_http_client import aiohttp_hooks, httpx_hooks, tracer
from debug_toolbar_http_client.call import PANEL
from debug_toolbar_http_client.propagation import ASKED
from debug_toolbar_http_client.views import show

HOOKS = Hooks(PANEL)


@HOOKS.into("httpx")
def _httpx(module: Any) -> Generator[None]:
    with httpx_hooks.hooked(module):
        yield


@HOOKS.into("httpx2")
def _httpx2(module: Any) -> Generator[None]:
    with httpx_hooks.hooked(module):
        yield


@HOOKS.into("httpcore._trace")
def _httpcore(module: Any) -> Generator[None]:
    with tracer.traced(module):
        yield


@HOOKS.into("httpcore2._trace")
def _httpcore2(module: Any) -> Generator[None]:
    with tracer.traced(module):
        yield


@HOOKS.into("aiohttp")
def _aiohttp(module: Any) -> Generator[None]:
    with aiohttp_hooks.hooked(module):
        yield


@dataclass
class HttpClientPanel(Panel):
    """The HTTP calls of a request, with httpx, httpx2 and aiohttp."""

    name = PANEL
    title = "HTTP client"
    kinds = frozenset({"http", "websocket", "task"})
    order = 30

    slow: float = 0.5
    """Seconds from which a call is slow."""
    bad_status: int = 400
    """The lowest status that counts as a failed call."""
    propagate: bool = False
    """Whether calls are sent a `traceparent` header; nothing is added to them otherwise."""

    def lifespan(self, app: Application) -> Generator[None]:
        if self.propagate:
            ASKED.add(app)
        try:
            with HOOKS.open():
                yield
        finally:
            ASKED.discard(app)

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.slow, self.bad_status)
