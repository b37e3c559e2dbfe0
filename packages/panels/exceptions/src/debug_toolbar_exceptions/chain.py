"""Chains: an exception with its causes, contexts and groups, as plain values."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from debug_toolbar_core.fault import message_of
from debug_toolbar_core.snapshot import shorten
from debug_toolbar_exceptions.budget import Budget
from debug_toolbar_exceptions.frames import Facts, steps, tell

_LINKS = 10
_CHILDREN = 10
_DEEP = 4
_NOTES = 10


def chain(error: BaseException, traceback: TracebackType | None, budget: Budget, deep: int = 0) -> list[Facts]:
    """Return an exception and what led to it, the last raised first, each with how it relates to the one before."""
    told: list[Facts] = []
    seen: set[int] = set()
    relation: str | None = None
    here: BaseException | None = error
    while here is not None and id(here) not in seen and len(told) < _LINKS:
        seen.add(id(here))
        told.append({"relation": relation, **_tell(here, traceback if here is error else None, budget, deep)})
        here, relation = _before(here)
    return told


def _get(error: BaseException, name: str) -> Any:
    # Past the class's own `__getattribute__`, which would be the application's code.
    return object.__getattribute__(error, name)


def _before(error: BaseException) -> tuple[BaseException | None, str]:
    """Return what an exception came from: its cause, or what was being handled unless `from None` hid it."""
    if (cause := _get(error, "__cause__")) is not None:
        return cause, "cause"
    return (None if _get(error, "__suppress_context__") else _get(error, "__context__")), "context"


def _tell(error: BaseException, traceback: TracebackType | None, budget: Budget, deep: int) -> Facts:
    kind = type(error)
    frames, omitted = tell(_longer(_get(error, "__traceback__"), traceback), budget)
    facts: Facts = {
        "type": kind.__qualname__,
        "module": kind.__module__,
        "message": message_of(error),
        "frames": frames,
        "omitted": omitted,
    }
    notes = _get(error, "__dict__").get("__notes__")
    if type(notes) is list and notes:
        facts["notes"] = [shorten(note, 500) for note in notes[:_NOTES] if type(note) is str]
    if issubclass(kind, BaseExceptionGroup):
        children = _get(error, "exceptions")
        told = children[:_CHILDREN] if deep < _DEEP else ()
        facts["children"] = [chain(child, None, budget, deep + 1) for child in told]
        facts["more"] = len(children) - len(told)
    return facts


def _longer(own: TracebackType | None, kept: TracebackType | None) -> TracebackType | None:
    """Return the fuller of two tracebacks: frameworks clear the exception's own, and re-raising extends it."""
    return kept if kept is not None and _length(kept) > _length(own) else own


def _length(traceback: TracebackType | None) -> int:
    found, omitted = steps(traceback)
    return omitted + sum(step.times for step in found)
