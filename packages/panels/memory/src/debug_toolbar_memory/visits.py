"""Visits: adds to what was measured how it compares with earlier requests of the same route."""

from __future__ import annotations

from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_memory.history import HISTORY, Visit, named, route_of
from debug_toolbar_memory.packed import unpack


def compared(record: Record, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with the earlier visits, and what each of the largest sites kept in them."""
    kept = facts["kept"]
    if kept is None:
        return facts
    route, sites = route_of(record), named(unpack(facts["stacks"]))
    after = [pair[1] for pair in facts["resident"]]
    earlier = HISTORY.add(route, Visit(record.id, record.started_at, kept, after[0], after[1], sites))
    facts["route"] = route
    facts["earlier"] = [visit.to_json() for visit in earlier]
    facts["growth"] = [[site, size, [visit.sites.get(site, 0) for visit in earlier]] for site, size in sites.items()]
    return facts
