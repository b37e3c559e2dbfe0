"""Frames: a traceback as plain values: places, source lines, and local variables of the user's code."""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from itertools import islice
from types import FrameType, TracebackType
from typing import Any

from debug_toolbar_core import Limits, snapshot
from debug_toolbar_core.source import is_library
from debug_toolbar_exceptions.budget import Budget

SMALL = Limits(text=300, items=25, depth=4)
"""What is kept of one local variable."""
_AROUND = 5
_WIDEST = 200
_LOCALS = 40
_OUTER, _INNER = 8, 24
_WALKED = 5_000

Facts = dict[str, Any]


@dataclass(slots=True)
class Step:
    """One frame of a traceback, and how often it repeats itself there."""

    frame: FrameType
    line: int
    times: int = 1


def steps(traceback: TracebackType | None) -> tuple[list[Step], int]:
    """Return a traceback's frames, outermost first, and how many were left out of the middle.

    A function that calls itself on one line is one step.
    """
    found: list[Step] = []
    walked = 0
    while traceback is not None and walked < _WALKED:
        frame, line, walked = traceback.tb_frame, traceback.tb_lineno or 0, walked + 1
        if found and found[-1].frame.f_code is frame.f_code and found[-1].line == line:
            found[-1] = Step(frame, line, found[-1].times + 1)
        else:
            found.append(Step(frame, line))
        traceback = traceback.tb_next
    if len(found) <= _OUTER + _INNER:
        return found, 0
    return found[:_OUTER] + found[-_INNER:], sum(step.times for step in found[_OUTER:-_INNER])


def tell(traceback: TracebackType | None, budget: Budget) -> tuple[list[Facts], int]:
    """Return a traceback's frames as facts, and how many were left out; the innermost come first in the budget."""
    found, omitted = steps(traceback)
    told: list[Facts] = []
    for step in reversed(found):
        if not budget.frame():
            return told[::-1], omitted + len(found) - len(told)
        told.append(_tell(step, budget))
    return told[::-1], omitted


def _tell(step: Step, budget: Budget) -> Facts:
    code = step.frame.f_code
    library = is_library(code.co_filename)
    facts: Facts = {"file": code.co_filename, "line": step.line, "function": code.co_qualname, "library": library}
    if step.times > 1:
        facts["times"] = step.times
    if not library:
        facts["start"], facts["text"] = _around(code.co_filename, step.line, step.frame)
        facts["locals"] = _locals(step.frame, budget)
    return facts


def _around(file: str, line: int, frame: FrameType) -> tuple[int, str]:
    """Return the function's source lines around a line, and the number of the first."""
    code = frame.f_code
    end = max((number for _, _, number in code.co_lines() if number), default=line)
    first = max(code.co_firstlineno, line - _AROUND, 1)
    lines = linecache.getlines(file, frame.f_globals)[first - 1 : min(max(end, line), line + _AROUND)]
    return first, "\n".join(text.rstrip()[:_WIDEST] for text in lines)


def _locals(frame: FrameType, budget: Budget) -> Facts:
    """Return a frame's variables by name, so that redaction sees the names; no code of theirs runs."""
    if frame.f_code.co_name == "<module>":  # a module's variables are its functions and imports
        return {}
    told: Facts = {}
    variables = frame.f_locals
    # A class body may have a mapping of its own; only the interpreter's two kinds are read.
    if type(variables) is not dict and type(variables).__name__ != "FrameLocalsProxy":
        return {}
    for name, value in islice(dict(variables).items(), _LOCALS):
        if not budget.value():
            told["…"] = "left out"
            break
        told[name] = snapshot(value, SMALL)
        budget.values -= size(told[name])
    return told


def size(value: Any) -> int:
    """Count the values in a snapshot."""
    if type(value) is list:
        return 1 + sum(size(item) for item in value)
    if type(value) is dict:
        return 1 + sum(size(item) for item in value.values())
    return 1
