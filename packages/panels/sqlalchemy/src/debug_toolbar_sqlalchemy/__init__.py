"""A panel of Debug Toolbar for ASGI: what happened."""

from debug_toolbar_sqlalchemy.panel import SqlalchemyPanel

__all__ = ["SqlalchemyPanel"]
