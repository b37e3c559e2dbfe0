"""Engine: what a back end tells of one request; tracemalloc's is here, memray's in `tracker`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from debug_toolbar_memory.mark import Mark
from debug_toolbar_memory.meter import Account
from debug_toolbar_memory.stacks import Held
from debug_toolbar_memory.tracing import TRACING, Unavailable
from debug_toolbar_memory.watcher import Watcher

Remark = tuple[str, str]
"""Something that could not be measured, or not well: a code word, and a detail."""


@dataclass
class Result:
    """What a back end found; None is what it could not find."""

    kept: int | None = None
    blocks: int | None = None
    peak: int | None = None
    allocated: int | None = None
    allocations: int | None = None
    others: int | None = None
    toolbar: int | None = None
    held: Held | None = None
    at_peak: Held | None = None
    remarks: list[Remark] = field(default_factory=list)


class Engine(Protocol):
    """A back end at work for one request; `resume` and `suspend` are called around each slice of it."""

    name: str

    def resume(self) -> None: ...
    def suspend(self) -> None: ...

    def settle(self) -> None:
        """Look at the thread of the request, where it just ended."""
        ...

    def finish(self) -> Result:
        """Say what was found; may take its time, and is called once, before `close`."""
        ...

    def close(self) -> None:
        """Switch off what is on; a second time does nothing."""
        ...


class Tracemalloc:
    """Totals from the meter, exact between the borders of slices; places from the traces below the mark."""

    name = "tracemalloc"

    def __init__(self, mark: Mark, holder: str, frames: int, most: int) -> None:
        TRACING.open(frames, holder)  # raises Unavailable
        self.mark, self.most = mark, most
        self.account = Account()
        self.open = True
        self.watcher = Watcher(self._look)
        self.watcher.start()

    def _look(self) -> Held:
        return TRACING.held(self.mark.file, self.most)

    def resume(self) -> None:
        if self.open:
            TRACING.meter.enter(self.account)

    def suspend(self) -> None:
        if self.account.depth:
            TRACING.meter.leave(self.account)

    def settle(self) -> None:
        """Nothing of tracemalloc is a thread's own."""

    def finish(self) -> Result:
        self.watcher.stop()
        found = Result(peak=self.account.peak, kept=max(0, self.account.net), at_peak=self.watcher.best)
        found.others = TRACING.meter.others.net
        if TRACING.foreign:
            found.remarks.append(("own tracemalloc", ""))
        try:
            found.held = TRACING.held(self.mark.file, self.most, self.close)
        except Unavailable as why:
            found.remarks.append((f"sites: {why.why}", ""))
            return found
        found.kept, found.blocks, found.toolbar = found.held.size, found.held.blocks, found.held.toolbar
        found.peak = max(self.account.peak, found.kept)
        if found.held.deep:
            found.remarks.append(("deep", str(found.held.deep)))
        if self.account.mixed:
            found.remarks.append(("mixed", ""))
        return found

    def close(self) -> None:
        if self.open:
            self.open = False
            self.watcher.stop(0.1)
            TRACING.close()


class Nothing:
    """No back end: the process's numbers alone."""

    name = "none"

    def resume(self) -> None:
        """Nothing is measured by slices."""

    suspend = settle = close = resume

    def finish(self) -> Result:
        return Result()
