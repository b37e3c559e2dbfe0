"""Served: an application with the toolbar in it, as the kit of adapters makes it, and what the toolbar knows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from debug_toolbar_core import Application, Panel, Record
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_testing.client import Answer, Client
from debug_toolbar_testing.tiny import ASGIApp

MakeApp = Callable[[Mapping[str, Any] | None], ASGIApp]


class Probe(Panel):
    """A panel that only remembers the application it was started with."""

    name, title = "probe", "Probe"

    def __init__(self) -> None:
        self.starts = 0
        self.stops = 0
        self.app = Application()

    def lifespan(self, app: Application) -> Generator[None]:
        self.starts, self.app = self.starts + 1, app
        yield
        self.stops += 1


class Served:
    """The author's application with the toolbar in it, and what the toolbar knows."""

    def __init__(self, make_app: MakeApp, **settings: Any) -> None:
        self.probe, self.store = Probe(), MemoryStore()
        known = {"enabled": True, "panels": [self.probe], "store": self.store, "strict": True}
        self.client = Client(make_app({**known, **settings}))

    async def record(self, answer: Answer) -> Record:
        """Return the record that an answer names."""
        found = await self.store.load(answer.header("x-debug-toolbar-id") or "")
        assert found is not None, f"the answer {answer.status} names no record"
        return found

    async def newest(self) -> Record:
        """Return the newest record."""
        [line] = await self.store.recent(1)
        found = await self.store.load(line.id)
        assert found is not None
        return found
