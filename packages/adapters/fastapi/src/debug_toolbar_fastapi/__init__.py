"""Debug Toolbar for FastAPI applications."""
