"""The headers panel: every header by category, and what they mean together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_core.record import Kind


@dataclass
class HeadersPanel(Panel):
    """Shows request and response headers by category, explained, and checks them against each other.

    Example: `HeadersPanel(ignore=["content-security-policy"])`.
    """

    name: ClassVar[str] = "headers"
    title: ClassVar[str] = "Headers"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"http", "websocket"})
    group: ClassVar[str] = "request"
    order: ClassVar[int] = 40

    ignore: Collection[str] = ()
    """Security headers that are not missed, and not judged."""
    hsts: int = 15_552_000
    """Seconds (180 days) below which `Strict-Transport-Security` is called weak."""

    def view(self, record: Record) -> Iterable[Block]:
        from debug_toolbar_headers.reading import Reading  # the checks are not start-up's to pay

        if record.request is not None or record.response is not None:
            yield from Reading(self.ignore, self.hsts).read(record)
