"""Apart: reads a large file in a process of its own, for memray's reader stops all threads of the one it is in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from debug_toolbar_memory.allocations import read
from debug_toolbar_memory.engine import Result

_SMALL = 64 * 1024
"""Bytes of a file that is read here: all threads then wait for some milliseconds."""
_LARGE = 8 * 1024 * 1024
"""Bytes of a file that is never read here."""
_MAIN = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from debug_toolbar_memory import apart; apart.main()"


def is_small(file: Path) -> bool:
    """Tell whether a file is read in this process."""
    return file.stat().st_size <= _SMALL


def result_of(file: Path, mark: str, native: bool, seconds: float) -> Result:
    """Return what a request allocated; another process has so long. Raises OSError, RuntimeError or ValueError."""
    if is_small(file):
        return read(file, mark, native)
    try:
        return Result.from_json(json.loads(_told(file, mark, native, seconds)))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        if file.stat().st_size > _LARGE or isinstance(error, subprocess.TimeoutExpired):
            raise RuntimeError(type(error).__name__) from None
        return read(file, mark, native)


def _told(file: Path, mark: str, native: bool, seconds: float) -> bytes:
    if not Path(sys.executable or "").stem.startswith(("python", "pypy")):  # uwsgi, a frozen application
        raise OSError
    command = [sys.executable, "-I", "-S", "-c", _MAIN, json.dumps(sys.path), str(file), mark, "native" * native]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=seconds,
        check=True,
    )
    return done.stdout


def main() -> None:
    """Read the file that is named on the command line, and print what it says as JSON."""
    _path, file, mark, native = sys.argv[1:]
    print(json.dumps(read(Path(file), mark, bool(native)).to_json()))
