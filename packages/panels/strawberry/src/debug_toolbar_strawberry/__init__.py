"""The GraphQL panel of Debug Toolbar for ASGI: Strawberry's operations, resolver by resolver."""

from debug_toolbar_strawberry.panel import StrawberryPanel

__all__ = ["StrawberryPanel"]
