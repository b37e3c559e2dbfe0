"""Install again what has changed since it was installed: `hatch run refresh`, and before the tests and the demo.

Hatch notices a new package or dependency by itself, but no changed entry point, and no front end that has changed or
is not there: a new clone in the place of an old one finds the old one's environment, and has nothing built.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from workspace import Package, packages


def main() -> int:
    """Let uv install the packages that are stale; return its exit status."""
    editables = [part for package in packages() if is_stale(package) for part in ("-e", str(package.folder))]
    if not editables:
        return 0
    install = [os.environ.get("HATCH_UV", "uv"), "pip", "install", "--quiet", "--no-deps", "--reinstall"]
    return subprocess.run([*install, *editables], check=False).returncode


def is_stale(package: Package) -> bool:
    """Tell whether what is installed of a package is not what its folder says."""
    return installed(package.distribution) != declared(package) or not is_built(package.folder)


def installed(distribution: str) -> set[tuple[str, str, str]] | None:
    """Return the entry points of an installed distribution: group, name, value; None when it is not installed."""
    try:
        points = importlib.metadata.distribution(distribution).entry_points
    except importlib.metadata.PackageNotFoundError:
        return None
    return {(point.group, point.name, point.value) for point in points}


def declared(package: Package) -> set[tuple[str, str, str]]:
    """Return the entry points that a package's `pyproject.toml` has."""
    project = package.config["project"]
    groups = {**project.get("entry-points", {}), "console_scripts": project.get("scripts", {})}
    return {(group, name, value) for group, points in groups.items() for name, value in points.items()}


def is_built(folder: Path) -> bool:
    """Tell whether what a package builds is there, and of its sources as they are."""
    script = folder / "hatch_build.py"
    return not script.exists() or bool(_module(script).FrontEnd(folder).is_fresh())


def _module(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("debug_toolbar_build", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
