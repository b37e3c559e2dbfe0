"""Panels that measure nothing in a request: what they know, they collect from the application, when somebody looks."""

from __future__ import annotations

from cases.case import Case

CASES: list[Case] = []
IDLE = ["alerts", "openapi", "settings"]
