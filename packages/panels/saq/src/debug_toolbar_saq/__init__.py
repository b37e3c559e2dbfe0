"""The panel of background jobs of Debug Toolbar for ASGI: SAQ's, where they are enqueued and where they run."""

from debug_toolbar_saq.panel import SAQPanel
from debug_toolbar_saq.worker import watch

__all__ = ["SAQPanel", "watch"]
