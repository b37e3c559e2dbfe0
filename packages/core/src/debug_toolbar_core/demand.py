"""Demand: which panels measure a record; the costly ones only when somebody asked for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from debug_toolbar_core.errors import UnknownPanel
from debug_toolbar_core.panel import Panel, overrides
from debug_toolbar_core.record import Kind

_KINDS: tuple[Kind, ...] = ("http", "websocket", "task", "app")
_REQUESTS_MOST = 100


def _collects(panel: Panel) -> Collection[Kind]:
    return panel.kinds if panel.collects is None else panel.collects


class Demand:
    """Knows the collecting panels of each kind, and the on-demand ones armed for the next records."""

    def __init__(self, panels: Sequence[Panel], always: Collection[str] = ()) -> None:
        collecting = [panel for panel in panels if overrides(panel, "collect")]
        self.on_demand = {panel.name: panel for panel in panels if panel.on_demand}
        running = [panel for panel in collecting if not panel.on_demand or panel.name in always]
        self._running = {kind: tuple(panel for panel in running if kind in _collects(panel)) for kind in _KINDS}
        self._always = frozenset(always)
        self._armed: dict[str, int] = {}
        self.failing = tuple(panel for panel in panels if overrides(panel, "failed"))

    def arm(self, names: Collection[str], requests: int = 1) -> None:
        """Have on-demand panels run for the next records. Raises UnknownPanel."""
        for name in names:
            if name not in self.on_demand:
                raise UnknownPanel(name)
        for name in names:
            self._armed[name] = max(1, min(requests, _REQUESTS_MOST))

    def collecting(self, kind: Kind, asked: Collection[str] = ()) -> Sequence[Panel]:
        """Return the panels that measure the next record of a kind.

        What was armed is for the next request: a page's websocket that connects again does not take it.
        """
        running = self._running[kind]
        armed = self._armed if kind != "websocket" else ()
        if not armed and not asked:
            return running
        extra = [self.on_demand[name] for name in sorted({*asked, *armed}) if name in self.on_demand]
        chosen = [panel for panel in extra if kind in _collects(panel) and panel.name not in self._always]
        for panel in chosen:
            self._spend(panel.name)
        return (*running, *chosen)

    def _spend(self, name: str) -> None:
        left = self._armed.get(name, 0) - 1
        if left > 0:
            self._armed[name] = left
        else:
            self._armed.pop(name, None)
