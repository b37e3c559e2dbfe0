"""Order: in which FastAPI asks its cache for the dependencies of a handler, worked out once for each handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from debug_toolbar_dependencies.callables import KNOWN
from debug_toolbar_dependencies.resolutions import Told

_MOST = 2_000
_DEEPEST = 100

Overrides = Mapping[Any, Any]
MakeDependant = Callable[..., Any]


class Step(Told):
    """One dependency as it was declared, and as it is used, which an override may have changed.

    `index` is its place in the order, `above` the place of the one that needs it, -1 for the handler.
    """

    __slots__ = ("above", "call", "index", "use_cache")

    def __init__(self, declared: Any, call: Any, index: int) -> None:
        more: dict[str, Any] = {}
        if call is not declared.call:
            more["dependency.overrides"] = KNOWN.describe(declared.call).name
        if declared.scope is not None:
            more["dependency.scope"] = declared.scope
        # Each set of security scopes has its own result.
        scopes = (*(declared.parent_oauth_scopes or ()), *(declared.own_oauth_scopes or ()))
        if scopes:
            more["dependency.scopes"] = list(scopes)
        super().__init__(call, declared.name or "", more)
        self.call = declared.call
        self.use_cache: bool = declared.use_cache
        self.index = index
        self.above = -1


class Order:
    """The dependencies of one handler, each after those that it needs, as often as it is declared."""

    __slots__ = ("dependant", "eager", "handler", "stamp", "steps")

    def __init__(self, dependant: Any, overrides: Overrides, stamp: object, make: MakeDependant) -> None:
        self.dependant = dependant
        self.stamp = stamp
        self.handler = KNOWN.describe(dependant.call)
        self.steps: list[Step] = []
        self.walk(dependant, overrides, make, _DEEPEST)
        self.eager = not all(step.use_cache for step in self.steps)
        """Whether there is one that is called without a look into the cache."""

    def walk(self, used: Any, overrides: Overrides, make: MakeDependant, deepest: int) -> list[Step]:
        """Add what a dependant needs, innermost first, and return what it needs itself."""
        direct: list[Step] = []
        if deepest == 0:
            raise RecursionError("the dependencies are nested too deeply to be shown")
        for declared in used.dependencies:
            call, inner = declared.call, declared
            if overrides and (call := overrides.get(declared.call, declared.call)) is not declared.call:
                inner = make(path=declared.path, call=call)
            needs = self.walk(inner, overrides, make, deepest - 1)
            step = Step(declared, call, len(self.steps))
            self.steps.append(step)
            direct.append(step)
            for needed in needs:
                needed.above = step.index
        return direct


class Orders:
    """Orders by the handler's dependant, which is held: so its id stays its own. At most two thousand."""

    def __init__(self) -> None:
        self._known: dict[int, Order] = {}

    def of(self, dependant: Any, overrides: Overrides, make: MakeDependant) -> Order:
        """Return the order of a handler's dependencies under these overrides."""
        stamp = tuple((id(key), id(value)) for key, value in overrides.items()) if overrides else None
        known = self._known.get(id(dependant))
        if known is not None and known.stamp == stamp:
            return known
        if len(self._known) >= _MOST:
            self._known.clear()
        known = self._known[id(dependant)] = Order(dependant, overrides, stamp, make)
        return known

    def forget(self, order: Order | None = None) -> None:
        """Let go of one that turned out to be another, or of all of them."""
        if order is None:
            self._known.clear()
        else:
            self._known.pop(id(order.dependant), None)


ORDERS = Orders()
