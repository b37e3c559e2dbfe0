"""Limits: how much one record may hold, so that memory is bounded whatever the application does."""

from __future__ import annotations

from dataclasses import dataclass, fields

from debug_toolbar_core.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept of one record; what is past a limit is counted and shown as dropped.

    Example: `Limits(spans=2_000, body=16_384)`.
    """

    spans: int = 2_000
    """Spans kept whole in a record; more are counted by panel and name."""
    panel_spans: int = 500
    """Spans kept whole for one panel, so that a loud panel does not silence the others."""
    folds: int = 200
    """Different names counted once spans are past their limit."""
    text: int = 16_384
    """Characters kept of one string."""
    body: int = 65_536
    """Bytes kept of a request's or response's body."""
    items: int = 5_000
    """Values kept of one nested structure."""
    total: int = 1_048_576
    """Characters kept of one record's long texts and nested values; past it each is cut to a hundred."""
    depth: int = 32
    """Levels kept of one nested structure."""
    exceptions: int = 10
    """Exceptions kept of one record, handled ones included."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not int or value < 0:
                raise ConfigurationError(f"limits.{field.name}", value, "a whole number, 0 or more")


DEFAULT = Limits()
