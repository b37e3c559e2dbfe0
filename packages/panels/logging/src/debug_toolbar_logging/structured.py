"""structlog: a processor put before the application's own, again when they were configured anew."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, MutableMapping
from threading import get_ident
from types import FunctionType, ModuleType
from typing import Any

from debug_toolbar_core import Record, current, when_imported
from debug_toolbar_logging.lines import PANEL, Lines, level_name, lines_of
from debug_toolbar_logging.message import keep, render
from debug_toolbar_logging.trace import trace_of

_LEVELS = {"debug": 10, "warning": 30, "warn": 30, "error": 40, "exception": 40, "critical": 50, "fatal": 50}
_NOT_EXTRA = frozenset({"event", "positional_args", "exc_info", "stack_info", "level", "logger", "timestamp"})
_LISTS = 100

Event = MutableMapping[str, Any]


class StructlogTap:
    """Puts `tap` first in structlog's list of processors, in place: cached loggers share the list."""

    def __init__(self, routers: dict[str, str]) -> None:
        self.routers = routers
        self.module: ModuleType | None = None
        self.withdraw: Callable[[], None] = _nothing
        self.lists: list[list[Any]] = []

    def open(self) -> None:
        """Begin now, or when the application imports structlog."""
        self.withdraw = when_imported("structlog", self.found)

    def found(self, module: ModuleType) -> None:
        """Begin with the imported library."""
        self.module = module
        self.routers["structlog"] = os.path.join(os.path.dirname(module.__file__ or ""), "")
        self.insert()

    def refresh(self) -> None:
        """Insert the processor again when the application configured structlog since."""
        if self.module is not None and not _has(self.module.get_config()["processors"]):
            self.insert()

    def insert(self) -> None:
        """Put the processor first, or behind the filter that drops what is below the level."""
        assert self.module is not None
        processors = self.module.get_config()["processors"]
        if type(processors) is not list:  # of a tuple only a new list can have it
            processors = list(processors)
            self.module.configure(processors=processors)
        if not _has(processors):
            processors.insert(_place(processors), tap)
            self.lists = [*self.lists[-_LISTS:], processors]

    def close(self) -> None:
        """Take the processor out of every list it was put in."""
        self.withdraw()
        self.routers.pop("structlog", None)
        for processors in self.lists:
            processors[:] = [processor for processor in processors if processor is not tap]
        self.lists, self.module = [], None


def _nothing() -> None:
    """Withdraw nothing."""


def _has(processors: Any) -> bool:
    return any(processor is tap for processor in processors)


def _place(processors: list[Any]) -> int:
    for index, processor in enumerate(processors):
        if type(processor) is FunctionType and processor.__name__ == "filter_by_level":
            return index + 1
    return 0


def tap(logger: Any, method: str, event: Event) -> Event:
    """Note an event as it was logged, before any processor renders it; it is passed on as it is."""
    if record := current():
        lines = lines_of(record)
        if lines is not None and lines.record is record:
            try:
                _note(lines, record, logger, method, event)
            except Exception as error:  # noqa: BLE001 - a border: the application's log call must not fail for ours
                record.fault(PANEL, error, "structlog")
    return event


def _note(lines: Lines, record: Record, logger: Any, method: str, event: Event) -> None:
    level = _LEVELS.get(method, 20)
    if level < lines.level:
        return
    lines.settle()
    if lines.full(record, level):
        lines.routed[get_ident()] = None
        return
    values: dict[str, Any] = dict.copy(event) if isinstance(event, dict) else {}
    text = render(values.get("event"), keep(values.get("positional_args")))
    extra = {name: value for name, value in {**_bound(), **values}.items() if _is_extra(name)}
    trace = trace_of(values.get("exc_info"), sys.exc_info()[1])
    lines.routed[get_ident()] = lines.add(record, level_name(level), _name(logger, values), text, extra, trace)


def _bound() -> dict[str, Any]:
    """Return what `structlog.contextvars` holds; a later processor merges it."""
    module = sys.modules.get("structlog.contextvars")
    bound: dict[str, Any] = {} if module is None else module.get_contextvars()
    return bound


def _is_extra(name: Any) -> bool:
    return type(name) is str and name not in _NOT_EXTRA and not name.startswith("_")


def _name(logger: Any, values: dict[str, Any]) -> str:
    said = values.get("logger")
    return said if type(said) is str else "structlog"
