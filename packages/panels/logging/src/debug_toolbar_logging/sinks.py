"""loguru: a sink whose filter sees each line and lets none through, so that nothing is formatted for us."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from debug_toolbar_core import Record, current, when_imported
from debug_toolbar_logging.lines import PANEL, Lines, lines_of
from debug_toolbar_logging.trace import trace_of

_LOGGING = logging.info.__code__.co_filename
_NEAR = 4


class LoguruTap:
    """Adds our sink at the lowest level of the application's own sinks, and again when it was removed.

    Not below: loguru formats a message as soon as one sink asks for its level, which runs the arguments' code.
    """

    def __init__(self, routers: dict[str, str]) -> None:
        self.routers = routers
        self.logger: Any = None
        self.withdraw: Callable[[], None] = _nothing
        self.sink: int | None = None
        self.level: float | None = None

    def open(self) -> None:
        """Begin now, or when the application imports loguru."""
        self.withdraw = when_imported("loguru", self.found)

    def found(self, module: ModuleType) -> None:
        """Begin with the imported library."""
        self.logger = module.logger
        self.routers["loguru"] = os.path.join(os.path.dirname(module.__file__ or ""), "")
        self.refresh()

    def refresh(self) -> None:
        """Add the sink, again when it was removed, or when the application's own sinks changed their levels."""
        if self.logger is None:
            return
        handlers = self.handlers()
        level = min((handler.levelno for id, handler in handlers.items() if id != self.sink), default=None)
        if self.sink in handlers and level == self.level:
            return
        self.remove()
        self.level = level
        if level is not None:
            self.sink = self.logger.add(_silent, level=level, filter=tap, format="", backtrace=False, diagnose=False)

    def handlers(self) -> dict[int, Any]:
        """Return loguru's sinks; the one thing it has no public name for."""
        found = getattr(getattr(self.logger, "_core", None), "handlers", None)
        return dict(found) if isinstance(found, dict) else {}

    def remove(self) -> None:
        """Take the sink out, unless the application did."""
        if self.sink in self.handlers():
            self.logger.remove(self.sink)
        self.sink = None

    def close(self) -> None:
        """Take the sink out."""
        self.withdraw()
        self.routers.pop("loguru", None)
        self.remove()
        self.logger = self.level = None


def _nothing() -> None:
    """Withdraw nothing."""


def _silent(message: str) -> None:
    """Write nothing: the filter lets no line through."""


def tap(line: dict[str, Any]) -> bool:
    """Note a line; False, so that loguru does nothing more for this sink."""
    if record := current():
        lines = lines_of(record)
        if lines is not None and lines.record is record:
            try:
                _note(lines, record, line)
            except Exception as error:  # noqa: BLE001 - a border: the application's log call must not fail for ours
                record.fault(PANEL, error, "loguru")
    return False


def _note(lines: Lines, record: Record, line: dict[str, Any]) -> None:
    level = line["level"]
    if level.no < lines.level or _from_logging():
        return
    lines.settle()
    if not lines.full(record, level.no):
        trace = trace_of(line["exception"] and tuple(line["exception"]), None)
        lines.add(record, level.name, line["name"] or "loguru", line["message"], line["extra"], trace)


def _from_logging() -> bool:
    """Tell whether a handler of the standard library passes on a line here; it was noted there."""
    frame: FrameType | None = sys._getframe(3)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("loguru."):
        frame = frame.f_back
    for _ in range(_NEAR):
        if frame is None or frame.f_code.co_filename == _LOGGING:
            break
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename == _LOGGING
