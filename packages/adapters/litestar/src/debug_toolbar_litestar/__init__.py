"""Debug Toolbar for Litestar applications."""
