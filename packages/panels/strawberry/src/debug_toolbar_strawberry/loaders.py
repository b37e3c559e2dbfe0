"""Loaders: the batches of data loaders, and how many loads one batch or the cache spared."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from debug_toolbar_core import Record, Span, current
from debug_toolbar_core.source import handler_of
from debug_toolbar_strawberry.operation import PANEL, around


class Loaders:
    """Knows in which record each loader was first used; one that serves several is shared, which mixes requests."""

    def __init__(self) -> None:
        self.first: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self.loads: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def counted(self, original: Any) -> Any:
        """Return `load` that counts its calls."""

        def load(loader: Any, *args: Any, **kwargs: Any) -> Any:
            if current() is not None:
                self.loads[loader] = self.loads.get(loader, 0) + 1
            return original(loader, *args, **kwargs)

        return load

    def begin(self, record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span | None:
        """Begin the span of a batch, under its operation: it is no resolver's alone."""
        loader, batch = args[:2]
        operation = around()
        name, source = handler_of(loader.load_fn)
        attributes = {
            "graphql.loader": name,
            "graphql.batch.size": len(batch.tasks),
            "graphql.loads": self.loads.pop(loader, len(batch.tasks)),
            "graphql.loader.shared": self.first.setdefault(loader, record.id) != record.id,
        }
        parent = operation.span if operation is not None and operation.slot is record.slot else None
        title = f"batch {name.rpartition('.')[2]}"
        return record.add(PANEL, title, record.now(), None, attributes, source=source, parent=parent)

    def end(self, span: Span, result: Any) -> None:
        """Nothing more is known: what was loaded is the application's."""
