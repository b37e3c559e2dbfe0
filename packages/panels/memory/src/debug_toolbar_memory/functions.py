"""Functions: the name of the function around a line, for stacks that have only files and lines."""

from __future__ import annotations

import functools
import os
import re
import tokenize
from bisect import bisect_right
from pathlib import Path

_DEFINITION = re.compile(r"^([ \t]*)(?:async[ \t]+def|def|class)[ \t]+(\w+)")
_LONGEST = 2_000_000
_FILES = 256


class Outline:
    """The definitions of a source file by line; looked up without parsing it."""

    def __init__(self, lines: list[str]) -> None:
        self.indents = bytes(min(len(line) - len(line.lstrip()), 255) for line in lines)
        found = ((number, _DEFINITION.match(line)) for number, line in enumerate(lines, 1))
        self.definitions = [(number, len(match[1]), match[2]) for number, match in found if match]
        self.numbers = [number for number, _, _ in self.definitions]

    def name(self, line: int) -> str:
        """Return the qualified name around a line: `Cart.total`, or `<module>`."""
        if not 0 < line <= len(self.indents):
            return ""
        indent, names = self.indents[line - 1], list[str]()
        for index in range(bisect_right(self.numbers, line) - 1, -1, -1):
            _, depth, name = self.definitions[index]
            if depth < indent:
                names.append(name)
                indent = depth
            if indent == 0:
                break
        return ".".join(reversed(names)) or "<module>"


def function_at(file: str, line: int) -> str:
    """Return the name of the function at a line of a source file, empty where the file cannot be read."""
    try:
        changed = os.stat(file).st_mtime_ns
    except (OSError, ValueError):  # `<frozen importlib._bootstrap>`, a zip file, a name with a null byte
        return ""
    return _outline(file, changed).name(line)


@functools.lru_cache(maxsize=_FILES)
def _outline(file: str, changed: int) -> Outline:
    try:
        if Path(file).stat().st_size > _LONGEST:
            return Outline([])
        with tokenize.open(file) as source:
            return Outline(source.read().split("\n"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return Outline([])
