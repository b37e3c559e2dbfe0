"""Unawaited: coroutines that were made and dropped without ever running, as the interpreter tells of them."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

from debug_toolbar_async.chain import source_of_code
from debug_toolbar_async.factory import HELD, watched
from debug_toolbar_core.hooks import patched
from debug_toolbar_core.source import Source, caller, is_library

_HOOK = "_warn_unawaited_coroutine"
"""What the interpreter calls with each such coroutine, whatever the filters for warnings are."""
_collecting = 0
"""The thread in which the garbage collector is at work: what it drops there is not of the code that runs."""


class Unawaited:
    """Coroutines of one function that were dropped in one place, and where one was made or else dropped."""

    __slots__ = ("count", "lane", "name", "place", "source")

    def __init__(self, name: str, source: Source | None, place: Source | None, lane: int) -> None:
        self.name = name
        self.source = source
        self.place = place
        self.lane = lane
        self.count = 0


@contextmanager
def noticed() -> Generator[None]:
    """Note the coroutines that watched records drop without awaiting them; the warnings are as ever."""
    if not hasattr(warnings, _HOOK):
        yield
        return
    gc.callbacks.append(_collects)
    try:
        with patched(warnings, _HOOK, _noting):
            yield
    finally:
        gc.callbacks.remove(_collects)


def _collects(phase: str, told: dict[str, int]) -> None:
    global _collecting
    _collecting = get_ident() if phase == "start" else 0


def _noting(original: Any) -> Any:
    """Return what notes a coroutine and then calls the original, without a frame of its own around that.

    The original names its caller in the warning, and filters go by that: it must stay the application's code. So this
    is a class: to call it is to make one, for which `__new__` notes and has returned when `__init__` warns.
    """

    def new(kind: Any, coroutine: Any) -> Any:
        _note(coroutine)
        return object.__new__(kind)

    return type("NeverAwaited", (), {"__new__": new, "__init__": staticmethod(original)})


def _note(coroutine: Any) -> None:
    watch = watched()
    if watch is None or _collecting == get_ident():
        return
    try:
        place = _made_at(coroutine) or caller()
        watch.dropped(str(coroutine.__qualname__)[:200], source_of_code(coroutine), place)
    except Exception as error:  # noqa: BLE001 - a border: the interpreter's warning must be given
        watch.record.fault(HELD, error)


def _made_at(coroutine: Any) -> Source | None:
    """Return where a coroutine was made, which the interpreter knows only in asyncio's debug mode."""
    for file, line, function in coroutine.cr_origin or ():
        if not is_library(file):
            return Source(file, line, function)
    return None
