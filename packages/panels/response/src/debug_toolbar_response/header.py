"""Header: one header's value, found without regard to case."""

from __future__ import annotations

from debug_toolbar_core.exchange import Response


def header(response: Response, name: str) -> str | None:
    """Return the first header of this name (lower case), or None."""
    return next((str(value) for key, value in response.headers if str(key).lower() == name), None)
