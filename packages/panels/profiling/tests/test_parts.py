"""Parts: clocks, packages, awaits and contexts, where the platform or a library tells less than one would like."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import os
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.util.concurrency import await_only, greenlet_spawn

from debug_toolbar_core import Record
from debug_toolbar_core.drive import driven
from debug_toolbar_profiling.awaited import Chain, awaited
from debug_toolbar_profiling.climb import Climb, climb, walk
from debug_toolbar_profiling.clocks import Clocks
from debug_toolbar_profiling.contexts import context_given, context_of
from debug_toolbar_profiling.packages import package_of
from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.samples import RUNNING


def test_the_clock_of_another_thread_is_read() -> None:
    """A thread's CPU seconds are its own; of one that is gone, or was never there, nothing is told."""
    clocks, stop = Clocks(), threading.Event()

    def compute() -> None:
        until = time.thread_time() + 0.03
        while time.thread_time() < until:
            pass
        stop.wait()

    thread = threading.Thread(target=compute)
    thread.start()
    while (told := clocks.cpu(thread.ident or 0)) is not None and told < 0.03:
        time.sleep(0.001)
    assert (told is not None) == clocks.told
    stop.set()
    thread.join()
    until = time.monotonic() + 5
    while clocks.cpu(thread.ident or 0) is not None and time.monotonic() < until:
        time.sleep(0.001)  # Python is done with a thread a little before the system is
    assert clocks.cpu(thread.ident or 0) is None
    assert clocks.cpu(0) is None


def test_a_platform_without_thread_clocks_tells_nothing() -> None:
    """Then running time stands for CPU time."""
    assert Clocks(told=False).cpu(threading.get_ident()) is None


@pytest.mark.parametrize(
    ("file", "package"),
    [
        ("/app/shop/views.py", "app"),
        ("/venv/lib/python3.11/site-packages/sqlalchemy/orm/loading.py", "sqlalchemy"),
        ("/venv/lib/python3.11/site-packages/six.py", "six"),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", "yaml"),
        (os.__file__, "python"),
        ("<frozen importlib._bootstrap>", "python"),
        ("", "python"),
        (climb.__code__.co_filename, "debug_toolbar_profiling"),
    ],
)
def test_a_file_belongs_to_a_package(file: str, package: str) -> None:
    """The user's own code is `app`, a library's is named by its top level, the interpreter's is `python`."""
    assert package_of(file) == package


def test_a_walk_ends_at_the_outermost_frame_and_at_its_limit() -> None:
    """No frame, some frames, and too many of them."""
    assert walk(None) == []

    def down(depth: int) -> Any:
        import sys

        return down(depth - 1) if depth else climb(sys._getframe(), None)

    found: Climb = down(5)
    assert [code.co_name for code in found.functions[:6]] == ["down"] * 6
    assert not found.reached


async def test_contexts_of_tasks_of_every_kind() -> None:
    """Tasks of C and of Python tell their context, on every version; what is no task has none."""
    mark: contextvars.ContextVar[int] = contextvars.ContextVar("mark")
    mark.set(7)
    python_task: Any = asyncio.tasks._PyTask  # type: ignore[attr-defined]  # the one written in Python
    tasks = [asyncio.create_task(asyncio.sleep(0)), python_task(asyncio.sleep(0))]
    for task in tasks:
        context = context_of(task)
        assert context is not None
        assert context[mark] == 7
    await asyncio.gather(*tasks)
    assert context_of(object()) is None


def test_the_context_that_a_call_is_given_is_found() -> None:
    """Bare, in partials, and among its arguments; not where there is none."""
    context = contextvars.copy_context()
    assert context_given(context.run) is context
    assert context_given(functools.partial(functools.partial(context.run, print), 1)) is context
    assert context_given(print, (1, context.run)) is context
    assert context_given(print, (len,)) is None
    assert context_given(None) is None


async def test_what_is_awaited_may_be_anything() -> None:
    """Generators, other awaitables, finished coroutines and no awaitable at all."""

    class Once:
        def __await__(self) -> Any:
            return self

        def __next__(self) -> None:
            return None

    async def waits() -> None:
        await Once()

    coroutine = waits()
    coroutine.send(None)
    places = awaited(coroutine)
    assert next(getattr(function, "co_name", function) for function, _ in places) == "waits"
    assert str(places[-1][0]).endswith("Once")
    coroutine.close()
    assert awaited(coroutine) == []
    assert awaited(None) == []
    assert awaited(7) == [("builtins.int", 0)]


