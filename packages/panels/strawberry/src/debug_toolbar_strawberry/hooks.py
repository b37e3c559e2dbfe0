"""Hooks: an extension added to each operation of every Strawberry schema, and the batches of its data loaders."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from debug_toolbar_core import Hooks, current, observed, patched
from debug_toolbar_strawberry.extension import Watching
from debug_toolbar_strawberry.loaders import Loaders
from debug_toolbar_strawberry.operation import PANEL

HOOKS = Hooks(PANEL)


@HOOKS.into("strawberry.schema.schema")
def schema(module: Any) -> Generator[None]:
    """Have every schema run our extension too, innermost: what others make of errors comes after."""
    extension: type[Any] = type("DebugToolbarExtension", (Watching, module.SchemaExtension), {})

    def make(original: Any) -> Any:
        def get_extensions(self: Any, *args: Any, **kwargs: Any) -> Any:
            found = original(self, *args, **kwargs)
            record = current()
            if record is None:
                return found
            try:
                return [*found, extension()]
            except Exception as error:  # noqa: BLE001 - a border: the operation must not fail for ours
                record.fault(PANEL, error)
                return found

        return get_extensions

    with patched(module.Schema, "get_extensions", make):
        yield


@HOOKS.into("strawberry.dataloader")
def dataloader(module: Any) -> Generator[None]:
    """See each batch of a loader as a span, with how many keys it loads at once, and what its cache spared."""
    loaders = Loaders()
    with (
        patched(module, "dispatch_batch", observed(PANEL, loaders.begin, loaders.end)),
        patched(module.DataLoader, "load", loaders.counted),
    ):
        yield
