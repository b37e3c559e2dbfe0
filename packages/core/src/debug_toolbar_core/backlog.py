"""Backlog: records that a store has taken and not written yet, bounded; readers of this process find them here."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Generator
from contextlib import contextmanager

from debug_toolbar_core.memory import weigh
from debug_toolbar_core.record import Record

_APPLICATIONS_MOST = 16
Waiting = OrderedDict[str, tuple[Record, int]]


class Backlog:
    """The newest of each id, at most `most` of them and about `bytes` in all: the oldest give way.

    One that gave way although the store would keep it, because it keeps the newest `kept`, is counted as lost.
    What is being written stays until that is done: `take`, then `written` or `give_back`.

    `add` never waits: the collector of garbage may close an abandoned request, and so save its record, anywhere in
    this very class. A record that comes while the lock is held is put into its place by who holds it.
    """

    def __init__(self, most: int, bytes: int, kept: int) -> None:
        self.most = most
        self.bytes = bytes
        self.kept = kept
        self.lost = 0
        self._arrived: deque[Record] = deque()
        self._waiting: Waiting = OrderedDict()
        self._applications: Waiting = OrderedDict()
        """Applications' own records, which do not give way to others."""
        self._taken: Waiting = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._arrived) + len(self._waiting) + len(self._applications) + len(self._taken)

    def add(self, record: Record) -> None:
        """Let a record wait; the same id again replaces what waits, and goes to the end."""
        self._arrived.append(record)
        self._settle()

    def _settle(self) -> None:
        """Put what arrived into its place, unless the lock is held: who holds it comes here afterwards."""
        while self._arrived and self._lock.acquire(blocking=False):
            try:
                self._place()
            finally:
                self._lock.release()

    @contextmanager
    def _alone(self) -> Generator[None]:
        try:
            with self._lock:
                self._place()
                yield
        finally:
            self._settle()

    def _place(self) -> None:
        while self._arrived:
            record = self._arrived.popleft()
            entry = (record, weigh(record))
            if record.kind == "app":
                self._applications[record.id] = entry
                if len(self._applications) > _APPLICATIONS_MOST:
                    self._applications.popitem(last=False)
                continue
            before = self._waiting.pop(record.id, None)
            self._waiting[record.id] = entry
            self._weight += entry[1] - (0 if before is None else before[1])
            if len(self._waiting) > self.most or self._weight > self.bytes:
                self._cut()

    def _cut(self) -> None:
        while len(self._waiting) > self.most or (self._weight > self.bytes and len(self._waiting) > 1):
            self._weight -= self._waiting.popitem(last=False)[1][1]
            self.lost += len(self._waiting) < self.kept

    def take(self, most: int) -> list[Record]:
        """Return the oldest that wait, in order, to be written now."""
        with self._alone():
            self._taken, self._applications = self._applications, OrderedDict()
            for _ in range(min(most, len(self._waiting))):
                id, entry = self._waiting.popitem(last=False)
                self._taken[id] = entry
                self._weight -= entry[1]
            return [record for record, _ in self._taken.values()]

    def written(self) -> None:
        """Let go of what was taken: the store has it."""
        with self._alone():
            self._taken = OrderedDict()

    def give_back(self) -> None:
        """Let what was taken wait again, before all others, unless it was saved anew meanwhile."""
        with self._alone():
            for id, entry in reversed(self._taken.items()):
                place = self._applications if entry[0].kind == "app" else self._waiting
                if id not in place:
                    place[id] = entry
                    place.move_to_end(id, last=False)
                    self._weight += entry[1] if place is self._waiting else 0
            self._taken = OrderedDict()
            self._cut()

    def find(self, id: str) -> Record | None:
        """Return a record that is not written yet, as it was saved last."""
        with self._alone():
            entry = self._waiting.get(id) or self._applications.get(id) or self._taken.get(id)
        return None if entry is None else entry[0]

    def records(self) -> dict[str, Record]:
        """Return all that is not written yet, by id, without applications' own."""
        with self._alone():
            found = {**self._taken, **self._waiting}
        return {id: record for id, (record, _) in found.items() if record.kind != "app"}

    def clear(self) -> None:
        """Forget what waits, but for applications' own."""
        with self._alone():
            self._waiting.clear()
            self._weight = 0
