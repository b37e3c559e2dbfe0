"""The log: the newest messages of one connection or stream in bounded memory, and the totals of those that went."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from weakref import WeakSet

from debug_toolbar_core import Record

PANEL = "websocket"
IN, OUT = "in", "out"
AT, WAY, SIZE, CONTENT, TOOK, ERROR = range(6)
"""Where the parts of a message stand in its list."""


_MESSAGE = 400
"""Bytes that a message takes besides its content, about."""


@dataclass(frozen=True)
class Room:
    """How much is kept of one connection: messages, bytes of each, bytes of all; of a thousand together, too."""

    messages: int
    each: int
    all: int
    together: int

    def share(self) -> int:
        """Return the bytes that one of so many may keep: its own limit, or its part of what all may."""
        return min(self.all, self.together // max(1, len(OPEN)))


class Log:
    """What is known of a connection so far; `data` is plain, and is read while it grows.

    Nothing in `data` changes its keys after the start, and lists only lose their heads: readers in other
    threads see a state that was. Totals are those of the messages that were dropped; a view adds the kept ones.
    """

    __slots__ = ("__weakref__", "data", "free", "messages", "most", "record", "room", "share")

    def __init__(self, record: Record | None, room: Room, kind: str) -> None:
        self.record = record
        self.room = room
        self.most = room.messages
        self.share = self.free = room.share()
        self.messages: list[list[Any]] = []
        self.data: dict[str, Any] = {
            "kind": kind,
            "text": True,
            "messages": self.messages,
            "first": 0,
            "dropped": {IN: [0, 0, 0.0], OUT: [0, 0, 0.0]},
            "longest_gap": 0.0,
            "states": [],
            "pings": {"seen": False, "server": None, "sent": 0, "received": 0, "rtt": None, "slowest": None},
        }
        OPEN.add(self)

    def add(self, at: float, way: str, content: Any, took: float | None, size: int) -> list[Any]:
        """Append a message and return it; past the room the oldest quarter goes, counted."""
        if size > self.room.each:
            content = content[: self.room.each]
            self.free -= self.room.each + _MESSAGE
        else:
            self.free -= size + _MESSAGE
        message = [at, way, size, content, took, None]
        messages = self.messages
        messages.append(message)
        if self.free < 0 or len(messages) > self.most:
            self.trim()
        return message

    def trim(self) -> None:
        """Drop the oldest messages, and the spans of their time: both go on for as long as the connection does."""
        messages, room = self.messages, self.room
        most = self.share = room.share()
        gone = max(1, room.messages // 4) if len(messages) > room.messages else 0
        held = sum(_weight(message) for message in messages[gone:])
        while held > most * 3 // 4 and gone < len(messages) - 1:  # a quarter at once, so that it is seldom done
            held -= _weight(messages[gone])
            gone += 1
        data = self.data
        data["longest_gap"] = longest_gap(messages[: gone + 1], data["longest_gap"])
        for message in messages[:gone]:
            total = data["dropped"][message[WAY]]
            total[0] += 1
            total[1] += message[SIZE]
            total[2] += message[TOOK] or 0.0
        del messages[:gone]
        self.free = most - held
        data["first"] += gone
        if self.record is not None and messages:
            self.record.forget(messages[0][AT])

    def close(self, record: Record) -> None:
        """End with the record, which weighs from now on what is kept here."""
        OPEN.discard(self)
        record.room -= self.share - self.free

    def state(self, name: str, at: float, by: str | None = None, code: int | None = None, reason: str = "") -> None:
        """Note a change of the connection's state."""
        states = self.data["states"]
        if not states or states[-1][0] != name:
            states.append([name, at, by, code, reason])


OPEN: WeakSet[Log] = WeakSet()
"""The logs of this process's open connections; those of closed ones are weighed by the store."""


def longest_gap(messages: list[list[Any]], least: float = 0.0) -> float:
    """Return the most seconds between two messages, and not less than `least`."""
    times: list[float] = [message[AT] for message in messages]
    return max([least, *(after - before for before, after in pairwise(times))])


def _weight(message: list[Any]) -> int:
    content = message[CONTENT]
    return _MESSAGE + (len(content) if type(content) is str or type(content) is bytes else 0)
