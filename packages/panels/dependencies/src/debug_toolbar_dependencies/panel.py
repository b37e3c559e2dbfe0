"""The dependencies panel: the tree of what FastAPI or Litestar resolved for a handler, with times and clean-ups."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from debug_toolbar_core import Application, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_dependencies import fastapi, litestar
from debug_toolbar_dependencies.resolutions import HOOKS, PANEL
from debug_toolbar_dependencies.views import show

__all__ = ["DependenciesPanel", "fastapi", "litestar"]  # the two register their hooks when they are imported


@dataclass
class DependenciesPanel(Panel):
    """The dependencies of the matched handler: nesting, own and total time, clean-up, thread or loop, errors."""

    name = PANEL
    title = "Dependencies"
    kinds = frozenset({"http", "websocket"})
    group = "data"
    order = 50

    slow: float = 0.1
    """Seconds from which a dependency, its clean-up, or its wait for a thread is a notice."""

    def lifespan(self, app: Application) -> Generator[None]:
        with HOOKS.open():
            yield

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.slow)
