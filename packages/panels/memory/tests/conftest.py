"""What these tests share: an application that allocates, its toolbar, and a look at what is switched on."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_core.record import Record
from debug_toolbar_memory import MemoryPanel
from debug_toolbar_memory.history import HISTORY

Handler = Callable[[], Any]
ASKED = {"X-Debug-Toolbar-Run": "memory"}


MADE: list[list[Any]] = []
"""What the applications of a test keep: hundreds of megabytes, that no later test is to find."""


class Shop:
    """An ASGI application whose paths are functions, with a toolbar around it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("seconds", 60.0)  # however busy the machine, and traced for coverage too
        self.kept: list[Any] = []
        MADE.append(self.kept)
        self.paths: dict[str, Handler] = {}
        self.toolbar = DebugToolbar(self.app, ASGIConfig(panels=[MemoryPanel(**options)], enabled=True, budget=120))

    def path(self, handler: Handler) -> Handler:
        self.paths[f"/{handler.__name__}"] = handler
        return handler

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        await self.paths[scope["path"]]()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    async def get(self, path: str, asked: bool = True) -> Record:
        """Ask for a path, and return its record as a reader gets it."""
        transport = httpx.ASGITransport(self.toolbar, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.get(path, headers=ASKED if asked else {})
        toolbar = self.toolbar.toolbar
        for line in (await toolbar.recent(50))[0]:
            if line["path"] == path:
                return await toolbar.load(line["id"])
        raise LookupError(path)

    async def memory(self, path: str) -> dict[str, Any]:
        """Ask for a path, and return what was measured."""
        record = await self.get(path)
        assert not record.failures, record.failures
        found: dict[str, Any] = record.data["memory"]
        return found


def switched_on() -> list[str]:
    """Name what is still on of all that a measured request switches on."""
    patches = [name for name in ("start", "stop") if getattr(tracemalloc, name).__module__ != "_tracemalloc"]
    loop = asyncio._get_running_loop()
    patches += [name for name in ("create_task", "run_in_executor") if name in vars(loop or object)]
    folders = list(Path(tempfile.gettempdir()).glob(f"debug-toolbar-memory-{os.getpid()}-*"))
    threads = [thread.name for thread in threading.enumerate() if thread.name == "debug-toolbar memory"]
    calls = [str(call) for call in gc.callbacks if "debug_toolbar" in str(call)]
    tools = [str(place) for place in ("profile", "allocators") if EXCLUSIVE.holder(place)]  # type: ignore[arg-type]  # both are places
    profiles = [str(hook) for hook in (sys.getprofile(), threading.getprofile()) if hook is not None]
    tracing = ["tracemalloc"] if tracemalloc.is_tracing() else []
    return [*tracing, *patches, *map(str, folders), *threads, *calls, *tools, *profiles]


def gc_state() -> tuple[object, ...]:
    """Return how the collector is set; Python 3.12 freezes some objects itself."""
    return gc.isenabled(), gc.get_threshold(), gc.get_freeze_count() > 2_000, len(gc.callbacks)


@pytest.fixture(autouse=True)
async def nothing_stays_on() -> AsyncIterator[None]:
    """Each test leaves nothing switched on."""
    HISTORY.clear()
    before = gc_state()
    yield
    while MADE:
        MADE.pop().clear()
    for _ in range(100):  # a thread whose work is done may take a moment to be gone
        if "debug-toolbar memory" not in switched_on():
            break
        await asyncio.sleep(0.01)
    assert switched_on() == []
    assert gc_state() == before
    HISTORY.clear()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a turn, and for what was left, however long it takes: the machine may be busy."""
    monkeypatch.setattr("debug_toolbar_memory.measure._ON_LOOP", 10.0)
    monkeypatch.setattr("debug_toolbar_memory.measure._PATIENCE", 60.0)
    monkeypatch.setattr("debug_toolbar_memory.measure._IN_THREAD", 60.0)


@pytest.fixture
def make_shop() -> type[Shop]:
    """Return what makes an application with options of the panel."""
    return Shop


@pytest.fixture(params=["tracemalloc", "memray"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """Return an application measured by each of the back ends in turn."""
    return Shop(engine=request.param)


@pytest.fixture
def traced() -> Shop:
    """Return an application measured by tracemalloc."""
    return Shop(engine="tracemalloc")


@pytest.fixture
def tracked() -> Shop:
    """Return an application measured by memray."""
    return Shop(engine="memray")


@pytest.fixture
def only_asked() -> Iterator[None]:
    """Let the collector run when it is asked to, and not by itself."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def own_tracing() -> Iterator[None]:
    """Trace as an application does that looks for a leak itself."""
    tracemalloc.start(5)
    yield
    tracemalloc.stop()


__all__ = ["ASKED", "Shop", "switched_on"]
