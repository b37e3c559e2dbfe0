"""Debug Toolbar panel: the configuration of the application, of Python and of the process, without its secrets."""

from debug_toolbar_settings.panel import SettingsPanel

__all__ = ["SettingsPanel"]
