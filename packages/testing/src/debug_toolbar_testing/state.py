"""State: what an object holds, all the way down, so that it can be compared before and after."""

from __future__ import annotations

import asyncio
import builtins
import gc
import logging
import sys
import threading
import warnings
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

_PLAIN = (str, bytes, int, float, complex, bool, type(None), type, FunctionType, BuiltinFunctionType, ModuleType)
_DEEPEST = 8


def state(value: Any, depth: int = 0) -> Any:
    """Return what a value holds in a form to compare; an object also counts as another when it was replaced."""
    if isinstance(value, _PLAIN) or depth > _DEEPEST:
        return value if isinstance(value, _PLAIN) else id(value)
    if isinstance(value, Mapping):
        return {str(key): state(item, depth + 1) for key, item in list(value.items())}
    if isinstance(value, (list, tuple)):
        return [state(item, depth + 1) for item in value]
    if isinstance(value, AbstractSet):
        return sorted(repr(state(item, depth + 1)) for item in value)
    return {"is": id(value), **{name: state(item, depth + 1) for name, item in held(value).items()}}


def held(value: object) -> dict[str, Any]:
    """Return an object's own attributes by name, slots too."""
    slots = [name for kind in type(value).__mro__ for name in _slots(kind)]
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return {**found, **getattr(value, "__dict__", {})}


def _slots(kind: type) -> list[str]:
    slots = vars(kind).get("__slots__", ())
    names = [slots] if isinstance(slots, str) else list(slots)
    return [name for name in names if name not in ("__dict__", "__weakref__")]


def panel_state(panel: object) -> dict[str, Any]:
    """Return what a panel holds, and what its classes do."""
    found = {f"self.{name}": state(value) for name, value in held(panel).items()}
    for kind in type(panel).__mro__:
        if kind.__module__.startswith(("debug_toolbar_core.", "builtins")):
            continue
        own = {name: value for name, value in vars(kind).items() if not name.startswith("__")}
        found |= {f"{kind.__name__}.{name}": state(value) for name, value in own.items()}
    return found


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name what differs between two states."""
    names = dict.fromkeys([*before, *after])
    return [name for name in names if name not in before or name not in after or before[name] != after[name]]


def patch_points() -> dict[str, Any]:
    """Return what tools patch most often in this process, by name, to see that all of it was put back."""
    methods = ("handle", "callHandlers", "makeRecord", "addHandler", "_log")
    return {
        **{f"logging.Logger.{name}": vars(logging.Logger).get(name) for name in methods},
        "logging.getLogRecordFactory()": logging.getLogRecordFactory(),
        "logging.getLoggerClass()": logging.getLoggerClass(),
        "logging.root.handlers": list(logging.root.handlers),
        "logging.root.filters": list(logging.root.filters),
        "builtins.__import__": builtins.__import__,
        "builtins.print": builtins.print,
        "sys.excepthook": sys.excepthook,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "sys.getprofile()": sys.getprofile(),
        "threading.excepthook": threading.excepthook,
        "warnings.showwarning": warnings.showwarning,
        "gc.callbacks": list(gc.callbacks),
        "asyncio.create_task": asyncio.create_task,
        "asyncio.BaseEventLoop.run_in_executor": vars(asyncio.BaseEventLoop).get("run_in_executor"),
    }
