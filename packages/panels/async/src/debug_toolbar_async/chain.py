"""Chain: what a suspended coroutine waits on, from the outermost frame inwards, read without running anything."""

from __future__ import annotations

import gc
from collections.abc import Callable
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, GeneratorType
from typing import Any, NamedTuple

from debug_toolbar_core.source import Source, is_library

_WRAPPERS = frozenset({"async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper"})
_DEEPEST = range(200)
_FILES_MOST = 20_000
_KINDS_MOST = 1_000


class Step(NamedTuple):
    """A frame that waits: its code and instruction, what it awaits, and what has the frame."""

    code: CodeType
    at: int
    below: Any
    frame: FrameType


class Chain(NamedTuple):
    """The user's own frames of a chain, outermost first, and the codes of all of its frames."""

    steps: list[Step]
    codes: list[CodeType]
    end: Any
    """The future that all of them wait for, where it can be told."""


_step: Callable[[type[Step], tuple[Any, ...]], Step] = tuple.__new__
_chain: Callable[[type[Chain], tuple[Any, ...]], Chain] = tuple.__new__
"""These make a named tuple without a call of Python's for it."""


class _Libraries(dict[str, bool]):
    def __missing__(self, file: str) -> bool:
        library = is_library(file)
        if len(self) < _FILES_MOST:
            self[file] = library
        return library


_library = _Libraries()


class _Ends(dict[type, str]):
    """What a chain goes on through where it is no coroutine or generator, by type: asked once for each."""

    def __missing__(self, kind: type) -> str:
        name = kind.__name__
        end = name if name in ("Traced", "FutureIter") else "wrapper" if name in _WRAPPERS else ""
        if len(self) < _KINDS_MOST:
            self[kind] = end
        return end


_ends = _Ends()


def chain_of(work: Any, stand_in: bool = True) -> Chain:  # noqa: C901 - in one piece, see below
    """Return what a suspended coroutine waits in; without a frame of the user's own, the innermost may stand in.

    Written out in one piece: this is most of what it takes to locate an await.
    """
    steps: list[Step] = []
    codes: list[CodeType] = []
    last = end = None
    for _ in _DEEPEST:
        kind = type(work)
        if kind is CoroutineType:
            code, below, frame = work.cr_code, work.cr_await, work.cr_frame
        elif kind is GeneratorType:
            code, below, frame = work.gi_code, work.gi_yieldfrom, work.gi_frame
        elif kind is AsyncGeneratorType:
            code, below, frame = work.ag_code, work.ag_await, work.ag_frame
        else:
            inside = _ends[kind]
            if inside == "FutureIter":
                end = _wrapped(work)
                break
            if not inside:
                break
            work = work.debug_toolbar_work if inside == "Traced" else _wrapped(work)
            continue
        codes.append(code)
        if frame is not None:
            if not _library[code.co_filename]:
                steps.append(_step(Step, (code, frame.f_lasti, below, frame)))
            else:
                last = (code, frame, below)
        if below is None:
            break
        work = below
    if stand_in and not steps and last is not None:
        code, frame, below = last
        steps.append(Step(code, frame.f_lasti, below, frame))
    return _chain(Chain, (steps, codes, end))


def _future(end: Any) -> Any:
    """Return the future at the end of a chain; nothing of it is kept, for that would keep its task alive."""
    return _wrapped(end) if type(end).__name__ == "FutureIter" else None


def _wrapped(wrapper: Any) -> Any:
    """Return what a wrapper of the interpreter's refers to; some refer to their own type as well."""
    for found in gc.get_referents(wrapper):
        if not isinstance(found, type):
            return found
    return None


def awaited(below: Any) -> str:
    """Return the name of what a frame awaits: its function, or the type of a future."""
    kind: type = type(below)
    for _ in range(5):
        if kind.__name__ not in _WRAPPERS:
            break
        below = _wrapped(below)
        kind = type(below)
    code = None
    if kind is CoroutineType:
        return str(below.__qualname__)
    if kind is GeneratorType:
        code = below.gi_code
    elif kind is AsyncGeneratorType:
        code = below.ag_code
    elif kind.__name__ == "Traced":
        return awaited(below.debug_toolbar_work)
    elif below is None:
        return "a turn of the loop"
    elif kind.__name__ == "FutureIter":
        kind = type(_future(below))
    return kind.__qualname__.lstrip("_") if code is None else code.co_qualname


def source_of(step: Step) -> Source:
    """Return where a step waits."""
    return Source(step.code.co_filename, step.frame.f_lineno or step.code.co_firstlineno, step.code.co_qualname)


def application_of(work: Any) -> Any:
    """Return the coroutine that a generator drives slice by slice, as other panels' do; else what was given."""
    for _ in range(5):
        if type(work) is CoroutineType:
            break
        inner = [found for found in gc.get_referents(work) if type(found) in (CoroutineType, GeneratorType)]
        if not inner:
            break
        work = next((found for found in inner if type(found) is CoroutineType), inner[0])
    return work


def source_of_code(work: Any) -> Source | None:
    """Return where a coroutine's function begins."""
    code = getattr(work, "cr_code", None) or getattr(work, "gi_code", None)
    if not isinstance(code, CodeType):
        return None
    return Source(code.co_filename, code.co_firstlineno, code.co_qualname)
