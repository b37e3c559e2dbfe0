"""Garbage: runs of the cyclic garbage collector with their pauses, and on whose account they were."""

from __future__ import annotations

import gc
import threading
from time import perf_counter
from typing import Any, NamedTuple

from debug_toolbar_core import current

_RUNS_MOST = 100


class Run(NamedTuple):
    """One run: seconds on the record's clock and of pause, and the record in whose code it was due."""

    at: float
    seconds: float
    generation: int
    collected: int
    uncollectable: int
    own: bool
    record: str | None


class Watch:
    """The runs while one request is measured: a run stops every thread, so all who are open suffer it."""

    def __init__(self, id: str, started: float) -> None:
        self.id, self.started = id, started
        self.runs: list[Run] = []
        self.more = 0
        self.paused = 0.0

    def note(self, began: float, ended: float, info: dict[str, Any], record: str | None) -> None:
        self.paused += ended - began
        if len(self.runs) >= _RUNS_MOST:
            self.more += 1
            return
        counts = (info.get("generation", 0), info.get("collected", 0), info.get("uncollectable", 0))
        self.runs.append(Run(began - self.started, ended - began, *counts, record == self.id, record))


class _Watches:
    """The one callback of the collector, there while at least one request is measured."""

    def __init__(self) -> None:
        self.all: list[Watch] = []
        self.began: dict[int, float] = {}
        self.lock = threading.Lock()

    def open(self, watch: Watch) -> None:
        with self.lock:
            self.all = [*self.all, watch]
            if self.called not in gc.callbacks:
                gc.callbacks.append(self.called)

    def close(self, watch: Watch) -> None:
        with self.lock:
            self.all = [other for other in self.all if other is not watch]
            if not self.all:
                self.began.clear()
                if self.called in gc.callbacks:
                    gc.callbacks.remove(self.called)

    def called(self, phase: str, info: dict[str, Any]) -> None:
        """Run by the collector, in the thread and the context whose allocation made a run due."""
        now, thread = perf_counter(), threading.get_ident()
        if phase == "start":
            self.began[thread] = now
            return
        began = self.began.pop(thread, None)
        if began is not None:
            record = current()
            for watch in self.all:
                watch.note(began, now, info, None if record is None else record.id)


WATCHES = _Watches()
