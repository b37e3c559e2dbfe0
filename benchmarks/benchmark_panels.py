"""What a panel costs what it watches: the same calls and requests bare and recorded, in one process, in turns.

.ci/hatch run bench-panels              the table
.ci/hatch run bench-panels sqlalchemy   the cases of one panel
.ci/hatch run bench-panels --check      and fail where a budget of budgets.toml is broken
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import logging
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from types import ModuleType

from cases.case import Asked, Call, Case
from debug_toolbar_core import Application, Config, Limits, Toolbar

HERE = Path(__file__).parent
BUDGETS = HERE / "budgets.toml"
EMPTY = 2_000
"""Records without anything in them, opened and closed in one round of the idle cost."""
AFTER = 0.006
"""Seconds after a request in which threads that measured it come to rest: what that takes counts, too."""
ON_DEMAND = ("async", "memory", "profiling")
"""Panels that cost most when they measure and nothing when they do not."""


@dataclass(frozen=True)
class Figures:
    """Microseconds of CPU one call takes bare, and how many more when it is recorded, with quartiles."""

    bare: float
    added: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        """The recorded call as a multiple of the bare one."""
        return 1 + self.added / self.bare


def modules() -> Iterator[ModuleType]:
    """Yield the modules with cases."""
    for path in sorted((HERE / "cases").glob("*.py")):
        if path.stem not in ("__init__", "case"):
            yield importlib.import_module(f"cases.{path.stem}")


def cases() -> Iterator[Case | Asked]:
    """Yield the cases of every module."""
    for module in modules():
        yield from module.CASES


def idlers() -> set[str]:
    """Return the panels that are only measured with nothing to record: a module lists them as `IDLE`."""
    return {panel for module in modules() for panel in getattr(module, "IDLE", ())}


def toolbar_of(
    panels: Sequence[str], options: dict[str, dict[str, object]] | None = None, always: Sequence[str] = ()
) -> Toolbar:
    """Make a toolbar with these panels and no other; those that run only when asked for do so `always`."""
    limits = Limits(panel_spans=100_000, spans=100_000)
    return Toolbar(Config(panels=list(panels), panel_options=options or {}, limits=limits, always=always, budget=60.0))


@contextmanager
def running(toolbar: Toolbar) -> Iterator[None]:
    """Have the panels' hooks in place: only now, for outside of it the calls are to be bare."""
    toolbar.start(Application())
    try:
        yield
    finally:
        toolbar.stop()


async def timed(call: Call, count: int) -> float:
    """Return the microseconds of CPU of one call."""
    before = process_time()
    for _ in range(count):
        await call()
    return (process_time() - before) / count * 1e6


async def measure(case: Case, rounds: int) -> Figures:
    """Measure a case's call bare and recorded, in turns."""
    toolbar = toolbar_of([case.panel], {case.panel: case.options})
    bare, whole = [], []
    logging.getLogger().setLevel(logging.WARNING)  # an application of the case before may have set logging up
    async with case.open() as call:
        for turn in range(rounds + 1):
            alone = await timed(call, case.count)
            with running(toolbar), toolbar.capture("http") as record:
                together = await timed(call, case.count)
            if record.failures:
                raise RuntimeError(f"{case.name}: the panel failed: {record.failures}")
            if len(record.spans) < case.count:
                raise RuntimeError(f"{case.name}: {case.count} calls made {len(record.spans)} spans")
            if turn:  # the first one fills caches
                bare.append(alone)
                whole.append(together)
            gc.collect()
    return figures(bare, whole)


async def served(toolbar: Toolbar, call: Call, count: int, panel: str = "") -> float:
    """Return the microseconds of CPU of one request, served as an adapter does, with a panel that is to measure it."""
    before = process_time()
    for _ in range(count):
        capture, work = toolbar.open("http"), call()
        for driver in capture.record.drivers:
            work = driver(work)
        await work
        record = capture.close()
        if panel and (record.failures or panel not in record.data):
            raise RuntimeError(f"{panel} measured nothing: {record.failures}")
    await asyncio.sleep(AFTER)
    return (process_time() - before) / count * 1e6


