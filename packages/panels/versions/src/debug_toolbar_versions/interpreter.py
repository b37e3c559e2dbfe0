"""The interpreter: Python, the machine, and the process that runs the application."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from typing import Any

_FLAGS = (
    "debug", "inspect", "interactive", "optimize", "dont_write_bytecode", "no_user_site", "no_site",
    "ignore_environment", "verbose", "bytes_warning", "isolated", "dev_mode", "utf8_mode", "safe_path",
)  # fmt: skip
_ARGUMENTS = 50


def python() -> dict[str, Any]:
    """Return facts of the interpreter, with those of its flags that are set."""
    is_gil_enabled = getattr(sys, "_is_gil_enabled", None)
    return {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "executable": sys.executable,
        "gil": True if is_gil_enabled is None else bool(is_gil_enabled()),
        "flags": [name for name in _FLAGS if getattr(sys.flags, name, 0)],
    }


def machine() -> dict[str, Any]:
    """Return facts of the machine."""
    return {"system": platform.platform(), "machine": platform.machine(), "processors": os.cpu_count()}


def process() -> dict[str, Any]:
    """Return facts of this process."""
    return {"pid": os.getpid(), "folder": os.getcwd(), "arguments": pairs(sys.argv)}


def pairs(arguments: Sequence[str]) -> list[list[str]]:
    """Return a command line as options with their values, so that redaction reads the value by its name.

    Example: `pairs(["run.py", "--token", "8f3a"])` is `[["run.py", ""], ["--token", "8f3a"]]`.
    """
    found: list[list[str]] = []
    for argument in arguments[:_ARGUMENTS]:
        if found and found[-1][0].startswith("-") and not found[-1][1] and not argument.startswith("-"):
            found[-1][1] = argument
        else:
            found.append([argument, ""])
    return found
