"""Garbage: runs of the cyclic garbage collector with their pauses, and on whose account they were."""

from __future__ import annotations

import gc
import threading
from contextlib import suppress
from operator import attrgetter
from time import perf_counter
from typing import Any, NamedTuple

from debug_toolbar_core import current
from debug_toolbar_core.users import Users

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


_SECONDS = attrgetter("seconds")


class Watch:
    """The runs while one request is measured: a run stops every thread, so all who are open suffer it."""

    def __init__(self, id: str, started: float) -> None:
        self.id, self.started = id, started
        self.runs: list[Run] = []
        self.more = 0
        self.paused = 0.0

    def note(self, began: float, ended: float, info: dict[str, Any], record: str | None) -> None:
        """Note a run; of too many the longest are kept."""
        self.paused += ended - began
        counts = (info.get("generation", 0), info.get("collected", 0), info.get("uncollectable", 0))
        run = Run(began - self.started, ended - began, *counts, record == self.id, record)
        if len(self.runs) < _RUNS_MOST:
            self.runs.append(run)
            return
        self.more += 1
        shortest = min(self.runs, key=_SECONDS)
        if shortest.seconds < run.seconds:
            self.runs.remove(shortest)
            self.runs.append(run)


class _Watches:
    """The one callback of the collector, there while at least one request is measured.

    Whatever is in here may be interrupted by a collection that ends another measured request in the same thread, so
    nothing waits: changes are single steps of a list.
    """

    def __init__(self) -> None:
        self.all: list[Watch] = []
        self.began: dict[int, float] = {}
        self.users = Users(self._first, self._last)

    def open(self, watch: Watch) -> None:
        """Tell a watch of the runs from here on."""
        self.all.append(watch)
        self.users.enter()

    def close(self, watch: Watch) -> None:
        """Tell it no more; a second time does nothing."""
        try:
            self.all.remove(watch)
        except ValueError:
            return
        self.users.leave()

    def _first(self) -> None:
        gc.callbacks.append(self.called)

    def _last(self) -> None:
        self.began.clear()
        with suppress(ValueError):  # the application cleared them
            gc.callbacks.remove(self.called)

    def called(self, phase: str, info: dict[str, Any]) -> None:
        """Run by the collector, in the thread and the context whose allocation made a run due."""
        try:
            self._called(phase, info)
        except RecursionError:  # the application is at the end of its stack: Python would say so on stderr
            self.began.pop(threading.get_ident(), None)

    def _called(self, phase: str, info: dict[str, Any]) -> None:
        now, thread = perf_counter(), threading.get_ident()
        if phase == "start":
            self.began[thread] = now
            return
        began = self.began.pop(thread, None)
        if began is not None:
            record = current()
            for watch in tuple(self.all):
                watch.note(began, now, info, None if record is None else record.id)


WATCHES = _Watches()
