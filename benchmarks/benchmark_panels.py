"""What a panel costs the library it watches: the same calls bare and recorded, in one process, in turns.

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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from types import ModuleType

from cases.case import Call, Case
from debug_toolbar_core import Application, Config, Limits, Toolbar

HERE = Path(__file__).parent
BUDGETS = HERE / "budgets.toml"
EMPTY = 2_000
"""Records without anything in them, opened and closed in one round of the idle cost."""


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


def cases() -> Iterator[Case]:
    """Yield the cases of every module."""
    for module in modules():
        yield from module.CASES


def idlers() -> set[str]:
    """Return the panels that are only measured with nothing to record: a module lists them as `IDLE`."""
    return {panel for module in modules() for panel in getattr(module, "IDLE", ())}


def toolbar_of(panels: list[str], options: dict[str, dict[str, object]] | None = None) -> Toolbar:
    """Make a toolbar with these panels and no other."""
    limits = Limits(panel_spans=100_000, spans=100_000)
    return Toolbar(Config(panels=list(panels), panel_options=options or {}, limits=limits))


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


def figures(bare: list[float], whole: list[float]) -> Figures:
    """Return the medians of what was measured in turns."""
    added = [more - less for more, less in zip(whole, bare, strict=True)]
    low, _, high = quantiles(added, n=4)
    return Figures(median(bare), median(added), low, high)


def idle(panel: str, rounds: int) -> Figures:
    """Measure what an installed panel costs a request in which there is nothing for it to record."""
    without, having = toolbar_of([]), toolbar_of([panel])
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


def line(name: str, limit: float, found: Figures, budget: float | None) -> str:
    """Return a line of the table."""
    spread = f"{found.low:.2f} to {found.high:.2f}"
    most = "none yet" if budget is None else f"{budget:.2f}"
    return f"{name:44} {found.bare:9.2f} {found.added:8.2f} {spread:>18} {limit:6g} {found.ratio:8.2f} {most:>9}"


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
        found = asyncio.run(measure(case, asked.rounds))
        print(line(case.name, case.limit, found, budgets.get(case.name)))
        if found.ratio > budgets.get(case.name, 0):
            broken.append(f"{case.name}: {found.ratio:.2f} x bare, at most {budgets.get(case.name)}")
    only_idle = {panel for panel in idlers() if not asked.panels or panel in asked.panels}
    for panel in sorted({case.panel for case in chosen} | only_idle):
        found, name = idle(panel, asked.rounds), f"{panel}, nothing to record"
        print(line(name, 1, found, budgets["nothing to record"]))
        if found.ratio > budgets["nothing to record"]:
            broken.append(f"{name}: {found.ratio:.2f} x an empty record, at most {budgets['nothing to record']}")
    for told in broken:
        print(f"over budget: {told}", file=sys.stderr)
    return 1 if asked.check and broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
