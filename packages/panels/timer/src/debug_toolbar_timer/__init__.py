"""Debug Toolbar panel: where the time of a request went."""

from debug_toolbar_timer.panel import TimerPanel

__all__ = ["TimerPanel"]
