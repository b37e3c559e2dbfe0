"""Debug Toolbar panel: everything that is wrong with a request, in one list, with checks of its own."""

from debug_toolbar_alerts.panel import AlertsPanel

__all__ = ["AlertsPanel"]
