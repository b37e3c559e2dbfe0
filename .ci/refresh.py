"""Install every package again as it is now: `hatch run refresh`.

Hatch notices a new package or dependency by itself, but no changed entry point and no changed front end.
"""

from __future__ import annotations

import os
import subprocess
import sys

from workspace import packages


def main() -> int:
    """Let uv read the metadata of all packages anew; return its exit status."""
    editables = [part for package in packages() for part in ("-e", str(package.folder))]
    install = [os.environ.get("HATCH_UV", "uv"), "pip", "install", "--no-deps", "--no-build-isolation"]
    return subprocess.run([*install, *editables], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
