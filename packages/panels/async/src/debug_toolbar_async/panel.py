"""The panel: what happened."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Badge, Block, Fact, Facts, Notice


@dataclass
class AsyncPanel(Panel):
    """Show what happened; its fields are its options."""

    name, title = "async", "Async"

    slow: float = 1.0
    """A request that takes longer, in seconds, is worth a notice."""

    def collect(self, record: Record) -> Generator[None, None, Any]:
        """Measure around the request. What belongs to it stays in local variables: many run at once."""
        start = record.now()
        yield
        return {"seconds": record.now() - start}

    def view(self, record: Record) -> Iterable[Block]:
        """Show what was measured: the record may come from another process, or from a file."""
        measured = record.data.get(self.name)
        if measured is None:
            return
        seconds = measured["seconds"]
        yield Badge(f"{seconds * 1000:.0f} ms", level="warning" if seconds > self.slow else None)
        yield Facts([Fact("measured", seconds, "s")], headline=True)
        if seconds > self.slow:
            yield Notice("warning", "This request was slow.", hint="Measure what you want to know instead.")
