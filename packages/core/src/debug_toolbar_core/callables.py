"""Callables: what is said of functions and classes that a framework is given, found out once for each of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any, NamedTuple

from debug_toolbar_core.snapshot import named
from debug_toolbar_core.source import Source, handler_of

_MOST = 2_000


class Described(NamedTuple):
    """A callable's short name, its dotted one, what kind of thing it is, and where it is."""

    short: str
    name: str
    kind: str
    source: Source | None


class Callables:
    """Descriptions by what makes a callable what it is, at most two thousand; closures and objects are not kept alive.

    Example: `KNOWN = Callables()` in a panel, `KNOWN.describe(handler).short` in its hook, and `KNOWN.forget()`
    where the hook is put back.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Described]] = {}

    def describe(self, call: Any) -> Described:
        """Describe a callable; the second time it costs next to nothing."""
        key = _key(call)
        known = self._known.get(id(key))
        if known is not None:
            return known[1]
        if len(self._known) >= _MOST:
            self._known.clear()
        told = _describe(call)
        self._known[id(key)] = (key, told)  # held, so that its id stays its own
        return told

    def forget(self) -> None:
        """Let go of all of them."""
        self._known.clear()


def _key(call: Any) -> object:
    """Return what all callables of one description share: their code or class, or else the callable itself."""
    while type(call) is functools.partial:
        call = call.func
    if type(call) is MethodType:
        call = call.__func__
    if type(call) is FunctionType:
        return call if call.__dict__ else call.__code__  # what wraps another says so there
    if isinstance(call, type):
        return call
    try:
        own = object.__getattribute__(call, "__dict__")
    except AttributeError:
        own = {}
    return call if "__wrapped__" in own or "__qualname__" in own else type(call)


def _describe(call: Any) -> Described:
    try:
        name, source = handler_of(call)
        kind = _kind(call)
    except Exception:  # noqa: BLE001 - a border: the attributes of a callable object may be the application's code
        module, qualified = named(type(call))
        name, source, kind = f"{module}.{qualified}", None, "instance"
    return Described(short(name), name, kind, source)


def short(name: str) -> str:
    """Return the part of a dotted name that one would write: the function, or a method with its class.

    Example: `shop.deps.Carts.of_visitor` is `Carts.of_visitor`, `shop.make.<locals>.cart` is `cart`.
    """
    name = name.rpartition("<locals>.")[2]
    *_, owner, last = ("", *name.split("."))
    return f"{owner}.{last}" if owner[:1].isupper() else last


_KINDS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (inspect.isasyncgenfunction, "async generator"),
    (inspect.isgeneratorfunction, "generator"),
    (inspect.iscoroutinefunction, "coroutine"),
)


def _kind(call: Any) -> str:
    while isinstance(call, functools.partial):
        call = call.func
    inner = inspect.unwrap(call)
    for found in (call, inner) if inspect.isclass(inner) else (call, inner, getattr(inner, "__call__", None)):  # noqa: B004 - its function
        for is_kind, kind in _KINDS:
            if is_kind(found):
                return kind
    return "class" if inspect.isclass(inner) else "function"
