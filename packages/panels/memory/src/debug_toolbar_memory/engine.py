"""Engine: what a back end tells of one request; tracemalloc's is here, memray's in `tracker`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from debug_toolbar_memory.mark import Mark
from debug_toolbar_memory.meter import Account
from debug_toolbar_memory.stacks import Held
from debug_toolbar_memory.tracing import TRACING, Unavailable
from debug_toolbar_memory.watcher import Watcher

_LOOK_MOST = 100_000
_DEEP = 0.01
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

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**vars(self), "held": _json(self.held), "at_peak": _json(self.at_peak)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """Return what `to_json` returned of. Raises ValueError for anything else."""
        try:
            held = {name: data[name] and Held.from_json(data[name]) for name in ("held", "at_peak")}
            remarks = [(code, detail) for code, detail in data["remarks"]]
            return cls(**{**data, **held, "remarks": remarks})
        except (TypeError, KeyError, IndexError) as error:
            raise ValueError(error) from None


def _json(held: Held | None) -> dict[str, Any] | None:
    return None if held is None else held.to_json()


class Engine(Protocol):
    """A back end at work for one request; `resume` and `suspend` are called around each slice of it."""

    name: str

    def resume(self) -> None: ...
    def suspend(self) -> None: ...

    def settle(self) -> None:
        """Look at the thread of the request, where it just ended."""
        ...

    def finish(self, seconds: float) -> Result:
        """Say what was found; may take about so long, and is called once, before `close`."""
        ...

    def close(self) -> None:
        """Switch off what is on; a second time does nothing."""
        ...


class Tracemalloc:
    """Totals from the meter, exact between the borders of slices; places from the traces below the mark.

    Traced code is many times slower, so a request that has run for `seconds` of the CPU is traced no more: what it
    had up to then is what is told.
    """

    name = "tracemalloc"

    def __init__(self, mark: Mark, holder: str, frames: int, most: int, seconds: float) -> None:
        TRACING.open(frames, holder)  # raises Unavailable
        self._tracing = [TRACING.close]
        self.mark, self.most, self.seconds = mark, most, seconds
        self.account = Account()
        self.result: Result | None = None
        self.watcher = Watcher(self._look, self._spent, self._end)
        self.watcher.start()

    def _look(self) -> Held:
        return TRACING.held(self.mark.file, min(self.most, _LOOK_MOST))

    def _spent(self) -> bool:
        return self.account.spent() > self.seconds

    def _end(self) -> None:
        self.result = self._found()
        self.result.remarks.append(("seconds", f"{self.seconds:g}"))

    def resume(self) -> None:
        if self._tracing:
            TRACING.meter.enter(self.account)

    def suspend(self) -> None:
        if self.account.depth:
            TRACING.meter.leave(self.account)

    def settle(self) -> None:
        """Nothing of tracemalloc is a thread's own."""

    def finish(self, seconds: float) -> Result:
        self.watcher.stop(seconds)
        return self.result or self._found()

    def _found(self) -> Result:
        """Return what there is now, and trace no more."""
        account = TRACING.meter.told(self.account)
        found = Result(peak=account.peak, kept=max(0, account.net), at_peak=self.watcher.best)
        found.others = TRACING.meter.others.net
        if TRACING.foreign:
            found.remarks.append(("own tracemalloc", ""))
        if account.mixed:
            found.remarks.append(("mixed", ""))
        try:
            held = found.held = TRACING.held(self.mark.file, self.most, self.close)
        except Unavailable as why:
            found.remarks.append((f"sites: {why.why}", ""))
            self.close()
            return found
        found.kept, found.blocks, found.toolbar = held.size, held.blocks, held.toolbar
        found.peak = max(account.peak, found.kept)
        if held.deep > found.peak * _DEEP:
            found.remarks.append(("deep", str(held.deep)))
        return found

    def close(self) -> None:
        with suppress(IndexError):  # it was closed
            self._tracing.pop()()
            self.watcher.stop(0.1)


class Nothing:
    """No back end: the process's numbers alone."""

    name = "none"

    def resume(self) -> None:
        """Nothing is measured by slices."""

    suspend = settle = close = resume

    def finish(self, seconds: float) -> Result:
        return Result()
