"""Debug Toolbar panel: the operation of a request in the OpenAPI document, and whether the response conforms to it."""

from debug_toolbar_openapi.panel import OpenAPIPanel

__all__ = ["OpenAPIPanel"]
