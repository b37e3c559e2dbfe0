"""Plan: which of a Litestar handler's dependencies needs which, worked out once for each handler."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from debug_toolbar_dependencies.callables import KNOWN
from debug_toolbar_dependencies.resolutions import Told

_MOST = 2_000


class Step(Told):
    """One dependency of a handler: what is known of it, and the name of the one that it is beneath."""

    __slots__ = ("above", "generates", "provide")

    def __init__(self, found: Any) -> None:
        provide = found.provide
        more = {"dependency.thread": True} if provide.sync_to_thread else {}
        super().__init__(function(provide.dependency), found.key, more, found.key)
        self.provide = provide
        self.generates = provide.has_sync_generator_dependency or provide.has_async_generator_dependency
        self.above: str | None = None


class Plan:
    """The dependencies of one handler by name, each beneath the first that needs it; the others reuse it."""

    __slots__ = ("handler", "reused", "steps")

    def __init__(self, batches: Iterable[Iterable[Any]], handler: Any) -> None:
        ordered = [found for batch in batches for found in sorted(batch, key=_key)]
        self.handler = KNOWN.describe(function(handler.fn))
        self.steps = {found.key: Step(found) for found in ordered}
        for found in ordered:
            for needed in found.dependencies:
                step = self.steps[needed.key]
                if step.above is None:
                    step.above = found.key
                elif step.above != found.key:
                    self.steps[found.key].attributes.setdefault("dependency.reused", []).append(needed.key)
        asked = (self.steps.get(name) for name in handler.parsed_fn_signature.parameters)
        self.reused = [step.name for step in asked if step is not None and step.above is not None]


def function(call: Any) -> Any:
    """Return what `sync_to_thread` wrapped."""
    return getattr(call, "func", call)


def _key(found: Any) -> str:
    key: str = found.key
    return key


class Plans:
    """Plans by the model of a handler's arguments, which is held: so its id stays its own. At most two thousand."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Plan]] = {}

    def of(self, model: Any, handler: Any) -> Plan:
        """Return the plan of a handler."""
        known = self._known.get(id(model))
        if known is not None:
            return known[1]
        if len(self._known) >= _MOST:
            self._known.clear()
        plan = Plan(model.dependency_batches, handler)
        self._known[id(model)] = (model, plan)
        return plan

    def forget(self) -> None:
        """Let go of all of them."""
        self._known.clear()


PLANS = Plans()
