"""Seen: texts that were found to hold no secret, so that most are looked at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
_ROOM = 1 << 20
_EACH = 100


class Seen(Generic[T]):
    """Keeps what was met last, in two generations: what is met again stays, and the rest makes room by itself.

    A generation holds about `room` characters. Only what is shown as it is may be added: no secret is kept in memory
    for our sake.

    >>> seen = Seen[str](); seen.add("SELECT 1", 8); "SELECT 1" in seen
    True
    """

    __slots__ = ("_left", "before", "now", "room")

    def __init__(self, room: int = _ROOM) -> None:
        self.room = self._left = room
        self.now: dict[T, int] = {}
        """The younger ones; a reader in a hurry looks here alone."""
        self.before: dict[T, int] = {}

    def __contains__(self, item: T) -> bool:
        if item in self.now:
            return True
        size = self.before.get(item)
        if size is None:
            return False
        self.add(item, size)
        return True

    def __iter__(self) -> Iterator[T]:
        return iter({**self.before, **self.now})

    def add(self, item: T, size: int) -> None:
        """Keep an item of so many characters."""
        if self._left < size:
            self.before, self.now, self._left = self.now, {}, self.room
        self._left -= size + _EACH
        self.now[item] = size
