"""Start-up: what ran when an application started, with the time it took; outside of every record."""

from __future__ import annotations

import functools
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from time import perf_counter
from typing import Any

from debug_toolbar_core import patched
from debug_toolbar_core.fault import message_of
from debug_toolbar_events.timed import KNOWN, plain

_MOST = 200
_OURS = "debug_toolbar_"

Ran = tuple[str, str, float, str | None]
"""What ran: its kind, its name, seconds, and the error it raised."""


class Startups:
    """What ran at the start of each application that is running now, known by the application itself."""

    def __init__(self) -> None:
        self._running: dict[int, list[Ran]] = {}

    @contextmanager
    def of(self, target: Any) -> Generator[None]:
        """Listen to the start of an application, until the toolbar closes."""
        ran: list[Ran] = []
        before = self._running.get(id(target))
        self._running[id(target)] = ran
        try:
            with ExitStack() as stack:
                stack.enter_context(_managers(getattr(target, "_lifespan_managers", None), ran))
                router = getattr(target, "router", None)
                if _has_lifespan(router):
                    stack.enter_context(patched(router, "lifespan_context", functools.partial(_manager, ran)))
                yield
        finally:
            if before is None:
                self._running.pop(id(target), None)
            else:
                self._running[id(target)] = before

    def told(self, target: Any) -> list[list[Any]]:
        """Return what ran at the start of an application so far."""
        return [list(ran) for ran in self._running.get(id(target), ())]

    def hook(self, original: Any) -> Any:
        """Wrap Litestar's call of a start-up or shut-down hook."""

        async def hooked(app: Any, hook: Any) -> Any:
            ran = self._running.get(id(app))
            if ran is None:
                return await original(app, hook)
            kind = "start-up" if any(hook is known for known in app.on_startup) else "shut-down"
            with _timing(ran, kind, plain(hook)):
                return await original(app, hook)

        return hooked


STARTUPS = Startups()


def _has_lifespan(router: Any) -> bool:
    """Tell whether a Starlette router has a lifespan that is not the empty one that each has."""
    own = getattr(router, "__dict__", {})
    if "lifespan_context" not in own:
        return False
    default = KNOWN.describe(own["lifespan_context"]).name.endswith("_DefaultLifespan")
    return not default or bool(own.get("on_startup") or own.get("on_shutdown"))


@contextmanager
def _timing(ran: list[Ran], kind: str, call: Any) -> Generator[None]:
    started, error = perf_counter(), None
    try:
        yield
    except BaseException as raised:
        error = f"{type(raised).__qualname__}: {message_of(raised)}"
        raise
    finally:
        told = KNOWN.describe(call)
        if len(ran) < _MOST and not told.name.startswith(_OURS):
            ran.append((kind, told.name, perf_counter() - started, error))


class _Manager(AbstractAsyncContextManager[Any]):
    """A lifespan's context manager, its entering and its leaving timed."""

    def __init__(self, call: Any, manager: Any, ran: list[Ran]) -> None:
        self.call = call
        self.manager = manager
        self.ran = ran

    async def __aenter__(self) -> Any:
        with _timing(self.ran, "lifespan", self.call):
            return await self.manager.__aenter__()

    async def __aexit__(self, *raised: Any) -> bool | None:
        with _timing(self.ran, "lifespan's end", self.call):
            suppressed: bool | None = await self.manager.__aexit__(*raised)
            return suppressed


def _manager(ran: list[Ran], call: Any) -> Any:
    """Wrap what makes a lifespan's context manager."""

    def made(*args: Any, **kwargs: Any) -> Any:
        return _Manager(call, call(*args, **kwargs), ran)

    return functools.update_wrapper(made, call)


@contextmanager
def _managers(managers: Any, ran: list[Ran]) -> Generator[None]:
    """Time those of Litestar's lifespan managers that are still to be entered: the toolbar's own is the first."""
    if type(managers) is not list:
        yield
        return
    replaced: list[tuple[Any, Any]] = []
    for index, call in enumerate(managers):
        if not isinstance(call, AbstractAsyncContextManager) and not KNOWN.describe(call).name.startswith(_OURS):
            managers[index] = made = _manager(ran, call)
            replaced.append((made, call))
    try:
        yield
    finally:
        for made, call in replaced:
            managers[:] = [call if known is made else known for known in managers]
