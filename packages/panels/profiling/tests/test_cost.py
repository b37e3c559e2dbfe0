"""Cost: what a profiled request takes more than itself, and that one which is not takes nothing more."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from types import SimpleNamespace

from debug_toolbar_core import Config, Toolbar
from debug_toolbar_profiling import ProfilingPanel

ROUNDS = 5


def fib(number: int) -> int:
    """Call itself often: what other profilers slow down most."""
    return number if number < 2 else fib(number - 1) + fib(number - 2)


async def work() -> None:
    """Compute some 15 ms (on Python 3.12), and wait a little in between."""
    for _ in range(10):
        fib(22)
        await asyncio.sleep(0.001)


async def test_a_profiled_request_takes_a_tenth_more_at_most(kit: SimpleNamespace) -> None:
    """In turns with the same request bare, the median of each: at most 1.1 of itself.

    Its thread's CPU time, and the time for which the sampling thread kept it waiting: what a busy machine's scheduler
    adds to both is not ours.
    """
    profiled, bare = kit.toolbar_of(), Toolbar(Config(panels=[], strict=True))
    seconds: dict[Toolbar, list[float]] = {profiled: [], bare: []}
    for _ in range(ROUNDS):
        for toolbar, took in seconds.items():
            before = time.thread_time()
            record = await kit.serve(toolbar, work())
            spent = time.thread_time() - before
            if toolbar is profiled:
                facts = kit.taken(record).facts
                spent += facts["cost"] - facts["locating"]  # to locate its awaits took time of its own thread
            took.append(spent)
    assert median(seconds[profiled]) <= 1.1 * median(seconds[bare])


async def test_installed_and_off_it_does_nothing(kit: SimpleNamespace) -> None:
    """Until somebody asks, the panel is not among those that measure: no driver, no thread, no data."""
    toolbar = Toolbar(Config(panels=[ProfilingPanel()], strict=True))
    assert list(toolbar.demand.collecting("http")) == []
    capture = toolbar.open("http")
    assert not capture.record.drivers
    assert "profiling" not in capture.close().data
    asked = toolbar.open("http", demand=["profiling"])
    assert asked.record.drivers
    assert "profiling" in asked.close().data
