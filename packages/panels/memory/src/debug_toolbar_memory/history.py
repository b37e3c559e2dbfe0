"""History: what the last measured requests of each route kept, in this process, to tell growth from a first time."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_memory.stacks import Place, Share, Stack, site_of

_ROUTES_MOST = 200
_REQUESTS_MOST = 6
_SITES_MOST = 25


@dataclass(frozen=True, slots=True)
class Visit:
    """One measured request: its record's id, when, bytes it kept, where, and what the process had after it."""

    id: str
    at: float
    kept: int
    resident: int | None
    blocks: int | None
    sites: Mapping[str, int]

    def to_json(self) -> list[Any]:
        return [self.id, self.at, self.kept, self.resident, self.blocks]


class History:
    """The last visits of the routes measured most recently: bounded, and nothing of the application's in it."""

    def __init__(self) -> None:
        self._routes: OrderedDict[str, deque[Visit]] = OrderedDict()
        self._lock = RLock()  # a collection in there may end another measured request

    def add(self, route: str, visit: Visit) -> Sequence[Visit]:
        """Note a visit and return the ones before it, oldest first."""
        with self._lock:
            visits = self._routes.pop(route, None) or deque[Visit](maxlen=_REQUESTS_MOST)
            before = list(visits)
            visits.append(visit)
            self._routes[route] = visits  # the route last used is the last one
            while len(self._routes) > _ROUTES_MOST:
                self._routes.popitem(last=False)
            return before

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._routes.clear()


HISTORY = History()


def route_of(record: Record) -> str:
    """Name what requests are compared by: the method and the route, the path where none matched, or a job's name."""
    if record.kind == "task":
        return f"job {record.tags.get('name', '')}"[:300]
    method = record.request.method if record.request is not None else ""
    path = record.route.path if record.route is not None else None
    if path is None:
        path = record.request.path if record.request is not None else ""
    return f"{method} {path}"[:300]


def sites(stacks: Mapping[Stack, Share]) -> dict[Place, Share]:
    """Add stacks up by the line of the user's own code that asked for the memory, largest first."""
    found: dict[tuple[str, int], tuple[Place, Share]] = {}
    for stack, share in sorted(stacks.items(), key=lambda item: -item[1].size):
        place = site_of(stack)
        if place is not None:  # a line has several functions where a lambda or a comprehension is in it
            first, known = found.get(place[:2], (place, Share(0, 0)))
            found[place[:2]] = first, Share(known.size + share.size, known.blocks + share.blocks)
    return dict(sorted(found.values(), key=lambda item: -item[1].size))


def named(stacks: Mapping[Stack, Share]) -> dict[str, int]:
    """Return the largest sites by `file:line`, with their bytes."""
    largest = list(sites(stacks).items())[:_SITES_MOST]
    return {f"{place.file}:{place.line}": share.size for place, share in largest}
