"""Tracing: tracemalloc, on while at least one request is measured, and as it was before afterwards."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_core.hooks import patched
from debug_toolbar_core.users import Users
from debug_toolbar_memory.mark import OPENING
from debug_toolbar_memory.meter import Meter
from debug_toolbar_memory.stacks import Held, Place

_BYTES_A_TRACE = 60
"""What tracemalloc itself needs for one: the only way to know how many there are without a list of them."""

Trace = tuple[int, int, Sequence[tuple[str, int]], int]
"""Domain, bytes, frames innermost first, and how many there were before tracemalloc's limit."""


class Unavailable(Exception):
    """Why a back end cannot be used now: a code word, and who is in the way."""

    def __init__(self, why: str, who: str = "") -> None:
        super().__init__(why)
        self.why, self.who = why, who


def foreign_memray() -> bool:
    """Tell whether memray tracks this process for somebody else: it then is the profile function of new threads."""
    module = getattr(threading.getprofile(), "__module__", None)
    return isinstance(module, str) and module.startswith("memray")


class Tracing:
    """Counts who needs tracemalloc; the first starts it, the last stops it, unless the application wants it too."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.foreign = False
        """Whether it is the application's own tracing: it is then read, and neither reset nor stopped."""
        self._wanted = False
        self._asked = (1, "")
        self._stack = ExitStack()
        self._users = Users(self._begin, self._end)

    def open(self, frames: int, holder: str) -> None:
        """Trace for one more request. Raises Unavailable."""
        self._users.hold()
        try:
            self._asked = frames, holder
            self._users.enter()
        finally:
            self._users.let_go()

    def close(self) -> None:
        """Trace for one request less; never waits."""
        self._users.leave()

    def _begin(self) -> None:
        frames, holder = self._asked
        self.foreign = tracemalloc.is_tracing()
        if not self.foreign:
            if foreign_memray() and EXCLUSIVE.holder("allocators") is None:
                raise Unavailable("memray of the application")
            lease, taken = EXCLUSIVE.take("tracemalloc", holder, {"allocators"})
            if lease is None:
                raise Unavailable("busy", f"{taken.tool} of {taken.holder}" if taken else "")
            self._stack.callback(lease.release)
            tracemalloc.start(frames)
            self._wanted = False
            self._stack.enter_context(patched(tracemalloc, "start", self._started))
            self._stack.enter_context(patched(tracemalloc, "stop", self._stopped))
        self.meter.begin(resets=not self.foreign)

    def _end(self) -> None:
        self._stack.close()
        if not self.foreign and not self._wanted:
            tracemalloc.stop()
        self.foreign = False

    def _started(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def start(*arguments: Any) -> Any:
            """Note that the application began to trace while we did: then it goes on for it."""
            self._wanted = True
            return original(*arguments)

        return start

    def _stopped(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def stop() -> Any:
            """Stop for the application, which may have started it while we traced, and not for ourselves."""
            if self._wanted:
                self._wanted = False
                return None
            return original()

        return stop

    def held(self, mark: str, most: int, last: Callable[[], object] | None = None) -> Held:
        """Return what is held below a mark; to be called in a thread of its own. Raises Unavailable.

        `last` is called as soon as the traces are copied, and may end the tracing: to add them up allocates, which
        takes ten times as long while that is traced.
        """
        with self.meter.aside():
            traces = _traces(most)
        try:
            if last is not None:
                last()
            return _below(mark, traces)
        finally:
            with self.meter.aside():
                traces.clear()


def _traces(most: int) -> list[Trace]:
    """Return all that is traced now. Raises Unavailable where that would hold everybody up for too long."""
    if not tracemalloc.is_tracing():
        raise Unavailable("stopped")
    if tracemalloc.get_tracemalloc_memory() > most * _BYTES_A_TRACE:
        raise Unavailable("many")
    # The public snapshot makes an object of each trace and of each frame when it is read: ten times slower.
    found: list[Trace] = tracemalloc.take_snapshot().traces._traces  # type: ignore[attr-defined] # see above
    return found


def _below(mark: str, traces: Sequence[Trace]) -> Held:
    """Add up by stack; equal stacks are one object, so they are told apart by identity and not compared."""
    sizes: dict[int, list[int]] = {}
    for index, (_, size, frames, _total) in enumerate(traces):
        known = sizes.get(id(frames))
        if known is None:
            sizes[id(frames)] = [size, 1, index]
        else:
            known[0] += size
            known[1] += 1
    held = Held()
    for size, blocks, index in sizes.values():
        _, _, frames, total = traces[index]
        below = _until(mark, frames)
        if below is not None:
            held.add([Place(*frame) for frame in below], size, blocks)
        elif total > len(frames):
            held.deep += size
    return held


def _until(mark: str, frames: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]] | None:
    """Return the frames inside a mark, those of the marks of requests within this one left out."""
    for index, frame in enumerate(frames):
        if frame[0] == mark:
            return [inner for inner in frames[:index] if not inner[0].startswith(OPENING)]
    return None


TRACING = Tracing()
