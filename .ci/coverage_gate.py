"""Hold each package's branch coverage against the gate, from coverage.json: `hatch run cover`."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workspace import ROOT, Package, packages

GATE = 90.0


def by_package(files: Mapping[str, Any], everything: list[Package], root: Path = ROOT) -> dict[str, float]:
    """Return the percentage of lines and branches covered, by the distribution of the package."""
    seen: dict[str, int] = defaultdict(int)
    covered: dict[str, int] = defaultdict(int)
    places = {f"{package.source.relative_to(root)}/": package.distribution for package in everything}
    for name, file in files.items():
        for place, distribution in places.items():
            if name.startswith(place):
                summary = file["summary"]
                seen[distribution] += summary["num_statements"] + summary["num_branches"]
                covered[distribution] += summary["covered_lines"] + summary["covered_branches"]
    return {name: 100 * covered[name] / total if total else 100.0 for name, total in seen.items()}


def main(arguments: list[str]) -> int:
    """Print each package's coverage; return 1 if one is under the gate or was not measured at all."""
    report = json.loads((ROOT / "coverage.json").read_text())
    everything = [package for package in packages() if package.has_code and package.name != "tests-shared"]
    percentages = by_package(report["files"], everything)
    low = [name for package in everything if percentages.get(name := package.distribution, 0.0) < GATE]
    for name, percentage in sorted(percentages.items()):
        print(f"{percentage:6.1f} %  {name}{'  UNDER THE GATE' if name in low else ''}")
    print(f"The gate is {GATE:.0f} % of lines and branches in each package; {len(low)} are under it.")
    return bool(low)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
