"""Relations: what the ORM loads with a statement: a relationship of one object, of many at once, or a refresh.

It is read from what the ORM compiled with the statement. A listener of `do_orm_execute` would tell the same, at
25 µs for every ORM statement of the application; where these names are missing nothing is told.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

LAZY, EAGER, REFRESH = "orm.lazy_load", "orm.eager_load", "orm.refresh"
_OPTIONS = "_sa_orm_load_options"


def load_of(context: Any) -> tuple[str, str] | None:
    """Return how the ORM came to a statement and of what: `("orm.lazy_load", "Book.author")`, or None."""
    loading = None if context is None else context.execution_options.get(_OPTIONS)
    if loading is None:
        return None
    state = getattr(context.compiled, "compile_state", None)
    path = getattr(getattr(state, "compile_options", None), "_current_path", None)
    if path:
        name = relationship(path.path)
        if name is not None:
            return LAZY if getattr(loading, "_lazy_loaded_from", None) is not None else EAGER, name
    refreshed = getattr(loading, "_refresh_state", None)
    return None if refreshed is None else (REFRESH, refreshed.class_.__name__)


def lazy_load_around() -> str | None:
    """Return the relationship that the ORM is loading in a caller: for what fails before it has a context."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "_load_for_state":
            loading = getattr(frame.f_locals.get("self"), "parent_property", None)
            return None if loading is None else relationship([loading])
        frame = frame.f_back
    return None


def relationship(path: Any) -> str | None:
    """Return the last relationship of a loader's path: `Book.author`."""
    for step in reversed(path):
        if hasattr(step, "direction"):
            return f"{step.parent.class_.__name__}.{step.key}"
    return None
