"""Profilers: who uses the interpreter's profile function in this thread, and may not have memray beside it."""

from __future__ import annotations

import sys
import threading


def profiler_at_work() -> str | None:
    """Name a profiler that uses the interpreter's profile function or its monitoring slot, or return None.

    The profile function is a thread's own: to be called in the thread that is to be measured.
    """
    active = sys.getprofile() or threading.getprofile()
    if active is not None:
        return str(getattr(active, "__module__", None) or type(active).__module__ or "sys.setprofile")
    monitoring = getattr(sys, "monitoring", None)
    tool = None if monitoring is None else monitoring.get_tool(monitoring.PROFILER_ID)
    return tool if isinstance(tool, str) else None
