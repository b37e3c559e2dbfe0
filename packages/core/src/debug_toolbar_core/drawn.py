"""Drawn: what the panels show of one record, each drawn once, however many readers ask for it."""

from __future__ import annotations

from copy import copy
from threading import Lock
from typing import TYPE_CHECKING

from debug_toolbar_core.panel import Panel, overrides
from debug_toolbar_core.record import Record
from debug_toolbar_core.shown import Shown

if TYPE_CHECKING:
    from debug_toolbar_core.views import Views

_RECORD, _SPAN, _CHARACTER = 8_192, 1_024, 3


class Drawn:
    """A record as it was loaded, its JSON text if that is known, and what its panels show, drawn when asked for.

    Readers in several threads may ask at once: who comes second waits for this panel's view, and for no other.
    """

    def __init__(self, views: Views, record: Record, text: bytes = b"") -> None:
        self.views = views
        self.record = record
        self.text = text
        self._own: dict[str, Shown] = {}
        self._locks: dict[str, Lock] = {}

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory."""
        return _RECORD + _SPAN * len(self.record.spans) + _CHARACTER * len(self.text)

    def show(self, panel: Panel) -> Shown:
        """Return what a panel shows; its failure, then or while collecting, is a notice in its place."""
        twin = _twin(self.record)
        own = self._view(panel, twin)
        return self.views.gathered(twin, own, self._views(twin)) if overrides(panel, "gather") else own

    def all(self) -> list[Shown]:
        """Return what every panel shows, in menu order."""
        twin = _twin(self.record)
        views = self._views(twin)
        return [self.views.gathered(twin, own, views) if overrides(own.panel, "gather") else own for own in views]

    def _views(self, twin: Record) -> list[Shown]:
        return [self._view(panel, twin) for panel in self.views.of(self.record)]

    def _view(self, panel: Panel, twin: Record) -> Shown:
        with self._locks.setdefault(panel.name, Lock()):
            shown = self._own.get(panel.name)
            if shown is None:
                shown = self._own[panel.name] = self.views.own(twin, panel)
            return shown


def _twin(record: Record) -> Record:
    """Return a copy for one reader: while a view is drawn, its record says what failed and what the panel collected."""
    twin = copy(record)
    twin.failures = dict(record.failures)
    return twin
