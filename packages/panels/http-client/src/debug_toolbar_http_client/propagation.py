"""Propagation: the one header that may be added to what an application sends, where it asked for it."""

from __future__ import annotations

import re
import secrets
from collections.abc import MutableMapping
from typing import Any

from debug_toolbar_core import Application
from debug_toolbar_http_client.call import Call

ASKED: set[Application] = set()
"""The running applications whose panel is to propagate."""
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def propagated(call: Call, headers: MutableMapping[str, Any]) -> None:
    """Add a `traceparent` to a request that has none: of the trace that the record is in, or of one named by its id."""
    record = call.slot.record
    if record is None or record.app not in ASKED or "traceparent" in headers:
        return
    trace, own = trace_of(record), secrets.token_hex(8)
    headers["traceparent"] = f"00-{trace}-{own}-01"
    call.timed.attributes["trace.id"] = trace


def trace_of(record: Any) -> str:
    """Return the trace that the request came with, or the record's id as one."""
    request = record.request
    for name, value in request.headers if request is not None else ():
        if name.lower() == "traceparent" and (found := _TRACEPARENT.fullmatch(value.strip())):
            return str(found[1])
    return str(record.id)[-32:].rjust(32, "0")
