"""The SQL panel: each statement of a request, whatever engine it went to, and what is wrong with them together."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from debug_toolbar_core import Application, Panel, Record, action
from debug_toolbar_core.blocks import Block
from debug_toolbar_sqlalchemy.explain import explain
from debug_toolbar_sqlalchemy.hooks import HOOKS
from debug_toolbar_sqlalchemy.kept import PANEL
from debug_toolbar_sqlalchemy.views import show


@dataclass
class SQLAlchemyPanel(Panel):
    """The SQL of a request: statements, transactions, N+1 loads, and their plans on demand."""

    name = PANEL
    title = "SQL"
    kinds = frozenset({"http", "websocket", "task"})
    order = 10
    needs = ("sqlalchemy",)

    slow: float = 0.1
    """Seconds from which on a statement is slow, and said to be."""
    repeated: int = 3
    """As many lazy loads of a relationship, or similar statements of one place, are an N+1."""
    explain_seconds: float = 5.0
    """Seconds that a database may take to explain a statement."""

    def lifespan(self, app: Application) -> Generator[None]:
        with HOOKS.open():
            yield

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.slow, self.repeated)

    @action("Explain")
    async def explain(self, record: Record, index: int) -> list[Block]:
        """Ask the database for the plan of a statement, by its span's index, without executing it."""
        return await explain(record, index, self.explain_seconds)
