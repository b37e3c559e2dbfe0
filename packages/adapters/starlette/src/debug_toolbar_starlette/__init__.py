"""Debug Toolbar for Starlette applications."""
