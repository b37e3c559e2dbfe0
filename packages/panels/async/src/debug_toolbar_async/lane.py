"""Lane: one task of a record while it runs: its slices on the loop, and what it waits for in between."""

from __future__ import annotations

from asyncio import Future, Task
from typing import TYPE_CHECKING, Any
from weakref import ref

from debug_toolbar_async.calls import Calls
from debug_toolbar_async.chain import Chain
from debug_toolbar_core.source import Source
from debug_toolbar_core.span import Span

if TYPE_CHECKING:
    from debug_toolbar_async.traced import Traced
    from debug_toolbar_async.watch import Watch

JOINS = 60
_JOINING = frozenset(
    {"TaskGroup.__aexit__", "wait", "_wait", "wait_for", "as_completed.<locals>._wait_for_one", "_AsCompletedIterator"}
)


class Lane:
    """One task: when it was made, ran, waited and ended; times are `perf_counter()`'s."""

    __slots__ = (
        "__weakref__", "awaited", "calls", "cancelled", "clock", "coroutine", "created", "cut", "end", "folded",
        "hop", "joins", "left", "lent", "name", "number", "outcome", "parent", "ran", "room", "since", "slices",
        "slow", "source", "span", "started", "task", "traced", "turn", "unfetched", "watch",
    )  # fmt: skip

    def __init__(self, watch: Watch, number: int, parent: int, coroutine: str, source: Source | None) -> None:
        self.watch = watch
        self.clock = watch.clock
        self.slow = watch.slow
        self.room = 3 * watch.slices()
        self.number = number
        self.parent = parent
        self.name = self.coroutine = coroutine
        self.source = source
        self.created = watch.now()
        self.left = self.created
        self.started: float | None = None
        self.end: float | None = None
        self.outcome = ""
        self.awaited = False
        self.unfetched = False
        self.slices: list[float] = []
        self.lent = 0.0
        self.since = self.created
        """From when on its slices are kept; before, only how many there were, and the seconds it was ready and ran."""
        self.cut = 0
        self.folded = self.ran = 0.0
        self.turn = False
        self.cancelled: float | None = None
        self.calls = Calls(watch.points)
        self.joins: list[tuple[float, float, tuple[int, ...]]] = []
        self.hop: Any = None
        self.span: Span | None = None
        self.traced: ref[Traced] | None = None
        self.task: ref[Any] | None = None

    def resumed(self, work: Any, now: float) -> float:
        """Locate a wait that is about to end, and return since when the task could have run."""
        chain = self.calls.waited(work, self.left, now)
        left, known = self.left, 0.0
        if self.cancelled is not None and self.cancelled > left:
            known = self.cancelled
        if self.hop is not None and (ended := self.hop.ended) and ended > left:
            known = ended
        lanes = self.joined(chain)
        if lanes is not None:
            if len(self.joins) >= JOINS:
                del self.joins[0]
            self.joins.append((left, now, lanes))
            known = max((end for lane in self.members(lanes) if (end := lane.end) and left < end <= now), default=known)
        return known if left < known < now else now

    def joined(self, chain: Chain) -> tuple[int, ...] | None:
        """Return the tasks this one waits for, none for all it made itself; None when it waits for no task."""
        waiting = chain.end
        if isinstance(waiting, Task):
            number = self.watch.number(waiting)
            if number is not None:
                return (number,)
        elif type(waiting) is not Future and isinstance(children := getattr(waiting, "_children", None), list):
            return self.watch.numbers(children)  # of a gather
        for code in chain.codes[-3:]:
            if code.co_qualname in _JOINING:
                return ()
        return None

    def members(self, numbers: tuple[int, ...]) -> list[Lane]:
        """Return the lanes of these numbers; of none, those this task made."""
        lanes = self.watch.lanes
        if numbers:
            return [lanes[number] for number in numbers if number in lanes]
        return [lane for lane in lanes.values() if lane.parent == self.number]

    def fold(self) -> None:
        """Let go of the oldest half of the slices: what matters of a task that goes on is how it is now."""
        half = len(self.slices) // 6 * 3
        ready, began, ended = (sum(self.slices[first:half:3]) for first in range(3))
        self.folded += began - ready
        self.ran += ended - began
        self.cut += half // 3
        self.since = self.slices[half - 1]
        del self.slices[:half]

    def turns(self) -> int:
        """Return how often it ran."""
        return self.cut + len(self.slices) // 3

    def running(self) -> float:
        """Return the seconds it ran itself."""
        return self.ran + sum(self.slices[2::3]) - sum(self.slices[1::3]) - self.lent
