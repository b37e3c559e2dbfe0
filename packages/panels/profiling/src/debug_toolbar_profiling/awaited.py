"""Awaited: the stack of a coroutine that is suspended, from itself in to what it waits for at the end."""

from __future__ import annotations

import asyncio
import gc
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, GeneratorType
from typing import Any
from weakref import ref

from debug_toolbar_core.drive import driven
from debug_toolbar_core.snapshot import named
from debug_toolbar_profiling.climb import local
from debug_toolbar_profiling.stacks import Function

Place = tuple[Function, int]
"""A function and the line at which it waits; 0 where it has none."""
_DRIVEN: CodeType = driven.__code__
_MOST = 200
_KINDS = (CoroutineType, GeneratorType, AsyncGeneratorType)


class Chain:
    """The stack of one coroutine, found again and again: what stands where it stood is not walked another time.

    A coroutine that has not ended is awaited by the same ones as before, so all is unchanged from the root to the
    innermost of those.
    """

    __slots__ = ("_links", "places")

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._links: list[tuple[ref[Any], int]] = []
        """The coroutines, not kept alive for our sake, and at which place each stands."""

    def find(self, work: Any) -> int:
        """Find where a suspended coroutine waits; return how many of the places, from the first, are as they were.

        It goes on through async generators, other drivers, and the greenlets in which SQLAlchemy calls async drivers.
        """
        places, links, at = self.places, self._links, 0
        while links:
            known, place = links.pop()
            inner = known()
            if inner is not None and inner.cr_frame is not None:
                work, at = inner, place
                break
        del places[at:]
        for _ in range(_MOST):
            if type(work) in _KINDS:
                frame, inner = _frame(work)
                if frame is None:
                    break
                if frame.f_code is _DRIVEN:
                    work = local(frame, "slices")
                    continue
                if type(work) is CoroutineType:
                    links.append((ref(work), len(places)))
                places.append((frame.f_code, frame.f_lineno or 0))
                if frame.f_code.co_name == "greenlet_spawn":
                    places += _greenlet(local(frame, "context"))
                work = inner
            else:
                inside = _inside(work)
                if inside is None:
                    places += _end(work)
                    break
                work = inside
        return at


def awaited(work: Any) -> list[Place]:
    """Return where a suspended coroutine waits, outermost function first, and what for."""
    chain = Chain()
    chain.find(work)
    return chain.places


def _frame(work: Any) -> tuple[FrameType | None, Any]:
    if type(work) is CoroutineType:
        return work.cr_frame, work.cr_await
    if type(work) is GeneratorType:
        return work.gi_frame, work.gi_yieldfrom
    return work.ag_frame, work.ag_await


def _inside(work: Any) -> Any:
    """Return the coroutine or future within what the interpreter puts around it to iterate, as `asend` does."""
    if type(work).__name__ not in (
        "async_generator_asend",
        "async_generator_athrow",
        "coroutine_wrapper",
        "FutureIter",
    ):
        return None
    kinds = (*_KINDS, asyncio.Future)
    return next((thing for thing in gc.get_referents(work) if issubclass(type(thing), kinds)), None)


def _end(work: Any) -> list[Place]:
    """Name what is awaited at the end: a task by its coroutine, anything else by its type."""
    if work is None:
        return []
    if issubclass(type(work), asyncio.Task):
        name = getattr(work.get_coro(), "__qualname__", None)
        return [(f"task {name}" if type(name) is str else "task", 0)]
    return [(".".join(named(type(work))).removeprefix("_"), 0)]


def _greenlet(greenlet: Any) -> list[Place]:
    """Return the stack of a greenlet that waits, outermost first."""
    found: list[Place] = []
    frame = getattr(greenlet, "gr_frame", None)
    while frame is not None and len(found) < _MOST:
        found.append((frame.f_code, frame.f_lineno or 0))
        frame = frame.f_back
    found.reverse()
    return found
