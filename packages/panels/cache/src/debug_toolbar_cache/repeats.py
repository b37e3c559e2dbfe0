"""Repeats: operations that one call could have done, one after the other or again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from debug_toolbar_cache.command import words
from debug_toolbar_cache.reading import Operation
from debug_toolbar_core import Source

LOOP = 3
"""Keys missed and set one by one that are a loop."""
MANY = 5
"""Keys fetched one by one, by one line of code, that are worth a call for many."""
_WRITES = words("SET SETEX PSETEX SETNX GETSET HSET HSETNX JSON.SET set add replace cas")
_LOOKS = words("EXISTS TTL PTTL TYPE STRLEN TOUCH EXPIRE PEXPIRE exists expires_in touch expire")


@dataclass(slots=True)
class Group:
    """Reads of one kind at one place in the code, and the writes that answer them."""

    library: str
    name: str
    source: Source | None
    memory: bool
    reads: list[Operation] = field(default_factory=list)
    writes: list[Operation] = field(default_factory=list)

    @property
    def all(self) -> list[Operation]:
        """Reads and writes."""
        return [*self.reads, *self.writes]

    @property
    def keys(self) -> int:
        """How many different keys are read."""
        return len({read.marks[0] for read in self.reads if read.marks})

    @property
    def shown(self) -> str:
        """What the keys have in common, as code: "`price:*`"."""
        names = [read.keys[0] for read in self.reads if read.keys]
        text = names[0] if len(set(names)) == 1 else f"{_start(names)}*"
        return f"`{text.replace('`', chr(39))[:80]}`"


def loops(own: Sequence[Operation]) -> Iterator[Group]:
    """Yield where keys are missed and then set, one by one."""
    groups: dict[object, Group] = {}
    missed: dict[object, Operation] = {}
    for operation in own:
        if len(operation.marks) != 1 or operation.error is not None:
            continue
        mark = (operation.backend, operation.marks[0])
        if operation.reads == 1:
            if not operation.hits:
                missed[mark] = operation
        elif operation.name in _WRITES and mark in missed:
            _grouped(groups, missed.pop(mark), operation)
    yield from (group for group in groups.values() if group.keys >= LOOP)


def one_by_one(own: Sequence[Operation]) -> Iterator[Group]:
    """Yield where a line of code fetches many keys by themselves."""
    groups: dict[object, Group] = {}
    for operation in own:
        if operation.reads == 1 and len(operation.marks) == 1:
            _grouped(groups, operation)
    yield from (group for group in groups.values() if group.keys >= MANY)


def refetched(own: Iterable[Operation]) -> Iterator[Group]:
    """Yield where keys are fetched that this request has fetched before, and not changed since."""
    groups: dict[object, Group] = {}
    known: set[object] = set()
    for operation in own:
        if operation.error is not None:
            continue
        marks = {(operation.backend, mark) for mark in operation.marks}
        if not operation.reads:
            if operation.name not in _LOOKS:
                known -= marks
        elif len(marks) == 1 and marks <= known:
            _grouped(groups, operation)
        else:
            known |= marks
    yield from groups.values()


def _start(texts: Sequence[str]) -> str:
    """Return what all texts begin with."""
    first, last = min(texts, default=""), max(texts, default="")
    same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), len(first))
    return first[:same]


def _grouped(groups: dict[object, Group], read: Operation, write: Operation | None = None) -> None:
    same = (read.library, read.backend, read.name, read.source)
    group = groups.get(same)
    if group is None:
        group = groups[same] = Group(read.library, read.name, read.source, read.memory)
    group.reads.append(read)
    if write is not None:
        group.writes.append(write)
