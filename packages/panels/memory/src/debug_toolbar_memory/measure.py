"""Measure: one request's memory, from its first slice to what is left when it is done."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable
from functools import partial
from threading import Lock
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, suppressed
from debug_toolbar_core.drive import driven
from debug_toolbar_memory.engine import Engine, Nothing, Remark, Result
from debug_toolbar_memory.following import PANEL, Followed, Following
from debug_toolbar_memory.garbage import WATCHES, Watch
from debug_toolbar_memory.mark import Mark, Marked
from debug_toolbar_memory.packed import pack
from debug_toolbar_memory.process import blocks, resident
from debug_toolbar_memory.profilers import profiler_at_work
from debug_toolbar_memory.thread import beside, in_thread

_PATIENCE, _EVERY = 1.0, 0.02
_IN_THREAD, _ON_LOOP = 15.0, 0.2
"""Seconds to find out what is left: in a thread, and where the loop waits for it (a panel may take 0.25)."""

Begin = Callable[[Mark, str, str | None], tuple[Engine, list[Remark]]]


class Measure(Followed):
    """Everything that is switched on for one request, and switched off by `close`, whatever happened to it."""

    def __init__(self, record: Record, begin: Begin) -> None:
        self.record = record
        self.begin = begin
        self.mark = Mark(record.id)
        self.following = Following()
        self.task = _task()
        self.watch = Watch(record.id, record.started)
        self.engine: Engine = Nothing()
        self.remarks: list[Remark] = []
        self.result: Result | None = None
        self.stacks: tuple[Any, Any] = (None, None)
        self.driven = self.closed = False
        self.before = self.after = (resident(), blocks())
        self.cost = 0.0
        self._finishing = Lock()

    def open(self) -> None:
        """Switch on what costs next to nothing; the back end begins once the application's coroutine is driven."""
        self.following.open()
        WATCHES.open(self.watch)
        self.record.hold(PANEL, self)
        if self.record.kind == "http":
            self.record.drive(self.drive)
        else:  # nobody drives a job: its task is made in this context, and followed
            beside(partial(self._begin, profiler_at_work()), _ON_LOOP)

    def resume(self) -> None:
        self.driven = True
        self.engine.resume()

    def suspend(self) -> None:
        self.engine.suspend()

    async def drive(self, work: Awaitable[Any]) -> Any:
        """Run the application's coroutine below the mark; once it is done, look in another thread what is left."""
        try:
            await self._begin_elsewhere()
        except BaseException:  # cancelled before it began: it never will
            if hasattr(work, "close"):
                work.close()
            raise
        try:
            result = await driven(Marked(work, self.mark, self), _nothing, _nothing)
        except Exception:
            # Its traceback still holds every local variable on the way: those count as kept, and the view says so.
            self.remarks.append(("raised", ""))
            await self._finish_elsewhere()
            raise
        await self._finish_elsewhere()
        return result

    async def _begin_elsewhere(self) -> None:
        """Begin in another thread, where memray takes 10 ms; wait a moment for who measures now, and no longer."""
        began = perf_counter()
        while True:
            await in_thread(partial(self._begin, profiler_at_work()))
            waited = perf_counter() - began
            if not self._busy() or waited > _PATIENCE or asyncio._get_running_loop() is None:
                break
            await asyncio.sleep(_EVERY)
        self.cost += perf_counter() - began
        self.record.cost += perf_counter() - began

    def _begin(self, profiler: str | None) -> None:
        self.engine, self.remarks = self.begin(self.mark, self.watch.id, profiler)
        if self.closed:  # the request was cancelled meanwhile
            self.engine.close()

    def _busy(self) -> bool:
        return isinstance(self.engine, Nothing) and any(code == "busy" for code, _ in self.remarks)

    async def _finish_elsewhere(self) -> None:
        began = perf_counter()
        self.record.until = self.record.now()  # from here on it is our time, and the record's cost
        self.stop()
        try:
            with suppressed():  # this thread's own memory is not the request's
                await in_thread(partial(self.finish, _IN_THREAD))
        finally:
            self.cost += perf_counter() - began

    def stop(self) -> None:
        """End what must be ended on the thread that began it: from here on nothing more belongs to the request."""
        self.after = (resident(), blocks())
        WATCHES.close(self.watch)
        self.engine.settle()

    def finish_now(self) -> None:
        """Find out what is left where nothing can be awaited: cancelled, or not driven at all. Waits a moment."""
        if self.task is None:
            self.finish(_ON_LOOP)
        elif self.task is _task():
            beside(partial(self.finish, _ON_LOOP), _ON_LOOP)
        # In another task it is the collector that closes what nobody waits for, and a thread that is started by it may
        # never begin: `threading` has a lock, within which the collector may have come.
        if self.result is None:
            self.remarks.append(("late", ""))

    def finish(self, seconds: float) -> None:
        """Find out what is left; the first call does, and the next waits for it so long. Never raises."""
        if not self._finishing.acquire(timeout=seconds):
            return
        try:
            if self.result is None:
                result = self.engine.finish(seconds)
                self.stacks = pack(result.held), pack(result.at_peak)  # reads source files: not on the loop
                self.result = result
        except Exception as error:  # noqa: BLE001 - a border: it runs in a thread, for a request that is done
            self.result = Result(remarks=[("fault", type(error).__name__)])
        finally:
            self._finishing.release()

    def close(self) -> None:
        """Switch everything off; a second time does nothing. Waits for nobody: the collector may be who calls it."""
        self.closed = True
        with contextlib.ExitStack() as stack:
            stack.callback(WATCHES.close, self.watch)
            stack.callback(self.following.close)
            stack.callback(self.engine.close)

    def forget(self) -> None:
        """Let go of what was found, and of the record: a task that goes on keeps this object."""
        del self.record
        self.task = None
        self.engine, self.result, self.stacks = Nothing(), None, (None, None)

    def facts(self) -> dict[str, Any]:
        """Return what was found, packed for the record."""
        found = self.result or Result()
        remarks = [*self.remarks, *found.remarks, *([] if self.following.tasks else [("tasks", "")])]
        return {
            "engine": self.engine.name,
            "driven": self.driven,
            "kept": found.kept,
            "kept_blocks": found.blocks,
            "peak": found.peak,
            "allocated": found.allocated,
            "allocations": found.allocations,
            "others": found.others,
            "toolbar": found.toolbar,
            "resident": list(zip(self.before, self.after, strict=True)),
            "garbage": {
                "enabled": gc.isenabled(),
                "paused": self.watch.paused,
                "more": self.watch.more,
                "runs": sorted(list(run) for run in self.watch.runs),
            },
            "stacks": self.stacks[0],
            "peak_stacks": self.stacks[1],
            "remarks": [list(remark) for remark in remarks],
            "cost": self.cost,
        }


def _task() -> asyncio.Task[Any] | None:
    loop = asyncio._get_running_loop()
    return None if loop is None else asyncio.current_task(loop)


def _nothing() -> None:
    """Slices are told by what is marked."""
