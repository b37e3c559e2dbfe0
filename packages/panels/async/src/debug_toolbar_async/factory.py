"""Factory: an event loop's task factory, replaced while a record that asked for it is open on that loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from debug_toolbar_async.traced import Traced
from debug_toolbar_core.context import position

if TYPE_CHECKING:
    from debug_toolbar_async.lane import Lane
    from debug_toolbar_async.watch import Watch

Make = Callable[..., Any]
HELD = "async"


@contextmanager
def installed(loop: asyncio.AbstractEventLoop) -> Generator[None]:
    """Have the tasks of watched records traced on a loop; what was its factory makes them, and is put back."""
    previous = loop.get_task_factory()
    ours = factory_for(previous)
    loop.set_task_factory(ours)
    try:
        yield
    finally:
        if loop.get_task_factory() is ours:  # what somebody else put over ours stays, and goes through it
            loop.set_task_factory(previous)


def is_eager(factory: Any) -> bool:
    """Tell whether a factory runs tasks eagerly, by its code: so anyio tells, too."""
    eager = getattr(asyncio, "eager_task_factory", None)
    return eager is not None and getattr(factory, "__code__", None) is eager.__code__


def factory_for(previous: Any) -> Any:
    """Return a factory that does as the previous one; an eager one stays eager, and is seen to be."""
    if is_eager(previous):
        constructor = previous.__closure__[0].cell_contents

        def construct(work: Any, *, loop: Any = None, **named: Any) -> Any:
            return _make(loop, work, lambda traced: constructor(traced, loop=loop, **named))

        return asyncio.create_eager_task_factory(construct)  # type: ignore[attr-defined,unused-ignore]  # 3.12
    make: Make = previous or _task

    def factory(loop: Any, work: Any, **named: Any) -> Any:
        return _make(loop, work, lambda traced: make(loop, traced, **named))

    return factory


def _task(loop: Any, work: Any, **named: Any) -> Any:
    return asyncio.Task(work, loop=loop, **named)


def _make(loop: Any, work: Any, make: Make) -> Any:
    """Make a task, traced if the record here is watched on this loop."""
    traced = _traced(loop, work)
    if traced is None:
        return make(work)
    lane = cast("Lane", traced.lane)  # an eager task may have ended, and let go of it, before it is made
    try:
        task = make(traced)
    except BaseException:
        lane.watch.forget(lane)
        raise
    lane.watch.attach(lane, task)
    return task


def watched() -> Watch | None:
    """Return the watch of the record here, or None; unlike `current()` it counts nothing."""
    here = position.get()
    record = None if here is None else here.slot.record
    return None if record is None else cast("Watch | None", record.held.get(HELD))


def _traced(loop: Any, work: Any) -> Traced | None:
    watch = watched()
    if watch is None or watch.loop is not loop or type(work) is Traced or not asyncio.iscoroutine(work):
        return None
    try:
        return watch.make(work)
    except Exception as error:  # noqa: BLE001 - a border: the application's task must be made
        watch.record.fault(HELD, error)
        return None
