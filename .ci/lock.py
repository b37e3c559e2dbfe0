"""Write .ci/constraints.txt: the versions that are installed here and were tested together: `hatch run lock`.

Versions only, without the address of a registry: a machine takes them from wherever it takes packages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workspace import ROOT

CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
HATCH = ROOT / ".hatch-bin" / "bin" / "python"
SEEDS = {"pip", "setuptools"}  # what a new environment happens to have, which builds must not be held to
HEADER = "# What CI installs; `hatch run lock` writes it after `hatch env prune` and a new environment.\n"


def frozen(uv: str, python: Path) -> dict[str, str]:
    """Return the line of each distribution that this interpreter sees, by its name."""
    command = [uv, "pip", "freeze", "--exclude-editable", "--python", str(python)]
    return pinned(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def pinned(text: str) -> dict[str, str]:
    """Return the lines that pin a version, by the distribution's name."""
    lines = [line for line in text.splitlines() if "==" in line]
    return {line.partition("==")[0].lower(): line for line in lines}


def main() -> int:
    """Write the file: what this environment has, then what Hatch has, then what stood there (node, for one)."""
    uv = os.environ.get("HATCH_UV", "uv")
    pins = pinned(CONSTRAINTS.read_text())
    if HATCH.exists():
        pins |= {name: line for name, line in frozen(uv, HATCH).items() if name not in SEEDS}
    pins |= frozen(uv, Path(sys.executable))
    CONSTRAINTS.write_text(HEADER + "".join(f"{pins[name]}\n" for name in sorted(pins)))
    print(f"{CONSTRAINTS.relative_to(ROOT)}: {len(pins)} versions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
