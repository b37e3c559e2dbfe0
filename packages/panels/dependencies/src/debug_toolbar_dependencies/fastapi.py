"""FastAPI: its solver is listened to; the application's callables are called as they are."""

from __future__ import annotations

import functools
import sys
from collections.abc import Generator
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from debug_toolbar_core import current, patched
from debug_toolbar_core.context import position
from debug_toolbar_dependencies.callables import KNOWN
from debug_toolbar_dependencies.order import ORDERS
from debug_toolbar_dependencies.resolutions import HOOKS, PANEL, CleanUp
from debug_toolbar_dependencies.solving import Place, Solving


@HOOKS.into("fastapi.routing")
def fastapi(routing: Any) -> Generator[None]:
    """Listen where routes call the solver, and where it enters generators and threads."""
    utils = sys.modules[routing.solve_dependencies.__module__]
    with ExitStack() as stack:
        solver = functools.partial(_solver, utils.get_dependant)
        stack.enter_context(patched(routing, "solve_dependencies", solver))
        stack.enter_context(patched(utils, "_solve_generator", _generators))
        stack.enter_context(patched(utils, "run_in_threadpool", _threads))
        yield
    KNOWN.forget()
    ORDERS.forget()


def _solver(make: Any, original: Any) -> Any:
    async def hooked(**given: Any) -> Any:
        solving = _opened(given, make)
        if solving is None:
            return await original(**given)
        given["dependency_cache"] = solving  # in the place of the empty one that it would make
        try:
            solved = await original(**given)
        except BaseException as error:
            solving.failed(error)
            raise
        solving.close(solved.errors)
        return solved

    return hooked


def _opened(given: dict[str, Any], make: Any) -> Solving | None:
    record, dependant = current(), given["dependant"]
    if record is None or not dependant.dependencies or given.get("dependency_cache") is not None:
        return None
    try:
        provider = given.get("dependency_overrides_provider")
        overrides = getattr(provider, "dependency_overrides", None) if provider else None
        return Solving(record, ORDERS.of(dependant, overrides or {}, make))
    except Exception as error:  # noqa: BLE001 - a border: the request goes on as without us
        record.fault(PANEL, error)
        return None


def _called() -> Place | None:
    """Return the dependency that is being called here, if one is."""
    here = position.get()
    return here if type(here) is Place else None


def _generators(original: Any) -> Any:
    async def hooked(**given: Any) -> Any:
        place, stack = _called(), given.get("stack")
        if place is None or stack is None:
            return await original(**given)
        if place.timed.attributes["dependency.kind"] == "generator":
            place.timed.attributes["dependency.thread"] = True
        exits = _Exits(CleanUp(place))
        stack.push(exits.last)  # below the generator, so it is called when that has cleaned up
        value = await original(**given)
        stack.push(exits.first)
        return value

    return hooked


class _Exits:
    """The two callbacks around a generator on the request's exit stack; they only look, and suppress nothing."""

    def __init__(self, cleaning: CleanUp) -> None:
        self.cleaning = cleaning
        self.thrown: BaseException | None = None

    def first(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Note that the generator is about to clean up, and what is thrown into it."""
        self.thrown = error
        self.cleaning.begun()

    def last(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Note that it has, and what it raised of its own."""
        thrown, self.thrown = self.thrown, None
        self.cleaning.ended(error if error is not thrown else None)


def _threads(original: Any) -> Any:
    async def hooked(func: Any, *args: Any, **kwargs: Any) -> Any:
        place = _called()
        if place is None:
            return await original(func, *args, **kwargs)

        def working() -> Any:
            place.working()
            try:
                return func(*args, **kwargs)
            finally:
                place.worked()

        return await original(working)

    return hooked
