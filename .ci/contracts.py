"""Hold the import graph against the table of layers, by import-linter: `hatch run imports`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from layers import FRAMEWORKS, NO_LIBRARIES, TABLE, allowed
from workspace import Package, packages


def configuration(everything: list[Package]) -> str:
    """Return import-linter's configuration: for each package, what it may never import."""
    code = [package for package in everything if package.has_code and package.role in TABLE]
    lines = ["[importlinter]", "include_external_packages = True", "root_packages ="]
    lines += [f"    {package.module}" for package in code]
    for package in code:
        if forbidden := sorted(never(package, code)):
            lines += _contract(package, forbidden)
    return "\n".join(lines) + "\n"


def never(package: Package, everything: list[Package]) -> Iterator[str]:
    """Yield the modules that a package may not import: siblings that the table leaves out, and frameworks."""
    yield from (other.module for other in everything if not allowed(package, other))
    if package.role in NO_LIBRARIES | {"panels", "stores", "exporters"}:
        yield from FRAMEWORKS


def _contract(package: Package, forbidden: list[str]) -> list[str]:
    return [
        f"[importlinter:contract:{package.module}]",
        f"name = {package.module} keeps to its layer",
        "type = forbidden",
        "allow_indirect_imports = True",
        f"source_modules = {package.module}",
        "forbidden_modules =",
        *(f"    {module}" for module in forbidden),
    ]


def main() -> int:
    """Run import-linter on all packages; return its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "importlinter.ini"
        path.write_text(configuration(packages()))
        return subprocess.run(["lint-imports", "--no-cache", "--config", str(path)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