async def ask(case: Asked, rounds: int) -> Figures:
    """Measure a request bare and with the panel that is asked to measure it, in turns: one part of it."""
    without, having = toolbar_of([]), toolbar_of([case.panel], {case.panel: case.options}, [case.panel])
    bare, whole = [], []
    async with case.open() as call:
        for turn in range(rounds + 1):
            alone = await served(without, call, case.count)
            with running(having):
                together = await served(having, call, case.count, case.panel)
            if turn:
                bare.append(alone / case.parts)
                whole.append(together / case.parts)
            gc.collect()
    return figures(bare, whole)


def figures(bare: list[float], whole: list[float]) -> Figures:
    """Return the medians of what was measured in turns."""
    added = [more - less for more, less in zip(whole, bare, strict=True)]
    low, _, high = quantiles(added, n=4)
    return Figures(median(bare), median(added), low, high)


def idle(panels: Sequence[str], rounds: int) -> Figures:
    """Measure what installed panels cost a request in which there is nothing for them to record."""
    without, having = toolbar_of([]), toolbar_of(panels)
    bare, whole = [], []
    with running(having):
        for turn in range(rounds + 1):
            alone, together = empty(without), empty(having)
            if turn:
                bare.append(alone)
                whole.append(together)
    return figures(bare, whole)


def empty(toolbar: Toolbar) -> float:
    """Return the microseconds of CPU of a record that opens and closes."""
    before = process_time()
    for _ in range(EMPTY):
        capture = toolbar.open("http")
        capture.close()
    return (process_time() - before) / EMPTY * 1e6


def line(name: str, asked: str, found: Figures, budget: float | None) -> str:
    """Return a line of the table."""
    spread = f"{found.low:.2f} to {found.high:.2f}"
    most = "none yet" if budget is None else f"{budget:.2f}"
    return f"{name:44} {found.bare:9.2f} {found.added:8.2f} {spread:>18} {asked:>6} {found.ratio:8.2f} {most:>9}"


def limit_of(case: Case | Asked) -> str:
    """Return what a case may cost, as the table has it: microseconds, or a multiple."""
    if isinstance(case, Asked) and not case.limit:
        return f"{case.most:g} x" if case.most else "-"
    return f"{case.limit:g}"


def empties(chosen: Sequence[Case | Asked], panels: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what is measured with nothing to record, by name: each panel, and those on demand together."""
    for panel in sorted({case.panel for case in chosen} | {one for one in idlers() if not panels or one in panels}):
        yield panel, [panel]
    if not panels or set(ON_DEMAND) <= set(panels):
        yield "all on demand", ON_DEMAND


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 1 if a budget is to be checked and broken."""
    parser = argparse.ArgumentParser(description="What each panel costs the library it watches.")
    parser.add_argument("panels", nargs="*", help="only the cases of these panels")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--check", action="store_true", help="fail where a budget is broken")
    asked = parser.parse_args(arguments)
    logging.getLogger("debug_toolbar").setLevel(logging.ERROR)
    budgets = tomllib.loads(BUDGETS.read_text())["panels"]
    chosen = [case for case in cases() if not asked.panels or case.panel in asked.panels]
    print(f"{'CPU µs a call':44} {'bare':>9} {'added':>8} {'quartiles':>18} {'asked':>6} {'x bare':>8} {'at most':>9}")
    broken = []
    for case in chosen:
        measuring = ask(case, asked.rounds) if isinstance(case, Asked) else measure(case, asked.rounds)
        found = asyncio.run(measuring)
        print(line(case.name, limit_of(case), found, budgets.get(case.name)), flush=True)
        if found.ratio > budgets.get(case.name, 0):
            broken.append(f"{case.name}: {found.ratio:.2f} x bare, at most {budgets.get(case.name)}")
    for title, panels in empties(chosen, asked.panels):
        found, name = idle(panels, asked.rounds), f"{title}, nothing to record"
        print(line(name, "1", found, budgets["nothing to record"]), flush=True)
        if found.ratio > budgets["nothing to record"]:
            broken.append(f"{name}: {found.ratio:.2f} x an empty record, at most {budgets['nothing to record']}")
    for told in broken:
        print(f"over budget: {told}", file=sys.stderr)
    return 1 if asked.check and broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
