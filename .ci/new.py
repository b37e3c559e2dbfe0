"""Make a new panel with a green test: `hatch run new panel <name> [--community [folder]] [--shows TEXT]`."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from string import Template

import check
import template
from workspace import ROOT, Package, version

TEMPLATES = Path(__file__).resolve().parent / "templates"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def new_panel(folder: Path, name: str, shows: str, *, community: bool) -> list[Path]:
    """Write the files of a panel into `folder`, which must not exist yet; return their paths."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a panel: small letters and digits, joined by hyphens.")
    if folder.exists():
        raise FileExistsError(f"{folder} is there already.")
    package = Package(ROOT / "packages" / "panels" / name)
    written = []
    for path, source in _files(package, community=community).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source).substitute(_words(package, shows)))
        written.append(target)
    return written


def _files(package: Package, *, community: bool) -> dict[str, str]:
    kind = "community" if community else "ours"
    source = f"src/{package.module}"
    parts = {
        "pyproject.toml": f"{kind}/pyproject.toml",
        "README.md": "panel/README.md",
        f"{source}/__init__.py": "panel/__init__.py",
        f"{source}/panel.py": "panel/panel.py",
        "tests/test_panel.py": "panel/test_panel.py",
    }
    return {path: (TEMPLATES / part).read_text() for path, part in parts.items()} | {f"{source}/py.typed": ""}


def _words(package: Package, shows: str) -> dict[str, str]:
    words = package.name.split("-")
    class_name = "".join(word.capitalize() for word in words)
    imports = [
        f"from {package.module} import {class_name}Panel",
        "from debug_toolbar_core.blocks import Badge",
        "from debug_toolbar_testing import Clock, PanelConformance, capture",
    ]
    return {
        "name": package.name,
        "distribution": package.distribution,
        "module": package.module,
        "class_name": class_name,
        "test_imports": "\n".join(["import pytest\n", *sorted(imports)]),
        "title": " ".join(words).capitalize(),
        "description": shows.removesuffix("."),
        "range": template.sibling_range(version()),
    }


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hatch run new", description="Make a new panel with a green test.")
    parser.add_argument("kind", choices=["panel"])
    parser.add_argument("name", help="its folder, entry point and key in the configuration: http-client")
    parser.add_argument("--shows", default="what happened", help="what it shows, to go after 'panel:'")
    outside = "a package of its own, outside of the workspace"
    parser.add_argument("--community", nargs="?", const="", metavar="FOLDER", help=outside)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Make what was asked for and say what to do next; return the exit status."""
    asked = _arguments(arguments)
    outside = asked.community is not None
    folder = Path(asked.community or ROOT.parent / f"debug-toolbar-{asked.name}").resolve()
    if not outside:
        folder = ROOT / "packages" / "panels" / asked.name
    try:
        new_panel(folder, asked.name, asked.shows, community=outside)
    except (ValueError, FileExistsError) as error:
        print(error)
        return 1
    if not outside:
        list(check.fix(ROOT))
    inside = f"hatch run test packages/panels/{asked.name}"
    print(f"{folder}: a panel. Next: {'pip install -e . --group test && pytest' if outside else inside}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
