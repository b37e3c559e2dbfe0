"""Capture: a record of what runs inside a `with`, and what a panel shows of it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from debug_toolbar_core import Config, Panel, Record, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Notice
from debug_toolbar_core.capture import Capture
from debug_toolbar_core.record import Kind
from debug_toolbar_core.text import to_text
from debug_toolbar_core.views import Shown
from debug_toolbar_testing.clock import Clock
from debug_toolbar_testing.samples import SampleApplication, sample_wire, through_json


class Captured:
    """A record, open inside the `with` and as a store gives it back after it, with what its panel shows."""

    def __init__(self, toolbar: Toolbar, panel: Panel, record: Record) -> None:
        self.toolbar = toolbar
        self.panel = panel
        self.record = record

    @property
    def shown(self) -> Shown:
        """All that the panel shows of the record."""
        return self.toolbar.views.show(self.record, self.panel)

    @property
    def data(self) -> Any:
        """What the panel's `collect` returned, or None."""
        return self.record.data.get(self.panel.name)

    @property
    def badge(self) -> Badge | None:
        """The panel's badge."""
        return self.shown.badge

    @property
    def notices(self) -> list[Notice]:
        """The panel's notices."""
        return self.shown.notices

    @property
    def blocks(self) -> list[Block]:
        """The panel's blocks but for its badge."""
        return self.shown.blocks

    @property
    def text(self) -> str:
        """The panel as a terminal shows it."""
        return to_text(self.blocks, self.record)


@contextmanager
def capture(panel: Panel, *, kind: Kind = "http", clock: Clock | None = None, **settings: Any) -> Generator[Captured]:
    """Record what runs inside, as a request (or another `kind`) with this one panel; its faults are raised.

    Example: `with capture(MyPanel()) as seen: work()`, and then `seen.badge`, `seen.notices`, `seen.text`.
    """
    toolbar = Toolbar(Config(**{"panels": [panel], "strict": True, "always": [panel.name], **settings}))
    app = SampleApplication()
    toolbar.start(app)
    try:
        limits = toolbar.config.limits
        wire = sample_wire() if kind in ("http", "websocket") else None
        record = (clock.record if clock else Record)(kind, wire=wire, limits=limits, app=app)
        with _opened(Capture(record, toolbar.demand.collecting(kind), toolbar.border)):
            yield (seen := Captured(toolbar, panel, record))
        seen.record = through_json(record)
    finally:
        toolbar.stop()


@contextmanager
def _opened(opened: Capture) -> Generator[None]:
    error: BaseException | None = None
    try:
        yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        opened.close(error)
