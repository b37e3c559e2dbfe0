"""The logging panel: each log line of a request, a span where it was logged."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from debug_toolbar_core import Application, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_logging.lines import PANEL, Wanted
from debug_toolbar_logging.taps import TAPS
from debug_toolbar_logging.views import show


@dataclass
class LoggingPanel(Panel):
    """The log lines of a request, of the standard library, structlog and loguru."""

    name = PANEL
    title = "Logging"
    kinds = frozenset({"http", "websocket", "task"})
    group = "runtime"
    order = 10

    level: int = 0
    """Lines below this level are not recorded; the loggers' own levels hold besides."""

    def lifespan(self, app: Application) -> Generator[None]:
        TAPS.open()
        try:
            yield
        finally:
            TAPS.close()

    def collect(self, record: Record) -> None:
        if TAPS.others:
            TAPS.refresh()
        record.hold(PANEL, self._wanted)

    def __post_init__(self) -> None:
        self._wanted = Wanted(self.level)

    def view(self, record: Record) -> Iterable[Block]:
        return show(record)
