"""Chain: what a suspended coroutine waits on, from the outermost frame inwards, read without running anything."""

from __future__ import annotations

import gc
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, GeneratorType
from typing import Any, NamedTuple

from debug_toolbar_core.source import Source, is_library

_WRAPPERS = frozenset({"async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper"})
_DEEPEST = range(200)
_FILES_MOST = 20_000


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


class _Libraries(dict[str, bool]):
    def __missing__(self, file: str) -> bool:
        library = is_library(file)
        if len(self) < _FILES_MOST:
            self[file] = library
        return library


_library = _Libraries()


def chain_of(work: Any, stand_in: bool = True) -> Chain:
    """Return what a suspended coroutine waits in; without a frame of the user's own, the innermost may stand in."""
    steps: list[Step] = []
    codes: list[CodeType] = []
    last = None
    for _ in _DEEPEST:
        kind = type(work)
        if kind is CoroutineType:
            code, below = work.cr_code, work.cr_await
        elif kind is GeneratorType:
            code, below = work.gi_code, work.gi_yieldfrom
        elif kind is AsyncGeneratorType:
            code, below = work.ag_code, work.ag_await
        else:
            inside = _inside(work, kind)
            if inside is None:
                break
            work = inside
            continue
        codes.append(code)
        if not _library[code.co_filename]:
            _add(steps, work, kind, code, below)
        else:
            last = (work, kind, code, below)
        if below is None:
            break
        work = below
    if stand_in and not steps and last is not None:
        _add(steps, *last)
    return Chain(steps, codes, _future(work))


def _future(end: Any) -> Any:
    """Return the future at the end of a chain; nothing of it is kept, for that would keep its task alive."""
    return _wrapped(end) if type(end).__name__ == "FutureIter" else None


def _wrapped(wrapper: Any) -> Any:
    """Return what a wrapper of the interpreter's refers to; some refer to their own type as well."""
    for found in gc.get_referents(wrapper):
        if not isinstance(found, type):
            return found
    return None


def _add(steps: list[Step], work: Any, kind: type, code: CodeType, below: Any) -> None:
    frame = work.cr_frame if kind is CoroutineType else work.gi_frame if kind is GeneratorType else work.ag_frame
    if frame is not None:
        steps.append(Step(code, frame.f_lasti, below, frame))


def _inside(work: Any, kind: type) -> Any:
    """Return what the interpreter, or this panel, has put a wrapper around; None at the chain's end."""
    if kind.__name__ in _WRAPPERS:
        return _wrapped(work)
    return getattr(work, "debug_toolbar_work", None) if kind.__name__ == "Traced" else None


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
