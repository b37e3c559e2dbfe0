"""A panel of Debug Toolbar for ASGI: $description."""

from $module.panel import ${class_name}Panel

__all__ = ["${class_name}Panel"]
