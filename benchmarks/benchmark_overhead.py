"""What the toolbar costs an application, beside the bare application, a no-op middleware and a capture by hand.

.ci/hatch run bench                   the tables
.ci/hatch run bench --check           and fail where a budget of budgets.toml is broken
.ci/hatch run bench --instructions    and instructions a request (needs valgrind; minutes)
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Any

from measure import Cost, measure
from process import bodies, growth, instructions, startup
from workloads import WORKLOADS

BUDGETS = Path(__file__).with_name("budgets.toml")


class Report:
    """Prints what was measured, and collects what is over its budget."""

    def __init__(self, budgets: dict[str, Any]) -> None:
        self.budgets = budgets
        self.broken: list[str] = []

    def within(self, name: str, value: float, unit: str) -> str:
        """Return how a figure stands to its budget."""
        budget = self.budgets["most"][name]
        if value > budget:
            self.broken.append(f"{name}: {value:.2f} {unit}, at most {budget} {unit}")
        return f"{value:10.2f} {unit:<4} (at most {budget})"

    def workload(self, name: str, limit: float, costs: list[Cost]) -> None:
        """Print one workload's layers; the budget is on the ratio to a capture by hand in the same run."""
        print(f"\n{name}\n  {'':10} {'CPU µs':>9} {'quartiles':>17} {'added µs':>9} {'quartiles':>17} {'x bare':>7}")
        bare = costs[0].median
        for cost in costs:
            spread = f"{cost.low:.2f} to {cost.high:.2f}"
            added = f"{cost.added_low:.2f} to {cost.added_high:.2f}"
            times = cost.median / bare
            print(f"  {cost.layer:10} {cost.median:9.2f} {spread:>17} {cost.added:9.2f} {added:>17} {times:7.2f}")
        by_layer = {cost.layer: cost.added for cost in costs}
        ratio = by_layer["toolbar"] / max(by_layer["hand-made"], 0.01)
        print(f"  asked for: {limit} µs added; toolbar / hand-made: {self.within(name, ratio, 'x')}")
        if name == "tiny JSON request":
            off = by_layer["off"] / max(by_layer["no-op"], 0.01)
            print(f"  switched off / no-op middleware: {self.within('switched off', off, 'x')}")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 1 if a budget is to be checked and broken."""
    parser = argparse.ArgumentParser(description="What the toolbar costs an application.")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--check", action="store_true", help="fail where a budget is broken")
    parser.add_argument("--instructions", action="store_true", help="count instructions with valgrind")
    asked = parser.parse_args(arguments)
    report = Report(tomllib.loads(BUDGETS.read_text()))
    for workload in WORKLOADS:
        report.workload(workload.name, workload.limit, measure(workload, asked.rounds))
    processes(report)
    if asked.instructions:
        counts()
    for line in report.broken:
        print(f"over budget: {line}", file=sys.stderr)
    return 1 if asked.check and report.broken else 0


def processes(report: Report) -> None:
    """Print what was measured in processes of their own."""
    cpu, alone, heavy = startup(7)
    print(f"\nstart-up: {cpu:.1f} ms of CPU more than the bare application's {alone:.1f} ms; asked for: 60 ms")
    print(
        f"  start-up / bare: {report.within('start-up', cpu / alone, 'x')}, heavy imports: {', '.join(heavy) or 'none'}"
    )
    if heavy:
        report.broken.append(f"start-up imports {', '.join(heavy)}")
    print(f"50,000 requests with every panel, memory once the store is full: {report.within('memory', growth(), 'kB')}")
    for way, megabytes in bodies().items():
        print(f"100 MB body {way}, memory beyond the bare application: {report.within('body', megabytes, 'MB')}")


def counts() -> None:
    """Print the instructions of a request, which do not depend on how busy the machine is."""
    for workload in WORKLOADS[:3]:
        bare, whole = instructions(workload.name, "bare"), instructions(workload.name, "toolbar")
        if bare is None or whole is None:
            print("\ninstructions: valgrind is not on this machine (apt-get install valgrind)")
            return
        print(f"\n{workload.name}: {bare:,} instructions bare, {whole - bare:,} more with the toolbar")


if __name__ == "__main__":
    raise SystemExit(main())
