"""Build every package and look at what came out: `hatch run wheels [folder]` (a temporary one by default)."""

from __future__ import annotations

import os
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from hatchling import build as hatchling
from packaging.requirements import Requirement

from workspace import Package, packages, version


def build(package: Package, folder: Path) -> tuple[Path, Path]:
    """Build the wheel and the sdist of one package into `folder`; return their paths."""
    before = Path.cwd()
    os.chdir(package.folder)
    try:
        return folder / hatchling.build_wheel(str(folder)), folder / hatchling.build_sdist(str(folder))
    finally:
        os.chdir(before)


def problems(package: Package, wheel: Path, sdist: Path, release: str) -> Iterator[str]:
    """Yield what is wrong with the built files of one package."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        yield from metadata_problems(package, _metadata(archive), release)
        yield from content_problems(package, names)
        yield from entry_point_problems(_entry_points(archive), names)
    with tarfile.open(sdist) as source:
        inside = {name.partition("/")[2] for name in source.getnames()}
    yield from (f"sdist: {name} is missing" for name in ("PKG-INFO", "README.md", "LICENSE") if name not in inside)
    if package.has_code and f"src/{package.module}/__init__.py" not in inside:
        yield "sdist: the code is missing"


def metadata_problems(package: Package, metadata: Message, release: str) -> Iterator[str]:
    """Yield each field of a wheel's metadata that is not what the package says of itself."""
    expected = {"Name": package.distribution, "Version": release, "License-Expression": "MIT",
                "License-File": "LICENSE", "Requires-Python": ">=3.11",
                "Description-Content-Type": "text/markdown"}  # fmt: skip
    for field, value in expected.items():
        if metadata[field] != value:
            yield f"{field} is {metadata[field]!r}, not {value!r}"
    declared = {str(Requirement(line)) for line in package.dependencies}
    built = {str(Requirement(line)) for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line}
    if built != declared:
        yield f"requires {sorted(built)}, not {sorted(declared)}"


def content_problems(package: Package, names: list[str]) -> Iterator[str]:
    """Yield what a wheel lacks, and what it should not carry into site-packages."""
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    if tops != ({package.module} if package.has_code else set()):
        yield f"holds {sorted(tops)}"
    if package.has_code and f"{package.module}/py.typed" not in names:
        yield "py.typed is missing"
    if package.role == "ui":
        static = f"{package.module}/static/"
        files = {name.removeprefix(static) for name in names if name.startswith(static)}
        yield from _static_problems(files)


def entry_point_problems(entry_points: ConfigParser, names: list[str]) -> Iterator[str]:
    """Yield each entry point whose module is not in the wheel."""
    for group in entry_points.sections():
        for name, value in entry_points[group].items():
            path = value.partition(":")[0].replace(".", "/")
            if not {f"{path}.py", f"{path}/__init__.py"} & set(names):
                yield f"entry point {group} {name} = {value}: no such module in the wheel"


def _static_problems(files: set[str]) -> Iterator[str]:
    if "manifest.json" not in files:
        yield "static/manifest.json is missing"
    for start in ("bar-", "dock-", "dashboard-"):
        if not any(name.startswith(start) and name.endswith(".js") for name in files):
            yield f"static/{start}….js is missing"
    yield from (f"static/{name} is not for users" for name in files if name.endswith((".ts", ".map")))


def _metadata(archive: zipfile.ZipFile) -> Message:
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    return HeaderParser().parsestr(archive.read(name).decode())


def _entry_points(archive: zipfile.ZipFile) -> ConfigParser:
    parser = ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # the documented way to keep case
    for name in archive.namelist():
        if name.endswith(".dist-info/entry_points.txt"):
            parser.read_string(archive.read(name).decode())
    return parser


def main(folder: Path) -> int:
    """Build all packages into `folder` and print what is wrong; return the exit status."""
    found = 0
    published = [package for package in packages() if package.name != "tests-shared"]
    for package in published:
        for problem in problems(package, *build(package, folder), version()):
            print(f"{package.distribution}: {problem}")
            found += 1
    print(f"{len(published)} wheels and sdists built, {found} problems.")
    return bool(found)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]).resolve()))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(Path(temporary)))
