"""What every package's `pyproject.toml` has alike: compare it with the template, or write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tomlkit
from packaging.requirements import Requirement
from packaging.version import Version
from tomlkit import TOMLDocument
from tomlkit.items import Array

from workspace import Package

PROJECT: dict[str, Any] = {
    "readme": "README.md",
    "requires-python": ">=3.11",
    "license": "MIT",
    "license-files": ["LICENSE"],
    "authors": [{"name": "Debug Toolbar for ASGI contributors"}],
}
CLASSIFIERS = [
    "Intended Audience :: Developers",
    "Programming Language :: Python :: 3",
    "Programming Language :: Python :: 3.11",
    "Programming Language :: Python :: 3.12",
    "Programming Language :: Python :: 3.13",
    "Topic :: Software Development :: Debuggers",
    "Typing :: Typed",
]
BUILD = {"requires": ["hatchling>=1.27"], "build-backend": "hatchling.build"}
ENTRY_GROUPS = ("adapters", "panels", "stores", "exporters", "tools")


def compare(package: Package, version: str, everything: list[Package]) -> Iterator[str]:
    """Yield each shared line that differs from the template."""
    document = tomlkit.parse(package.pyproject.read_text())
    for keys, value in shared(package, version, everything).items():
        if _get(document, keys) != value:
            yield f"{'.'.join(keys)} is {_get(document, keys)!r}, the template says {value!r}"
    yield from _own_lines(package, document)


def fix(package: Package, version: str, everything: list[Package]) -> bool:
    """Rewrite the shared lines, leave the package's own as they are; tell whether anything changed."""
    before = package.pyproject.read_text()
    document = tomlkit.parse(before)
    for keys, value in shared(package, version, everything).items():
        if _get(document, keys) != value:
            _set(document, keys, value)
    after = tomlkit.dumps(document)
    if after != before:
        package.pyproject.write_text(after)
        package.__dict__.pop("config", None)
    return after != before


def shared(package: Package, version: str, everything: list[Package]) -> dict[tuple[str, ...], Any]:
    """Return the template's lines for this package; of its dependencies, only siblings' ranges are shared."""
    values: dict[tuple[str, ...], Any] = {("project", key): value for key, value in PROJECT.items()}
    values |= {("build-system", key): value for key, value in BUILD.items()}
    values["project", "name"] = package.distribution
    values["project", "version"] = version
    values["project", "classifiers"] = [_first_classifier(package), *CLASSIFIERS]
    values["project", "dependencies"] = _dependencies(package, version, everything)
    if package.has_code:
        values["tool", "hatch", "build", "targets", "wheel", "packages"] = [f"src/{package.module}"]
    else:
        values["tool", "hatch", "build", "targets", "wheel", "bypass-selection"] = True
    return values


def sibling_range(version: str) -> str:
    """Return the range in which first-party packages fit together: `>=0.1,<0.2`."""
    major, minor = Version(version).release[:2]
    return f">={major}.{minor},<{major}.{minor + 1}"


def _dependencies(package: Package, version: str, everything: list[Package]) -> list[str]:
    if package.role == "standard":
        return [other.distribution + sibling_range(version) for other in everything if other.standard]
    siblings = {other.distribution for other in everything}
    return [_in_lock_step(line, version, siblings) for line in package.dependencies]


def _in_lock_step(line: str, version: str, siblings: set[str]) -> str:
    name = Requirement(line).name
    return name + sibling_range(version) if name in siblings else line


def _first_classifier(package: Package) -> str:
    return "Private :: Do Not Upload" if package.name == "tests-shared" else "Development Status :: 4 - Beta"


def _own_lines(package: Package, document: TOMLDocument) -> Iterator[str]:
    if not _get(document, ("project", "description")):
        yield "project.description is missing: one sentence that says what it is for"
    if package.role in ENTRY_GROUPS:
        group = f"debug_toolbar.{package.role}"
        points = _get(document, ("project", "entry-points", group)) or {}
        # A store may have more schemes that are the same object: redis, rediss.
        same = package.role == "stores" and len({*points.values()}) == 1
        names = list(points)[:1] if same else list(points)
        if names != [package.name]:
            yield f"entry points {group} has {names!r}, where the folder says {[package.name]!r}"


def _get(document: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if key not in document:
            return None
        document = document[key]
    return document.unwrap() if hasattr(document, "unwrap") else document


def _set(document: Any, keys: tuple[str, ...], value: Any) -> None:
    *path, last = keys
    for key in path:
        document = document.setdefault(key, tomlkit.table())
    document[last] = _array(value) if isinstance(value, list) else value


def _array(values: list[Any]) -> Array:
    """Return one line for one value, else a line for each; tables stay within their line."""
    array = tomlkit.array()
    for value in values:
        item = tomlkit.inline_table() | value if isinstance(value, dict) else value
        array.append(item) if len(values) == 1 else array.add_line(item, indent="  ")
    if len(values) > 1:
        array.add_line(indent="")
    return array
