"""Exclusive: what only one tool of a process may use at a time, and who uses it now."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Literal

Place = Literal["profile", "allocators"]
"""`profile`: the interpreter's one profile function (yappi, pyinstrument, memray, cProfile, sys.setprofile).
`allocators`: the chain of Python's memory allocators (tracemalloc, memray), which must be left in the order entered."""


@dataclass(eq=False, slots=True)
class Lease:
    """The right of one tool to its places until it is released; `holder` says for whom, as a record's id."""

    tool: str
    holder: str
    places: frozenset[Place]
    _owner: Exclusive = field(repr=False)

    def release(self) -> None:
        """Give the places back; a second time does nothing."""
        self._owner.leave(self)


class Exclusive:
    """Places that one tool holds at a time; who comes second is told by whom, and does without.

    Example:

        with EXCLUSIVE.held("yappi", record.id, {"profile"}) as holder:
            if holder is not None:
                return f"{holder.tool} is busy with {holder.holder}"
            ...
    """

    def __init__(self) -> None:
        self._leases: dict[Place, Lease] = {}
        self._lock = RLock()  # a collection in there may close who holds a lease, which gives it back

    def take(self, tool: str, holder: str, places: Collection[Place]) -> tuple[Lease | None, Lease | None]:
        """Take all the places at once and never wait: our lease and None, or None and the lease that is in the way."""
        with self._lock:
            for place in sorted(places):
                if place in self._leases:
                    return None, self._leases[place]
            lease = Lease(tool, holder, frozenset(places), self)
            for place in lease.places:
                self._leases[place] = lease
            return lease, None

    def leave(self, lease: Lease) -> None:
        """Give back what a lease still holds."""
        with self._lock:
            for place in lease.places:
                if self._leases.get(place) is lease:
                    del self._leases[place]

    def holder(self, place: Place) -> Lease | None:
        """Return who holds a place now, or None."""
        return self._leases.get(place)

    @contextmanager
    def held(self, tool: str, holder: str, places: Collection[Place]) -> Generator[Lease | None]:
        """Hold places for a block, and yield None; where one is taken, yield who has it and hold nothing."""
        lease, taken = self.take(tool, holder, places)
        try:
            yield taken
        finally:
            if lease is not None:
                lease.release()


EXCLUSIVE = Exclusive()
"""The process's own."""
