"""Headers: what is kept of a call's headers, as lines and bounded; secrets are redacted when the record is encoded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from debug_toolbar_core import Record

MOST = 64
"""Headers kept of one message."""
SENT, RECEIVED = _LONG = "http.request.headers", "http.response.headers"
LONGEST = 8_000
"""Characters kept of one message's headers."""
_LENGTH = re.compile(r"^content-length: (\d{1,18})$", re.MULTILINE | re.ASCII)
_OURS = re.compile(r"^x-debug-toolbar-(id|link): ([!-~]{1,500})$", re.IGNORECASE | re.MULTILINE | re.ASCII)


def fields(raw: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return header fields as the lines of one text in Latin-1: `host: shop.example`."""
    lines = [b": ".join(pair) for pair in raw[:MOST]]
    text = b"\n".join(lines)
    if text.count(b"\n") >= len(lines) > 0:  # a value that would make lines of its own
        text = b"\n".join([b" ".join(line.split(b"\n")) for line in lines])
    return text[:LONGEST]


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """Return the fields of a mapping as such lines."""
    return "\n".join([f"{name}: {value}".replace("\n", " ") for name, value in islice(items, MOST)])[:LONGEST]


def sent(found: str) -> dict[str, Any]:
    """Return what the headers of a request tell."""
    attributes: dict[str, Any] = {SENT: found}
    low = found.lower()
    if "content-length: " in low and (size := _LENGTH.search(low)):
        attributes["http.request.body.size"] = int(size[1])
    return attributes


def received(found: str) -> dict[str, Any]:
    """Return what the headers of a response tell, and the callee's own record if it names one."""
    attributes: dict[str, Any] = {RECEIVED: found}
    if "-toolbar-" in found or "-Toolbar-" in found:
        for name, value in _OURS.findall(found):
            attributes[f"debug_toolbar.{name.lower()}"] = value
    return attributes


def within(record: Record | None, attributes: dict[str, Any]) -> dict[str, Any]:
    """Return attributes, without the headers themselves where their record has no room left for long texts."""
    if record is not None and record.room > 0:
        record.room -= sum(len(attributes.get(name, "")) for name in _LONG)
        return attributes
    return {name: value for name, value in attributes.items() if name not in _LONG}
