"""Debug Toolbar panel: the dependencies of a request's handler."""

from debug_toolbar_dependencies.panel import DependenciesPanel

__all__ = ["DependenciesPanel"]
