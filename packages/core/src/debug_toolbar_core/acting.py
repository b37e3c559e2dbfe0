"""Acting: running a panel's action on a stored record, with its arguments checked and its faults shown."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.blocks import Block, Notice, checked
from debug_toolbar_core.context import suppressed
from debug_toolbar_core.errors import ToolbarError, UnknownPanel
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.offload import offload
from debug_toolbar_core.panel import Panel, overrides
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
    _check(method, name, arguments)
    before = deepcopy(record.data)
    blocks = await _run(method, record, arguments, toolbar.config.action_budget)
    if record.data != before:
        toolbar.keep(record)
    return blocks


async def run_refresh(toolbar: Toolbar, record: Record, panel: Panel) -> tuple[Record, list[Block]]:
    """Have a panel bring a record up to date; return it, redacted anew, and what to say when that failed."""
    if record.imported or not overrides(panel, "refresh"):
        return record, []

    async def refreshed(record: Record) -> Iterable[Block]:
        await panel.refresh(record)
        return ()

    told = await _run(refreshed, record, {}, toolbar.config.action_budget)
    return await offload(toolbar.encoder.through, record), told


async def _run(method: Any, record: Record, arguments: Mapping[str, Any], budget: float) -> list[Block]:
    timeout = asyncio.timeout(budget)
    try:
        with suppressed():
            async with timeout:
                blocks: Iterable[Block] = await method(record, **arguments)
        return checked(blocks)
    except (Exception, SystemExit, asyncio.CancelledError, BaseExceptionGroup) as error:
        if isinstance(error, asyncio.CancelledError) and _cancelled():
            raise
        if isinstance(error, TimeoutError) and timeout.expired():
            return [Notice("error", f"It took over {budget:g} s and was cut.", "Setting: action_budget.")]
        return [Notice("error", f"The action failed: {type(error).__qualname__}: {message_of(error)}")]


def _cancelled() -> bool:
    """Tell whether somebody cancels the reader's task: else an action made its CancelledError itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _check(method: Any, name: str, arguments: Mapping[str, Any]) -> None:
    """Raise TypeError for an argument that is not of the plain type its parameter is annotated with."""
    parameters = inspect.signature(method).parameters
    for argument, value in arguments.items():
        annotation = parameters[argument].annotation if argument in parameters else None
        kind = _PLAIN.get(annotation if isinstance(annotation, str) else getattr(annotation, "__name__", ""))
        if kind is not None and type(value) is not kind:
            raise TypeError(f"Action {name!r}: argument {argument!r} is a {type(value).__name__}, not {kind.__name__}.")


_PLAIN: dict[str, type] = {"int": int, "str": str, "bool": bool}
