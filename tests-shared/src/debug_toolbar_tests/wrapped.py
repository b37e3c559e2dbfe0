"""The application for real servers, with the toolbar around it."""

from __future__ import annotations

from debug_toolbar_tests import served
from debug_toolbar_tests.server import around

app = around(served.app)
