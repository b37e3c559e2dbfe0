"""Debug Toolbar panel: the templates that a request rendered."""

from debug_toolbar_templates.panel import TemplatesPanel

__all__ = ["TemplatesPanel"]
