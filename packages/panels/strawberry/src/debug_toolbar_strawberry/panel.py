"""The GraphQL panel: what Strawberry executed, field by field, with the queries that resolvers caused."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from debug_toolbar_core import Application, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_strawberry.hooks import HOOKS
from debug_toolbar_strawberry.operation import PANEL
from debug_toolbar_strawberry.views import show


@dataclass
class StrawberryPanel(Panel):
    """GraphQL operations with their resolvers, data loaders, errors and N+1s."""

    name = PANEL
    title = "GraphQL"
    kinds = frozenset({"http", "websocket", "task"})
    needs = ("strawberry",)
    order = 40

    deep: int = 10
    """Levels of selections past which a notice says that the operation is deep."""
    repeated: int = 3
    """Calls of a field, each with queries of its own, from which on they are an N+1."""

    def lifespan(self, app: Application) -> Generator[None]:
        with HOOKS.open():
            yield

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.deep, self.repeated)