class Tick:
    """Waits for the loop's next round."""

    def __await__(self) -> Any:
        yield


async def deep(level: int) -> None:
    """Wait at several places, at several depths."""
    await Tick()
    if level:
        await deep(level - 1)
        await Tick()
        await deep(0)
    await Tick()


async def test_what_stands_where_it_stood_is_not_walked_again() -> None:
    """Found again and again, through generators, drivers and greenlets, the places are those of a new walk."""

    async def items() -> Any:
        for level in range(3):
            await deep(level)
            yield level

    def synchronous() -> None:
        await_only(deep(1))
        await_only(deep(0))

    async def outermost() -> None:
        await deep(3)
        async for level in items():
            await deep(level)
        await driven(deep(2), nothing, nothing)
        await greenlet_spawn(synchronous)
        await deep(1)

    def nothing() -> None:
        """Slices are nobody's here."""

    work, chain, kept = outermost(), Chain(), 0
    with contextlib.suppress(StopIteration):
        while True:
            work.send(None)
            before = list(chain.places)
            known = chain.find(work)
            assert chain.places == awaited(work)
            assert chain.places[:known] == before[:known]
            kept += known
    assert kept > 50
    assert chain.find(work) == 0
    assert chain.places == []


async def test_a_coroutine_is_not_kept_for_being_found() -> None:
    """What the application drops is closed at once, whether or not it was found waiting."""
    closed = list[str]()

    async def dropped() -> None:
        try:
            await Tick()
        finally:
            closed.append("closed")

    chain, work = Chain(), dropped()
    work.send(None)
    chain.find(work)
    del work
    assert closed == ["closed"]


async def test_awaits_that_cannot_be_located_are_counted(kit: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours while an await is located costs its place, and nothing else."""
    from debug_toolbar_profiling import waits

    def broken(self: object, work: object) -> None:
        raise RuntimeError(work)

    monkeypatch.setattr(waits.Chain, "find", broken)
    profile = kit.taken(await kit.serve(kit.toolbar_of(), asyncio.sleep(0.01)))
    assert profile.waits == []
    assert profile.facts["waiting"] >= 0.01
    assert any(profile.functions[number].name == "awaiting (not located)" for _, number in profile.nodes[1:])


async def test_await_points_are_bounded(kit: SimpleNamespace) -> None:
    """Past a number of different await points their time is counted, not their place."""
    scope: dict[str, Any] = {"asyncio": asyncio}
    code = "".join(f"async def wait_{index}():\n    await asyncio.sleep(0.0001)\n" for index in range(350))
    exec(compile(code, "/app/many.py", "exec"), scope)  # noqa: S102 - a file of the user's, made up

    async def work() -> None:
        for index in range(350):
            await scope[f"wait_{index}"]()

    profile = kit.taken(await kit.serve(kit.toolbar_of(), work()))
    assert len(profile.waits) <= 300
    assert profile.facts["waits"] == 350


@pytest.mark.parametrize(
    ("seen_in", "attributed", "told"),
    [
        (7, 0.098, 0.1),  # the end of the slice in which it was seen
        (7, 0.02, 0.023),  # what one look finds on the average, and no more
        (6, 0.098, 0.098),  # the last slice is another one: nobody knows what ran in it
        (0, 0.0, 0.0),  # nothing was seen at all
    ],
)
def test_what_was_seen_last_stands_for_the_end_of_its_slice(seen_in: int, attributed: float, told: float) -> None:
    """Nobody looks once a slice is over; a request of one slice is told to its end."""
    run, place = Run(Record("http")), (climb.__code__, 7)
    node = run.stacks.node([climb.__code__])
    run.driven, run.slices, run.state = True, 7, (0.1, 0.05, None, 0.0)
    run.accounted = run.accounted_cpu = attributed
    run.newest = (seen_in, node, place)
    run.settle()
    assert run.accounted == pytest.approx(told)
    assert run.samples.seconds(RUNNING) == pytest.approx(told - attributed)
    assert run.samples.cpu(RUNNING) <= max(0.0, 0.05 - attributed) + 1e-9
