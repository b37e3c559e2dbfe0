"""Debug Toolbar panel: the routes of the application and the one that matched."""

from debug_toolbar_routes.panel import RoutesPanel

__all__ = ["RoutesPanel"]
