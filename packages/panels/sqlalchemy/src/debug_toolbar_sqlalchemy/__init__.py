"""Debug Toolbar panel: the SQL of a request, through SQLAlchemy."""

from debug_toolbar_sqlalchemy.panel import SQLAlchemyPanel

__all__ = ["SQLAlchemyPanel"]
