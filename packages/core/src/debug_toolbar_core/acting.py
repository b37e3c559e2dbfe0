"""Acting: running a panel's action on a stored record, with its arguments checked and its faults shown."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.blocks import Block, Notice
from debug_toolbar_core.context import suppressed
from debug_toolbar_core.errors import ToolbarError, UnknownPanel
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.panel import Panel
from debug_toolbar_core.record import Record

if TYPE_CHECKING:
    from debug_toolbar_core.toolbar import Toolbar


async def run_action(
    toolbar: Toolbar, record: Record, panel: Panel, name: str, arguments: Mapping[str, Any]
) -> list[Block]:
    """Run an action and return its blocks; a failure is a notice.

    Raises UnknownPanel for an action that is not there, TypeError for arguments that are not its own, and
    ToolbarError for an imported record: it is somebody else's, so nothing here is asked about it.
    """
    if name not in panel.actions:
        raise UnknownPanel(panel.name, name)
    if record.imported:
        raise ToolbarError("This record was imported; actions run only on records of this application.")
    method = getattr(panel, panel.actions[name].method)
    try:
        inspect.signature(method).bind(record, **arguments)
    except TypeError as error:
        raise TypeError(f"Action {name!r} of panel {panel.name!r}: {error}.") from None
    before = deepcopy(record.data)
    blocks = await _run(method, record, arguments, toolbar.config.action_budget)
    if record.data != before:
        toolbar.keep(record)
    return blocks


async def _run(method: Any, record: Record, arguments: Mapping[str, Any], budget: float) -> list[Block]:
    try:
        with suppressed():
            async with asyncio.timeout(budget):
                blocks: Iterable[Block] = await method(record, **arguments)
        shown = list(blocks)
        if not all(isinstance(block, Block) for block in shown):
            raise TypeError("an action returns blocks")
        return shown
    except TimeoutError:
        return [Notice("error", f"The action took longer than {budget:g} s and was cut.", "Setting: action_budget.")]
    except Exception as error:
        return [Notice("error", f"The action failed: {type(error).__qualname__}: {message_of(error)}")]
