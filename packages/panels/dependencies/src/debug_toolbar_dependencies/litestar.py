"""Litestar: its resolver is listened to, batch by batch; providers, generators and handlers stay as they are."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import ExitStack
from time import perf_counter
from typing import Any

from debug_toolbar_core import Record, current, patched
from debug_toolbar_core.context import position
from debug_toolbar_core.observed import Inside
from debug_toolbar_dependencies.callables import KNOWN
from debug_toolbar_dependencies.generators import Group, closed, thrown
from debug_toolbar_dependencies.litestar_plan import PLANS, Plan, Step
from debug_toolbar_dependencies.resolutions import HOOKS, PANEL, begin_all, done, failed, resolutions_of


@HOOKS.into("litestar._kwargs.kwargs_model")
def litestar(module: Any) -> Generator[None]:
    """Listen where a handler's dependencies are resolved, each of them, and where generators clean up."""
    group = module.DependencyCleanupGroup
    with ExitStack() as stack:
        stack.enter_context(patched(module.KwargsModel, "resolve_dependencies", _all))
        stack.enter_context(patched(module, "resolve_dependency", _one))
        stack.enter_context(patched(group, "_wrap_next", closed))
        stack.enter_context(patched(group, "_throw", thrown))
        yield
    KNOWN.forget()
    PLANS.forget()


class Resolving(Inside):
    """The place inside all dependencies of a handler."""

    __slots__ = ("begun", "empty", "plan", "resolved")

    def __init__(self, record: Record, plan: Plan, empty: object) -> None:
        super().__init__(record, begin_all(record, plan.handler))
        self.plan = plan
        self.empty = empty
        self.resolved = resolutions_of(record)
        self.begun: dict[str, Inside] = {}
        if plan.reused:
            self.timed.attributes["dependency.reused"] = list(plan.reused)

    def inside(self, record: Record, step: Step, now: float) -> Inside:
        """Return the place inside a dependency; it begins with the first that it needs, so that it contains them."""
        found = self.begun.get(step.name)
        if found is None:
            above = step.above
            parent = (
                self if above is None else self.begun.get(above) or self.inside(record, self.plan.steps[above], now)
            )
            span = self.resolved.begin(record, step, parent.timed, now)
            found = self.begun[step.name] = Inside(record, span)
            if step.provide.use_cache and step.provide.value is not self.empty:
                span.attributes["dependency.cached"] = True
        return found

    def close(self) -> None:
        """End them; what is not done by now is not called any more."""
        for inside in self.begun.values():
            if inside.timed.end is None:
                inside.timed.attributes["dependency.outcome"] = "not called"
                inside.ended(None, None)
        self.ended(None, None)


def _all(original: Any) -> Any:
    empty = sys.modules["litestar.di"].Empty

    async def hooked(self: Any, connection: Any, kwargs: Any) -> Any:
        resolving = _opened(self, connection, empty)
        if resolving is None:
            return await original(self, connection, kwargs)
        outer = position.get()
        position.set(resolving)
        try:
            return await original(self, connection, kwargs)
        finally:
            position.set(outer)
            resolving.close()

    return hooked


def _opened(model: Any, connection: Any, empty: Any) -> Resolving | None:
    record = current()
    if record is None:
        return None
    try:
        return Resolving(record, PLANS.of(model, connection.scope["route_handler"]), empty)
    except Exception as error:  # noqa: BLE001 - a border: the request goes on as without us
        record.fault(PANEL, error)
        return None


def _one(original: Any) -> Any:
    async def hooked(dependency: Any, connection: Any, kwargs: Any, cleanup_group: Any) -> None:
        resolving = position.get()
        record = resolving.slot.record if type(resolving) is Resolving else None
        if type(resolving) is not Resolving or record is None:
            await original(dependency, connection, kwargs, cleanup_group)
            return
        try:
            step = resolving.plan.steps[dependency.key]
            now = perf_counter() - record.started
            inside = resolving.inside(record, step, now)
            inside.timed.attributes["dependency.called"] = now
            group = Group(cleanup_group, inside) if step.generates else cleanup_group
        except Exception as error:  # noqa: BLE001 - a border: the request goes on as without us
            record.fault(PANEL, error)
            await original(dependency, connection, kwargs, cleanup_group)
            return
        position.set(inside)
        try:
            await original(dependency, connection, kwargs, group)
        except BaseException as error:
            position.set(resolving)
            failed(inside, error)
            raise
        position.set(resolving)
        done(record, inside.timed)

    return hooked
