"""The packages of this repository: where each one stands, and the names that follow from its folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GROUPS = ("adapters", "panels", "stores", "exporters", "tools")


@dataclass(frozen=True)
class Package:
    """One distribution of the workspace; everything but its contents follows from its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, which is also the name of the entry point: `http-client`."""
        return self.folder.name

    @property
    def role(self) -> str:
        """What its place says: `panels`, `stores`… for a package in a group, else its own name: `core`."""
        group = self.folder.parent.name
        return group if group in GROUPS else self.name

    @property
    def distribution(self) -> str:
        """The name it is installed by: `debug-toolbar-http-client`."""
        return f"debug-toolbar-{self.name}"

    @property
    def module(self) -> str:
        """The name it is imported by: `debug_toolbar_http_client`."""
        name = "tests" if self.name == "tests-shared" else self.name
        return f"debug_toolbar_{name.replace('-', '_')}"

    @property
    def source(self) -> Path:
        """The folder of its import package."""
        return self.folder / "src" / self.module

    @property
    def pyproject(self) -> Path:
        """Its `pyproject.toml`."""
        return self.folder / "pyproject.toml"

    @property
    def has_code(self) -> bool:
        """Whether it has anything to import: `standard` is dependencies only."""
        return self.role != "standard"

    @cached_property
    def config(self) -> dict[str, Any]:
        """What its `pyproject.toml` says."""
        return tomllib.loads(self.pyproject.read_text())

    @property
    def dependencies(self) -> list[str]:
        """The requirements it declares."""
        return list(self.config["project"].get("dependencies", []))

    @property
    def standard(self) -> bool:
        """Whether the panel says that it suits everybody: `[tool.debug-toolbar] standard = true`."""
        return bool(self.config.get("tool", {}).get("debug-toolbar", {}).get("standard"))


def packages(root: Path = ROOT) -> list[Package]:
    """Return every package of the workspace under `root`, sorted by folder."""
    return [Package(folder) for folder in sorted(_folders(root))]


def version(root: Path = ROOT) -> str:
    """Return the one version of all first-party packages, kept in the root `pyproject.toml`."""
    config = tomllib.loads((root / "pyproject.toml").read_text())
    return str(config["tool"]["debug-toolbar"]["version"])


def _folders(root: Path) -> Iterator[Path]:
    places = ["packages/*", *(f"packages/{group}/*" for group in GROUPS), "tests-shared"]
    for place in places:
        yield from (path.parent for path in root.glob(f"{place}/pyproject.toml"))
