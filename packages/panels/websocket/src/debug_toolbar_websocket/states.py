"""States: how a connection was made and ended, by whom, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Column, Fact, Notice, Row, Table

_NORMAL = frozenset({None, 1000, 1001, 1005})
_MEANINGS = {
    1000: "normal closure",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1005: "no code given",
    1006: "lost without a closing handshake",
    1007: "a text that is no UTF-8",
    1008: "policy violation",
    1009: "message too big",
    1010: "a missing extension",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
    1014: "bad gateway",
    1015: "TLS handshake failed",
}


def meaning(code: object) -> str | None:
    """Return what a close code means, in words.

    >>> meaning(1006)
    'lost without a closing handshake'
    """
    if not isinstance(code, int):
        return None
    return _MEANINGS.get(code, "the application's own" if 4000 <= code < 5000 else None)


def states_table(data: dict[str, Any]) -> Table:
    """Return the states with their times."""
    rows = []
    for state in data.get("states") or ():
        if isinstance(state, list) and len(state) == 5:
            name, at, by, code, reason = state
            told = " ".join(str(part) for part in (code, meaning(code)) if part is not None)
            rows.append(Row((at, name, by, told, reason), None if code in _NORMAL else "warning"))
    columns = (Column("At", "s"), Column("State"), Column("By"), Column("Code"), Column("Reason"))
    return Table(columns, rows, title="States", empty="The connection was only begun.")


def trouble(data: dict[str, Any], record: Record) -> list[Notice]:
    """Return a notice when the connection ended badly."""
    closing = [state for state in data.get("states") or () if isinstance(state, list) and len(state) == 5]
    name, _, by, code, _ = closing[-1] if closing else ("", 0, None, None, "")
    if record.error is not None and not record.error.handled:
        text = f"The connection ended with `{record.error.type}` in the application."
        return [Notice("error", text, "Its traceback is under Exceptions.", label="handler failed")]
    if name == "closed" and code not in _NORMAL:
        text = f"Closed by the {by} with {code}" + (f" ({meaning(code)})." if meaning(code) else ".")
        return [Notice("warning", text, label="closed")]
    return []


def ping_fact(data: dict[str, Any]) -> Fact:
    """Return what is known of pings and pongs, or who does not show them."""
    pings = data.get("pings")
    if not isinstance(pings, dict) or not pings.get("seen"):
        server = pings.get("server") if isinstance(pings, dict) else None
        hint = "ASGI has no message for them; of the servers only uvicorn's own objects show them."
        return Fact("ping and pong", f"not shown by this server ({server or 'unknown'})", hint=hint)
    sent, received, rtt = pings.get("sent"), pings.get("received"), pings.get("rtt")
    text = f"{sent} sent, {received} received"
    if isinstance(rtt, float):
        text += f", round trip {rtt * 1000:.1f} ms"
    if isinstance(slowest := pings.get("slowest"), float):
        text += f" ({slowest * 1000:.1f} ms at worst)"
    return Fact("ping and pong", text)
