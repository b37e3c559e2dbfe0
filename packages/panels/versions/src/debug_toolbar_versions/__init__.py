"""Debug Toolbar panel: the versions of Python, the framework and every installed distribution."""

from debug_toolbar_versions.panel import VersionsPanel

__all__ = ["VersionsPanel"]
