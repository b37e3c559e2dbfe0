"""Check that the packages are alike and their derived files up to date: `hatch run check [--fix]`."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import derived
import layers
import template
import tracked
from workspace import ROOT, Package, packages, version


def problems(root: Path) -> Iterator[str]:
    """Yield everything that is not as it should be, each with the file it is in."""
    everything = packages(root)
    for package in everything:
        place = package.folder.relative_to(root)
        yield from (f"{place}: {problem}" for problem in package_problems(package, everything, version(root)))
    for path, text in derived.texts(root, everything).items():
        if not path.exists() or path.read_text() != text:
            yield f"{path.relative_to(root)}: is not what the packages say"
    yield from workspace_problems(root, everything)
    yield from tracked.problems(root)


def package_problems(package: Package, everything: list[Package], release: str) -> Iterator[str]:
    """Yield what is wrong with one package."""
    missing = [name for name in _needed(package) if not (package.folder / name).exists()]
    yield from (f"{name} is missing" for name in missing)
    yield from template.compare(package, release, everything)
    yield from layers.problems(package, everything)


def workspace_problems(root: Path, everything: list[Package]) -> Iterator[str]:
    """Yield each package that Hatch's environments or mypy would not see."""
    hatch = tomllib.loads((root / "hatch.toml").read_text())
    tools = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    members = hatch["envs"]["default"]["workspace"]["members"]
    for package in everything:
        place = package.folder.relative_to(root)
        if not any(place.match(pattern) for pattern in members):
            yield f"hatch.toml: no pattern of workspace.members matches {place}"
        if package.has_code and not any((place / "src").match(pattern) for pattern in tools["mypy"]["files"]):
            yield f"pyproject.toml: no pattern of tool.mypy.files matches {place / 'src'}"


def fix(root: Path) -> Iterator[Path]:
    """Rewrite the shared lines and the derived files; yield the path of each file that changed."""
    everything = packages(root)
    for package in everything:
        if template.fix(package, version(root), everything):
            yield package.pyproject
    for path, text in derived.texts(root, everything).items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            yield path


def _needed(package: Package) -> list[str]:
    code = [f"src/{package.module}/__init__.py", f"src/{package.module}/py.typed"] if package.has_code else []
    return ["README.md", "tests", *code]


def main(arguments: list[str]) -> int:
    """Run the check, after the fixes if asked; return the exit status."""
    if "--fix" in arguments:
        for path in fix(ROOT):
            print(f"{path.relative_to(ROOT)}: rewritten")
    found = list(problems(ROOT))
    for problem in found:
        print(problem)
    print(f"{len(packages())} packages checked, {len(found)} problems.")
    if found and "--fix" not in arguments:
        print("`hatch run check --fix` rewrites shared lines and derived files.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
