"""The panel of background jobs: what a request enqueued, and what became of it; what an execution did."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from debug_toolbar_core import Application, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_saq.facts import PANEL
from debug_toolbar_saq.hooks import HOOKS
from debug_toolbar_saq.status import ask
from debug_toolbar_saq.views import show


@dataclass
class SAQPanel(Panel):
    """Jobs of SAQ: enqueued here, their present state, and what an execution did."""

    name = PANEL
    title = "Jobs"
    kinds = frozenset({"http", "websocket", "task"})
    needs = ("saq",)
    order = 60

    repeated: int = 5
    """Jobs of one function from one line of code from which on a notice names the call that enqueues many."""

    def lifespan(self, app: Application) -> Generator[None]:
        with HOOKS.open():
            yield

    async def refresh(self, record: Record) -> None:
        await ask(record)

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.repeated)
