"""The exceptions panel: what was raised, where, and with which values; nothing is spent while nothing is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_exceptions.budget import Budget
from debug_toolbar_exceptions.chain import chain
from debug_toolbar_exceptions.views import show


@dataclass
class ExceptionsPanel(Panel):
    """The exceptions of a request, unhandled ones first, with their tracebacks, sources and variables."""

    name = "exceptions"
    title = "Exceptions"
    kinds = frozenset({"http", "websocket", "task"})
    group = "runtime"
    order = 0

    seconds: float = 0.05
    """Time that telling one record's exceptions may take; then it stops between two variables, and says so."""

    def failed(self, record: Record) -> Any:
        budget = Budget(self.seconds)
        told = []
        for caught in sorted(record.caught, key=lambda caught: caught.handled):
            facts = {"handled": caught.handled, "at": caught.at}
            told.append({**facts, "chain": chain(caught.exception, caught.traceback, budget)})
        return {"exceptions": told, "stopped": budget.stopped}

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.name)
