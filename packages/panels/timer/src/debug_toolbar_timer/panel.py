"""The timer panel: a request's time, split into running, waiting and sending."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Notice, Row, Table
from debug_toolbar_core.units import seconds
from debug_toolbar_timer.clock import tells_system, timed
from debug_toolbar_timer.timing import Timing

_SYSTEM = tells_system()


@dataclass
class TimerPanel(Panel):
    """Shows where the time of a request went: running on the event loop, waiting, sending, afterwards.

    Example: `TimerPanel(slow_cpu=0.05)`.
    """

    name: ClassVar[str] = "timer"
    title: ClassVar[str] = "Timer"
    group: ClassVar[str] = "request"
    order: ClassVar[int] = 10

    slow_cpu: float = 0.1
    """Seconds of CPU on the event loop from which on the panel warns."""

    def collect(self, record: Record) -> None:
        record.drive(partial(timed, record.data, _SYSTEM))

    def view(self, record: Record) -> Iterable[Block]:
        timing = Timing.of(record)
        if timing.total is not None:
            yield Badge(seconds(timing.total))
        yield from _facts(_headline(timing), headline=True)
        yield from self.notices(timing)
        rows = [Row(phase) for phase in timing.phases()]
        if rows:
            yield Table([Column("Phase"), Column("From", "s"), Column("Time", "s"), Column("Share", "percent")], rows)
        yield from _facts(_loop(timing))

    def notices(self, timing: Timing) -> Iterator[Notice]:
        """Warn of a request that kept the others waiting."""
        cpu, longest = timing.cpu, timing.longest
        if cpu is None or cpu <= self.slow_cpu:
            return
        stretch = "" if longest is None else f", up to {seconds(longest)} at a stretch"
        yield Notice(
            "warning",
            f"The event loop was busy for {seconds(cpu)} with this request{stretch}: other requests waited",
            "Move the computing off the loop: `await asyncio.to_thread(…)`, a process pool, or a background job.",
            label="busy loop",
        )


def _facts(items: list[Fact], headline: bool = False) -> Iterator[Block]:
    known = [item for item in items if item.value is not None]
    if known:
        yield Facts(known, headline)


def _headline(timing: Timing) -> list[Fact]:
    return [
        Fact("total", timing.total, "s"),
        Fact("CPU on the loop", timing.cpu, "s"),
        Fact("waiting", timing.waiting, "s", "Awaiting something, or its turn; threads and tasks it started run then."),
        Fact("to the first byte", timing.first_byte, "s"),
        Fact("suspensions", timing.suspensions, "count"),
    ]


def _loop(timing: Timing) -> list[Fact]:
    return [
        Fact("Running on the loop", timing.running, "s", "While it ran, no other request of this process did."),
        Fact(
            "CPU, in Python and libraries", timing.user, "s", "User time of the event loop's thread, for this request."
        ),
        Fact(
            "CPU, in the kernel",
            timing.system,
            "s",
            "System time, as far as the kernel tells: in slices of 1 ms and more.",
        ),
        Fact(
            "Running without CPU", timing.blocked, "s", "Blocking calls on the loop, or waiting for the GIL or a core."
        ),
        Fact("Longest stretch", timing.longest, "s", "The longest the loop was held without giving way."),
        Fact("Slices", timing.slices, "count", "How often it was given the loop; between two it was suspended."),
    ]
