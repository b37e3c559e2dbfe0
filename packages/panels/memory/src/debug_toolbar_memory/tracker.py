"""Tracker: memray's back end; one at a time in a process, and never beside another profiler."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_core.hooks import patched
from debug_toolbar_memory.apart import is_small, result_of
from debug_toolbar_memory.engine import Remark, Result
from debug_toolbar_memory.mark import Mark
from debug_toolbar_memory.profilers import profiler_at_work
from debug_toolbar_memory.tracing import Unavailable, foreign_memray

_FILE_MOST = 128 * 1024 * 1024
_EVERY = 0.05


def _import() -> Any:
    try:
        import memray
    except ImportError:
        raise Unavailable("no memray") from None
    return memray


class Memray:
    """Tracks every allocation of the process into a temporary file, and reads this request's out of it.

    To be made in another thread than the request's: begun in that one, memray (1.20) loses its outer frames. Where
    the file is read in this process it holds its places until then, or the next tracker would track the reading.
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
        self.mark, self.native, self.lease = mark, native, lease
        self.remarks: list[Remark] = []
        self.folder = Path(tempfile.mkdtemp(prefix=f"debug-toolbar-memory-{os.getpid()}-"))
        self.file = self.folder / "allocations.bin"
        self._trackers: list[Any] = []
        self._done = False
        try:
            self._track(memray)
        except Exception as error:  # noqa: BLE001 - a border: whatever it is, the application goes on without
            self.close()
            raise Unavailable("memray", type(error).__name__) from None

    def _track(self, memray: Any) -> None:
        tracker = memray.Tracker(self.file, native_traces=self.native, trace_python_allocators=True)
        with patched(sys.modules["memray._memray"], "print_greenlet_warning", _silent):
            tracker.__enter__()
        self._trackers.append(tracker)
        threading.Thread(target=self._watch, name="debug-toolbar memory", daemon=True).start()

    def _watch(self) -> None:
        """Look now and then how large the file is: one slice may allocate without end."""
        while not self._done:
            time.sleep(_EVERY)
            if _size(self.file) > _FILE_MOST:
                self.remarks.append(("file", str(_FILE_MOST)))
                self._untrack()

    def resume(self) -> None:
        """Stacks have the mark; nothing else is to do."""

    suspend = resume

    def _untrack(self) -> None:
        self._done = True
        try:
            self._trackers.pop().__exit__(None, None, None)
        except IndexError:  # it was ended before
            return
        except TypeError:  # another profiler took the profile function from it: it is closed all the same
            self.remarks.append(("profiler inside", "another profiler"))

    def settle(self) -> None:
        """Look whether the request's own thread has another profiler now: that one took memray's place."""
        other = profiler_at_work()
        if other is not None and not other.startswith("memray"):
            self.remarks.append(("profiler inside", other))

    def finish(self, seconds: float) -> Result:
        self._untrack()
        try:
            if not is_small(self.file):  # it is read elsewhere, where the next tracker does not track the reading
                self.lease.release()
            found = result_of(self.file, self.mark.file, self.native, seconds)
        except (OSError, RuntimeError, ValueError) as error:
            found = Result(remarks=[("unreadable", str(error) or type(error).__name__)])
        found.remarks[:0] = self.remarks
        return found

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
