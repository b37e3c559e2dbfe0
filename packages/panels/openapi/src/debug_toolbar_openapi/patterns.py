"""Patterns: whether a text matches, told only where it takes a time that no text can stretch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

STEPS = 5_000_000
"""Steps that a pattern may take on a text at worst: Python cannot interrupt it, and nothing else runs meanwhile."""
_LOOPS = re.compile(r"[*+]|\{\d*,\d*\}")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_BACK = re.compile(r"\\[1-9]|\(\?P=|\(\?\(")


def matches(pattern: str, text: str) -> bool | None:
    """Tell whether a pattern is found in a text, or None where that cannot be said in time."""
    loops = count_loops(pattern)
    if loops is None or (len(text) + 1) ** (loops + 1) > STEPS:
        return None
    return re.search(pattern, text) is not None


@dataclass(slots=True)
class _Group:
    """What stands in one pair of parentheses: how many repetitions, and whether it is always of one shape."""

    loops: int = 0
    varies: bool = False


@lru_cache(maxsize=256)
def count_loops(pattern: str) -> int | None:
    """Count a pattern's repetitions; None for one that is none in Python, or whose time may grow without bounds.

    Such is one that repeats what can itself be matched in more than one way, as `(a+)+` or `(a|b)*`.
    """
    try:
        re.compile(pattern)
    except (re.error, ValueError, RecursionError, OverflowError, FutureWarning):
        return None
    # A class of characters is one character; what it holds means nothing else.
    plain = _CLASS.sub("x", re.sub(r"\\[^1-9]", "x", pattern.replace("\\\\", "x")))
    return None if _BACK.search(plain) else _counted(plain)


def _counted(pattern: str) -> int | None:
    open_groups, closed, at = [_Group()], _Group(), 0
    while at < len(pattern):
        here, loop = open_groups[-1], _LOOPS.match(pattern, at)
        letter = pattern[at]
        if loop is not None:
            if closed.varies:
                return None
            here.loops, here.varies = here.loops + 1, True
        elif letter == "(":
            open_groups.append(_Group())
            at += 1 if pattern.startswith("(?", at) else 0
        elif letter == ")":
            closed = open_groups.pop()
            open_groups[-1].loops += closed.loops
            open_groups[-1].varies |= closed.varies
            at += 1
            continue
        elif letter in "|?":
            here.varies = True
        closed = _Group()
        at += 1 if loop is None else len(loop[0])
    return open_groups[0].loops
