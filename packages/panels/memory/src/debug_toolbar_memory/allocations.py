"""Allocations: what memray's file says of one request."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from debug_toolbar_memory.engine import Result
from debug_toolbar_memory.mark import OPENING
from debug_toolbar_memory.native import is_machinery
from debug_toolbar_memory.stacks import Held, Place, made_by_toolbar

_SECONDS = 2.0
_EVERY = 4_096
_DEEPEST = 200


def read(file: Path, mark: str, native: bool) -> Result:
    """Return what a request allocated, by its mark's file name. Raises OSError or RuntimeError for a damaged file.

    memray's reader keeps the interpreter to itself: see `apart`.
    """
    import memray

    with contextlib.closing(memray.FileReader(file)) as reader:
        return _Reading(memray, reader, mark, native).result()


class _Reading:
    """A file that is read for one request."""

    def __init__(self, memray: Any, reader: Any, mark: str, native: bool) -> None:
        self.reader, self.mark, self.native = reader, mark, native
        self.frees = {int(kind) for kind in memray.AllocatorType if kind.name.endswith(("FREE", "MUNMAP"))}

    def result(self) -> Result:
        """Return what is left, what was held at the process's peak, and the request's own course."""
        held = self._below(self.reader.get_leaked_allocation_records(merge_threads=True))
        at_peak = self._below(self.reader.get_high_watermark_allocation_records(merge_threads=True))
        found = Result(held.size, held.blocks, max(held.size, at_peak.size), toolbar=held.toolbar)
        found.held, found.at_peak = held, at_peak
        if not self._replay(found):
            found.remarks.append(("replay", str(self.reader.metadata.total_allocations)))
        return found

    def _below(self, records: Iterable[Any]) -> Held:
        held = Held()
        for record in records:
            below = self._until(record)
            if below is not None:
                held.add(below, record.size, record.n_allocations)
        return held

    def _until(self, record: Any) -> list[Place] | None:
        """Return the stack inside the mark, innermost first; None for what is somebody else's."""
        stack = record.stack_trace()
        for index, (_, file, _line) in enumerate(stack):
            if file == self.mark:
                shown = self._hybrid(record) if self.native else stack[: min(index, _DEEPEST)]
                return [Place(file, line, name) for name, file, line in shown if not file.startswith(OPENING)]
        return None

    def _hybrid(self, record: Any) -> list[Any]:
        """Return the stack with the C functions in between, down to the mark."""
        inside = list[Any]()
        for frame in record.hybrid_stack_trace():
            if frame[1] == self.mark:
                break
            if not is_machinery(frame[0], frame[1]):
                inside.append(frame)
        return inside[:_DEEPEST]

    def _replay(self, found: Result) -> bool:
        """Follow the request's allocations through time, to its own peak; False where that would take too long."""
        live: dict[int, int] = {}
        own: dict[int, bool] = {}
        frees, until = self.frees, time.thread_time() + _SECONDS
        held = peak = allocated = allocations = 0
        for number, record in enumerate(self.reader.get_allocation_records()):
            if number % _EVERY == 0 and time.thread_time() > until:
                return False
            if record.allocator in frees:
                held -= live.pop(record.address, 0)
                continue
            known = own.get(record.stack_id)
            if known is None:
                known = own[record.stack_id] = self._own(record)
            if known:
                size = live[record.address] = record.size
                held, allocated, allocations = held + size, allocated + size, allocations + 1
                peak = max(peak, held)
        found.peak, found.allocated, found.allocations = max(peak, found.kept or 0), allocated, allocations
        return True

    def _own(self, record: Any) -> bool:
        below = self._until(record)
        return below is not None and not made_by_toolbar(below)
