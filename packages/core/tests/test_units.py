"""Units: numbers as people read them, and values of every kind as text."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from debug_toolbar_core import Source
from debug_toolbar_core.units import show


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "s", "0 µs"),
        (0.0000004, "s", "0.4 µs"),
        (0.000812, "s", "812 µs"),
        (0.0009996, "s", "1 ms"),
        (0.0123, "s", "12.3 ms"),
        (0.99951, "s", "1 s"),
        (1.5, "s", "1.5 s"),
        (12.34, "s", "12.3 s"),
        (-0.5, "s", "-500 ms"),
        (4000.0, "s", "4,000 s"),
        (0, "bytes", "0 B"),
        (999, "bytes", "999 B"),
        (1_000, "bytes", "1 kB"),
        (16_384, "bytes", "16.4 kB"),
        (123_456_789, "bytes", "123 MB"),
        (5e9, "bytes", "5 GB"),
        (7.2e12, "bytes", "7.2 TB"),
        (0.49, "percent", "49 %"),
        (0.004, "percent", "0.4 %"),
        (0, "percent", "0 %"),
        (1, "percent", "100 %"),
        (12345, "count", "12,345"),
        (2.5, "count", "2.5"),
        (1795397452.29, "time", "2026-11-23 01:30:52.290 UTC"),
        (1e300, "time", "1e+300"),
        (Source("/a.py", 3, "f"), "source", "/a.py:3 in f"),
        ({"file": "/a.py", "line": 3}, "source", "/a.py:3"),
        ("elsewhere", "source", "elsewhere"),
        ({}, "source", "{}"),
        ("SELECT *\n  FROM x", "sql", "SELECT * FROM x"),
        (None, "sql", "–"),
        (None, "s", "–"),
        ("n/a", "s", "n/a"),
        (True, "count", "true"),
        (math.inf, "bytes", "inf"),
        (math.nan, None, "nan"),
        ({"a": [1, None]}, "json", '{"a": [1, null]}'),
        ("ä", None, "ä"),
        (0.1 + 0.2, None, "0.3"),
        ([math.nan], None, "[NaN]"),
        (b"ab", None, "61 62"),
        (datetime(2026, 1, 1, tzinfo=UTC), None, "2026-01-01 00:00:00+00:00"),
        ({b"k": 1j, 2: 3}, None, '{"6b": "1j", "2": 3}'),
        (2**2000, "count", "<int of 2001 bits>"),
        ([2**2000], None, '["<int of 2001 bits>"]'),
        (object(), None, "<builtins.object>"),
    ],
)
def test_values_as_text(value: Any, unit: str | None, text: str) -> None:
    """A value is shown by its unit, and as it is when it is not of it."""
    assert show(value, unit) == text
