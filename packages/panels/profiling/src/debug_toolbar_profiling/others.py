"""Others: profilers and tracers that somebody else has at work in this process; they are told of and left alone."""

from __future__ import annotations

import sys
import threading
from types import FunctionType, MethodType
from typing import Any

from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_core.snapshot import named

_TOOLS = range(6)


def profilers() -> list[str]:
    """Return what profiles here: it holds the interpreter's profile function, or its place for a profiler."""
    lease = EXCLUSIVE.holder("profile")
    if lease is not None:  # the toolbar's own, which would be found below by what it hooks
        return [f"{lease.tool} of this toolbar"]
    found = [_name(active) for active in (sys.getprofile(), threading.getprofile()) if active is not None]
    yappi: Any = sys.modules.get("yappi")
    if yappi is not None and yappi.is_running():  # it hooks C, where `sys.getprofile` sees nothing
        found.append("yappi")
    return list(dict.fromkeys([*found, *_monitoring()]))


def tracers() -> list[str]:
    """Return what traces here line by line, as debuggers and coverage do."""
    return list(dict.fromkeys(_name(active) for active in (sys.gettrace(), threading.gettrace()) if active is not None))


def _monitoring() -> list[str]:
    monitoring = getattr(sys, "monitoring", None)
    tools = [] if monitoring is None else [monitoring.get_tool(tool) for tool in _TOOLS]
    return [tool for tool in tools if isinstance(tool, str)]


def _name(active: Any) -> str:
    """Name a profile function by where it comes from; it is not called, nor is its `repr`."""
    if isinstance(active, (FunctionType, MethodType)):
        return f"{active.__module__}.{active.__qualname__}"
    return ".".join(named(type(active)))
