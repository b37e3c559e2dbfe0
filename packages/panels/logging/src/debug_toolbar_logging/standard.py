"""The standard library: a log record factory, chained before the one that was there."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from threading import get_ident
from typing import Any

from debug_toolbar_core import Record, current
from debug_toolbar_core.context import Position, position
from debug_toolbar_logging.lines import PANEL, Lines, lines_of

Factory = Callable[..., logging.LogRecord]
_OWN = logging.info.__code__.co_filename
_OURS = "debug_toolbar"
_LENGTH = len(_OURS)


class StandardTap:
    """Sees each LogRecord as it is made: those of loggers that do not propagate, and whatever dictConfig did.

    `routers` are the folders of libraries that log through this one, and have a tap of their own.
    """

    def __init__(self) -> None:
        self.routers: dict[str, str] = {}
        self.factory: Factory | None = None
        self.previous: Factory = logging.LogRecord
        self.state = State()

    def open(self) -> None:
        """Chain our factory before the application's."""
        self.state = State(True)
        self.previous = logging.getLogRecordFactory()
        self.factory = _factory(self.previous, self.state, self.routers)
        logging.setLogRecordFactory(self.factory)

    def close(self) -> None:
        """Put the application's factory back; where somebody chained to ours, ours only passes through."""
        self.state.open = False
        if logging.getLogRecordFactory() is self.factory:
            logging.setLogRecordFactory(self.previous)

    def refresh(self) -> None:
        """Nothing to do: an application that sets its own factory has said that it wants no other."""


class State:
    """Whether a factory still records: its own, for one that was chained to cannot be taken out again."""

    __slots__ = ("open",)

    def __init__(self, open: bool = False) -> None:
        self.open = open


def _factory(previous: Factory, state: State, routers: dict[str, str]) -> Factory:
    def debug_toolbar_log_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = previous(*args, **kwargs) if kwargs else previous(*args)
        if (here := position.get()) is not None and state.open:
            record = here.slot.record or current()  # which counts what is late
            if record is not None:
                try:
                    _note(record, here, made, routers)
                except Exception as error:  # noqa: BLE001 - a border: the application's log call must not fail for ours
                    record.fault(PANEL, error, "logging")
        return made

    return debug_toolbar_log_record


def _note(record: Record, here: Position, made: logging.LogRecord, routers: dict[str, str]) -> None:
    lines = record.held.get(PANEL)
    if type(lines) is not Lines and (lines := lines_of(record)) is None:
        return
    if lines.record is not record:
        return
    facts = made.__dict__ if type(made) is logging.LogRecord else object.__getattribute__(made, "__dict__")
    level = facts["levelno"]
    # A record of no level comes from `makeLogRecord`: a copy of one that was logged elsewhere.
    if not isinstance(level, int) or level < lines.level or facts["name"][:_LENGTH] == _OURS:
        return
    if routers and (router := _router(routers)) is not None and _routed(lines, router, facts):
        return
    if len(record.spans) < lines.room or not lines.full(record, level):
        lines.standard(record, here, facts)


def _router(routers: dict[str, str]) -> str | None:
    """Name the library that called logging here, when it is one that has its own tap."""
    frame = sys._getframe(2).f_back
    while frame is not None and frame.f_code.co_filename == _OWN:
        frame = frame.f_back
    if frame is not None:
        file = frame.f_code.co_filename
        for name, folder in routers.items():
            if file.startswith(folder):
                return name
    return None


def _routed(lines: Lines, router: str, facts: dict[str, Any]) -> bool:
    """Tell whether a line was noted by its own library's tap; it learns its logger's name here."""
    if router != "structlog":
        return True
    thread = get_ident()
    if thread not in lines.routed:
        return False
    if (span := lines.routed.pop(thread)) is not None:
        span.attributes |= {"level": facts["levelname"], "logger": facts["name"]}
    return True
