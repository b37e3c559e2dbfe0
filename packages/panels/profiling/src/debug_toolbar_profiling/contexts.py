"""Contexts: which profiled record a task, or what a thread was given to do, belongs to; nothing is patched for it."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from contextvars import Context
from functools import partial
from types import BuiltinMethodType, FrameType
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.context import position
from debug_toolbar_profiling.climb import local, walk

if TYPE_CHECKING:
    from debug_toolbar_profiling.run import Run

NAME = "profiling"
_CHAIN_MOST = 10


def run_in(context: Context | None) -> Run | None:
    """Return the profiled record that is being captured in a context, or None."""
    here = None if context is None else context.get(position)
    record = None if here is None else here.slot.record
    return None if record is None else record.held.get(NAME)


def context_of(task: Any) -> Context | None:
    """Return the context that a task runs in, or None where it cannot be told."""
    if sys.version_info >= (3, 12):
        get_context = getattr(type(task), "get_context", None)
        return None if get_context is None else get_context(task)
    # Before 3.12 a task does not tell its context; the garbage collector knows what it holds, its own one first.
    return next((thing for thing in gc.get_referents(task) if type(thing) is Context), None) or _of_python(task)


def _of_python(task: Any) -> Context | None:
    found = getattr(task, "_context", None)  # the task written in Python keeps it among its attributes
    return found if type(found) is Context else None


def context_given(call: Any, arguments: Any = ()) -> Context | None:
    """Return the context that a call is to run in: `context.run`, bare, in a partial, or among its arguments."""
    for _ in range(_CHAIN_MOST):
        if type(call) is not partial:
            break
        call, arguments = call.func, (*call.args, *arguments)
    for thing in (call, *arguments):
        if type(thing) is BuiltinMethodType and type(thing.__self__) is Context:
            return thing.__self__
    return None


def workplace(leaf: FrameType) -> tuple[FrameType, FrameType] | None:
    """Return the frame of a library in which a thread took up its work, and the frame of the work right in it."""
    work = None
    for frame in walk(leaf):
        code = frame.f_code
        if code.co_qualname in _WORKERS and code.co_filename.endswith(_FILES):
            return None if work is None else (frame, work)
        work = frame
    return None


def context_at(place: FrameType, work: FrameType) -> Context | None:
    """Return the context of what a thread works on there, or None; also where it is done with that by now."""
    context = _WORKERS[place.f_code.co_qualname](place)
    return context if work.f_back is place else None


def _of_anyio(frame: FrameType) -> Context | None:
    found = local(frame, "context")
    return found if type(found) is Context else None


def _of_executor(frame: FrameType) -> Context | None:
    item = local(frame, "self")
    given = context_given(getattr(item, "fn", None), getattr(item, "args", ()))
    return given or _of_waiting(getattr(item, "future", None))


def _of_thread(frame: FrameType) -> Context | None:
    thread = local(frame, "self")
    return context_given(getattr(thread, "_target", None), getattr(thread, "_args", ()))


def _of_waiting(future: Any) -> Context | None:
    """Return the context of whoever awaits a thread's work: `run_in_executor` copies none into the thread."""
    for callback in list(getattr(future, "_done_callbacks", ())):
        for cell in getattr(callback, "__closure__", None) or ():
            awaited = cell.cell_contents
            if issubclass(type(awaited), asyncio.Future):
                for _, context in awaited._callbacks or ():
                    return context if type(context) is Context else None
    return None


_WORKERS = {"WorkerThread.run": _of_anyio, "_WorkItem.run": _of_executor, "Thread.run": _of_thread}
_FILES = tuple(
    os.path.join(*parts)
    for parts in (("anyio", "_backends", "_asyncio.py"), ("concurrent", "futures", "thread.py"), ("threading.py",))
)
