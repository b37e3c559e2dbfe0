"""Units: numbers as people read them, the same in every output that is text."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from debug_toolbar_core.snapshot import PRINTABLE, snapshot
from debug_toolbar_core.source import Source

NUMERIC = frozenset({"s", "bytes", "count", "percent"})
"""Units drawn at the right edge of their column."""
_BIGGEST_BITS = 1_024


def seconds(value: float) -> str:
    """Return seconds in µs, ms or s, to three digits: `12.3 ms`."""
    size = abs(value)
    if size < 0.0009995:
        return f"{_three(value * 1e6)} µs"
    if size < 0.9995:
        return f"{_three(value * 1e3)} ms"
    return f"{_three(value)} s"


def size(value: float) -> str:
    """Return bytes in B, kB (1000), MB, GB or TB, to three digits: `16.4 kB`."""
    if abs(value) < 1_000:
        return f"{value:.0f} B"
    for unit in ("kB", "MB", "GB"):
        value /= 1_000
        if abs(value) < 999.5:
            return f"{_three(value)} {unit}"
    return f"{_three(value / 1_000)} TB"


def percent(value: float) -> str:
    """Return a share of 1 as percent: `49 %`, `0.4 %`."""
    return f"{value * 100:.1f} %" if 0 < abs(value) < 0.0995 else f"{value * 100:.0f} %"


def moment(value: float) -> str:
    """Return unix seconds as a date and time in UTC, to the millisecond."""
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"
    except (ValueError, OverflowError, OSError):
        return plain(value)


def count(value: float) -> str:
    """Return a count with its thousands apart: `12,345`."""
    return f"{value:,}" if type(value) is int else f"{value:,.6g}"


def _three(value: float) -> str:
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 9.995 else f"{value:.2f}".rstrip("0").rstrip(".")


_NUMBERS: dict[str, Callable[[float], str]] = {
    "s": seconds, "bytes": size, "percent": percent, "time": moment, "count": count,
}  # fmt: skip


def show(value: object, unit: str | None = None) -> str:
    """Return a value of a view as text by its unit; a value that is not of its unit is shown as it is."""
    if type(value) is int and value.bit_length() > _BIGGEST_BITS:
        return f"<int of {value.bit_length()} bits>"
    if unit in _NUMBERS and type(value) in (int, float) and math.isfinite(value):  # type: ignore[arg-type]  # checked
        return _NUMBERS[unit](value)  # type: ignore[arg-type]  # the same check
    if unit == "source":
        return place(value)
    if unit == "sql" and type(value) is str:
        return " ".join(value.split())
    return plain(value)


def place(value: object) -> str:
    """Return a source, or its JSON, as `file:line in function`."""
    if isinstance(value, Source):
        value = value._asdict()
    if type(value) is not dict or "file" not in value:
        return plain(value)
    where = f"{plain(value['file'])}:{plain(value.get('line'))}"
    return f"{where} in {plain(value['function'])}" if value.get("function") else where


def plain(value: object) -> str:
    """Return a value without a unit as text: texts as they are, the rest as JSON; no code of its own is run."""
    if value is None:
        return "–"
    taken = jsonable(snapshot(value))
    if type(taken) is float:
        return f"{taken:.6g}"
    return taken if type(taken) is str else json.dumps(taken, ensure_ascii=False)


def jsonable(value: Any) -> Any:
    """Return what JSON can hold of a snapshot: dates and the like as text, bytes as hexadecimal."""
    kind = type(value)
    if kind is dict:
        return {key if type(key) is str else plain(key): jsonable(item) for key, item in value.items()}
    if kind is list:
        return [jsonable(item) for item in value]
    if kind is int and value.bit_length() > _BIGGEST_BITS:
        return f"<int of {value.bit_length()} bits>"
    if kind is bytes:
        return value[:64].hex(" ")
    return str(value) if kind in PRINTABLE or kind is complex else value
