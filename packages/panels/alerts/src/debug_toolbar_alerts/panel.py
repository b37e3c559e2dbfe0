"""The alerts panel: what all panels found, in one list, and what only the exchange as a whole tells."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from debug_toolbar_core import ConfigurationError, Panel, Record
from debug_toolbar_core.blocks import Block, Notice
from debug_toolbar_core.record import Kind

CHECKS = (
    "security headers", "cookies", "cookie without SameSite", "forged forms", "large body", "uncompressed",
    "debug mode", "mixed content", "slow",
)  # fmt: skip
"""The checks of its own, by the label of their notices."""


@dataclass
class AlertsPanel(Panel):
    """Shows the notices of every panel by severity and kind, and checks what no other panel is about.

    Example: `AlertsPanel(slow=0.5, ignore=["uncompressed"])`.
    """

    name: ClassVar[str] = "alerts"
    title: ClassVar[str] = "Alerts"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"app", "http", "websocket", "task"})
    collects: ClassVar[frozenset[Kind]] = frozenset({"app"})
    group: ClassVar[str] = "request"
    order: ClassVar[int] = 0

    slow: float = 1.0
    """Seconds until the response has gone out, past which a request is slow; streams of events are not."""
    large: int = 1_000_000
    """Bytes past which a body is large."""
    uncompressed: int = 30_000
    """Bytes past which a text is to be compressed."""
    ignore: Collection[str] = ()
    """Checks that are left out, by the label of their notices."""

    def __post_init__(self) -> None:
        if type(self.slow) not in (int, float) or not self.slow > 0:
            raise ConfigurationError("alerts.slow", self.slow, "a number of seconds above 0")
        for option in ("large", "uncompressed"):
            value = getattr(self, option)
            if type(value) is not int or value < 1:
                raise ConfigurationError(f"alerts.{option}", value, "a whole number of bytes, 1 or more")
        ignored: object = self.ignore
        plain = isinstance(ignored, Collection) and not isinstance(ignored, str)
        if not plain or not set(self.ignore) <= set(CHECKS):
            raise ConfigurationError("alerts.ignore", self.ignore, f"a list of {', '.join(map(repr, CHECKS))}")

    def collect(self, record: Record) -> Generator[None, None, Any]:
        app = record.app
        yield
        return None if app is None else {"debug": bool(app.debug)}

    def view(self, record: Record) -> Iterable[Block]:
        from debug_toolbar_alerts.checks import check

        for notice in check(record, self.slow, self.large, self.uncompressed):
            if notice.label not in self.ignore:
                yield notice

    def gather(self, record: Record, notices: Sequence[tuple[str, Notice]]) -> Iterable[Block]:
        from debug_toolbar_alerts.listing import listing

        return listing(notices)
