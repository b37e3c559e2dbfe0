"""What no file of the repository may hold: a machine's paths, registry hosts, markup made from strings."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_MODULE = 300
TOP_LEVEL = {"packages", "tests-shared", "examples", "benchmarks", "docs"} | {
    "hatch.toml", "pyproject.toml", "README.md", "LICENSE"
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A pattern that may not occur in the files whose path matches `where`."""

    message: str
    pattern: re.Pattern[str]
    where: re.Pattern[str] = re.compile("")


# Each pattern is written so that it doesn't match itself.
RULES = (
    Rule("a path of one machine", re.compile(r"(^|[^A-Za-z0-9_.-])/(roo[t]|wor[k]|far[m]|hom[e])/")),
    Rule(
        "a registry's host",
        re.compile(r"registry\.npmj[s]|files\.pythonhoste[d]|pypi\.org/simpl[e]|deb\.debia[n]"),
    ),
    Rule(
        "markup made from a string",
        re.compile(r"innerHTM[L]|insertAdjacentHTM[L]|outerHTM[L]|document\.writ[e]|unsafeHTM[L]|\beva[l]\("),
        re.compile(r"^packages/.*\.(ts|js)$"),
    ),
    Rule(
        "an import of debug_toolbar, which belongs to other tools",
        re.compile(r"^\s*(from|import) debug_toolbar( |\.|$)"),
        re.compile(r"\.py$"),
    ),
)


def problems(root: Path) -> Iterator[str]:
    """Yield each offending line of a tracked (or new, not ignored) file, and each file out of place."""
    for name in files(root):
        if name.split("/")[0] not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}: not on the list of top-level entries"
        if "debug_toolbar" in name.split("/"):
            yield f"{name}: no package is called debug_toolbar, the name belongs to other tools"
        yield from text_problems(name, _text(root / name))


def text_problems(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong with the text of one file."""
    lines = text.splitlines()
    if name.endswith(".py") and "/src/" in name and len(lines) > LONGEST_MODULE:
        yield f"{name}: {len(lines)} lines, more than {LONGEST_MODULE}: more than one noun?"
    for rule in RULES:
        if rule.where.search(name):
            yield from (
                f"{name}:{number}: {rule.message}" for number, line in enumerate(lines, 1) if rule.pattern.search(line)
            )


def files(root: Path) -> list[str]:
    """Return the paths of all files that are in the repository or would be with `git add --all`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(listing.split("\0")) if name and (root / name).is_file())


def _text(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")
