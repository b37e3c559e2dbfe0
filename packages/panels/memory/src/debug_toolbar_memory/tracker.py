"""Tracker: memray's back end; one at a time in a process, and never beside another profiler."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_core.hooks import patched
from debug_toolbar_memory.engine import Remark, Result
from debug_toolbar_memory.mark import OPENING, Mark
from debug_toolbar_memory.profilers import profiler_at_work
from debug_toolbar_memory.stacks import Held, Place, made_by_toolbar
from debug_toolbar_memory.tracing import Unavailable, foreign_memray

_RECORDS_MOST = 500_000
_FILE_MOST = 512 * 1024 * 1024
_DEEPEST = 200


def _import() -> Any:
    try:
        import memray
    except ImportError:
        raise Unavailable("no memray") from None
    return memray


class Memray:
    """Tracks every allocation of the process into a temporary file, and reads this request's out of it.

    To be made in another thread than the request's: begun in that one, memray (1.20) loses its outer frames. It
    holds its places until the file was read, or the next tracker would track the reading.
    """

    name = "memray"

    def __init__(self, mark: Mark, holder: str, native: bool, profiler: str | None) -> None:
        memray = _import()
        if foreign_memray() and EXCLUSIVE.holder("allocators") is None:
            raise Unavailable("memray of the application")
        if tracemalloc.is_tracing() and EXCLUSIVE.holder("allocators") is None:
            raise Unavailable("tracemalloc of the application")
        lease, taken = EXCLUSIVE.take("memray", holder, {"profile", "allocators"})
        if lease is None:
            raise Unavailable("busy", f"{taken.tool} of {taken.holder}" if taken else "")
        if profiler is not None:
            lease.release()
            raise Unavailable("profiler", profiler)
        self.mark, self.native, self.lease, self.memray = mark, native, lease, memray
        self.remarks: list[Remark] = []
        self.folder = Path(tempfile.mkdtemp(prefix="debug-toolbar-memory-"))
        self.file = self.folder / "allocations.bin"
        self.tracker: Any = None
        try:
            tracker = memray.Tracker(self.file, native_traces=native, trace_python_allocators=True)
            with patched(sys.modules["memray._memray"], "print_greenlet_warning", _silent):
                tracker.__enter__()
            self.tracker = tracker
        except (RuntimeError, OSError, AttributeError, KeyError) as error:
            self.close()
            raise Unavailable("memray", type(error).__name__) from None

    def resume(self) -> None:
        """Stacks have the mark; nothing else is to do."""

    def suspend(self) -> None:
        if self.tracker is not None and _size(self.file) > _FILE_MOST:
            self.remarks.append(("file", ""))
            self._untrack()

    def _untrack(self) -> None:
        tracker, self.tracker = self.tracker, None
        if tracker is None:
            return
        try:
            tracker.__exit__(None, None, None)
        except TypeError:  # another profiler took the profile function from it: it is closed all the same
            self.remarks.append(("profiler inside", "another profiler"))

    def settle(self) -> None:
        """Look whether the request's own thread has another profiler now: that one took memray's place."""
        other = profiler_at_work()
        if other is not None and not other.startswith("memray"):
            self.remarks.append(("profiler inside", other))

    def finish(self) -> Result:
        self._untrack()
        found = Result(remarks=self.remarks)
        try:
            with contextlib.closing(self.memray.FileReader(self.file)) as reader:
                self._read(reader, found)
        except (OSError, RuntimeError) as error:
            found.remarks.append(("unreadable", type(error).__name__))
        return found

    def _read(self, reader: Any, found: Result) -> None:
        found.held = self._below(reader.get_leaked_allocation_records(merge_threads=True))
        found.at_peak = self._below(reader.get_high_watermark_allocation_records(merge_threads=True))
        found.kept, found.blocks, found.toolbar = found.held.size, found.held.blocks, found.held.toolbar
        found.peak = max(found.kept, found.at_peak.size)
        if reader.metadata.total_allocations > _RECORDS_MOST:
            found.remarks.append(("replay", str(reader.metadata.total_allocations)))
        else:
            self._replay(reader, found)

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
            if file == self.mark.file:
                shown = self._hybrid(record) if self.native else stack[:index]
                return [Place(file, line, name) for name, file, line in shown if not file.startswith(OPENING)]
        return None

    def _hybrid(self, record: Any) -> list[Any]:
        """Return the stack with the C functions in between, down to the mark."""
        inside = list[Any]()
        for frame in record.hybrid_stack_trace():
            if frame[1] == self.mark.file:
                break
            inside.append(frame)
        return inside[:_DEEPEST]

    def _replay(self, reader: Any, found: Result) -> None:
        """Follow this request's allocations through time: its peak, whatever others did meanwhile."""
        live: dict[int, int] = {}
        own: dict[int, bool] = {}
        held = peak = allocated = allocations = 0
        frees = {int(kind) for kind in self.memray.AllocatorType if kind.name.endswith(("FREE", "MUNMAP"))}
        for record in reader.get_allocation_records():
            if record.allocator in frees:
                held -= live.pop(record.address, 0)
                continue
            size = record.size
            known = own.get(record.stack_id)
            if known is None:
                below = self._until(record)
                known = own[record.stack_id] = below is not None and not made_by_toolbar(below)
            if known:
                live[record.address] = size
                held, allocated, allocations = held + size, allocated + size, allocations + 1
                peak = max(peak, held)
        found.peak, found.allocated, found.allocations = max(peak, found.kept or 0), allocated, allocations

    def close(self) -> None:
        try:
            self._untrack()
        finally:
            self.lease.release()
            shutil.rmtree(self.folder, ignore_errors=True)


def _size(file: Path) -> int:
    with contextlib.suppress(OSError):
        return file.stat().st_size
    return 0


def _silent(original: Any) -> Any:
    """Stand for the banner that memray prints on stderr where greenlet is imported."""
    return lambda *arguments: None
