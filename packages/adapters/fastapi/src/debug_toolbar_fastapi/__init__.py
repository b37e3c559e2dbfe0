"""Debug Toolbar for FastAPI applications."""

from debug_toolbar_fastapi.application import FastAPIApplication
from debug_toolbar_fastapi.setup import FastAPIDebugToolbarConfig, setup_debug_toolbar

__all__ = ["FastAPIApplication", "FastAPIDebugToolbarConfig", "adapter", "setup_debug_toolbar"]

adapter = setup_debug_toolbar
