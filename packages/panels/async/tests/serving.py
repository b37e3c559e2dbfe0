"""What the tests of this package serve with: a toolbar with this panel alone, and what an adapter does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from debug_toolbar_async import AsyncPanel
from debug_toolbar_async.reading import seen_of
from debug_toolbar_async.seen import Seen, Task
from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.exchange import Plain, Request
from debug_toolbar_core.record import Kind

Result = TypeVar("Result")
LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop, uvloop.new_event_loop]
_EAGER = [factory for name in ("eager_task_factory",) if (factory := getattr(asyncio, name, None))]
"""asyncio's eager task factory, where this Python has it."""
RUNS = [*((loop, None) for loop in LOOPS), *((asyncio.new_event_loop, factory) for factory in _EAGER)]
"""Loops with task factories; uvloop's `create_task` hands an eager one an argument that it refuses."""


def toolbar_of(always: bool = True, **options: Any) -> Toolbar:
    """Return a toolbar with this panel alone, which raises what the panel does wrong."""
    return Toolbar(Config(panels=[AsyncPanel(**options)], strict=True, always=["async"] if always else []))


async def serve(
    toolbar: Toolbar, work: Awaitable[Any], asked: tuple[str, ...] = (), kind: Kind = "http", ago: float = 0.0
) -> Record:
    """Do what an adapter does: open, drive the application, close, keep, and read back; an error is raised.

    The record is as if it had begun so many seconds `ago`.
    """
    capture = toolbar.open(kind, Plain(Request()), None, asked)
    capture.record.started -= ago
    for driver in capture.record.drivers:
        work = driver(work)
    error: BaseException | None = None
    try:
        await work
    except BaseException as raised:
        error = raised
        raise
    finally:
        toolbar.keep(capture.close(error))
    return await toolbar.load(capture.record.id)


async def watched(work: Awaitable[Any], **options: Any) -> Seen:
    """Serve a request, and return what was seen of it."""
    return seen_in(await serve(toolbar_of(**options), work))


def seen_in(record: Record) -> Seen:
    """Return what was seen of a record that was watched."""
    assert not record.failures, record.failures
    seen = seen_of(record)
    assert seen is not None
    return seen


def named(seen: Seen, coroutine: str) -> list[Task]:
    """Return the tasks that run a coroutine function of this name."""
    return [task for task in seen.tasks if task.coroutine.rpartition(".")[2] == coroutine]


def run(
    work: Callable[[], Coroutine[Any, Any, Result]], loop: Callable[[], asyncio.AbstractEventLoop], factory: Any = None
) -> Result:
    """Run a coroutine function on a new loop with a task factory."""
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.get_loop().set_task_factory(factory)
        return runner.run(work())
