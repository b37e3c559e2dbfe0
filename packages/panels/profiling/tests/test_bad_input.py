"""Bad input: what goes wrong while a request is profiled; after each test nothing is to be switched on."""

from __future__ import annotations

import asyncio
import cProfile
import gc
import subprocess
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from debug_toolbar_core import Application
from debug_toolbar_profiling import ProfilingPanel, sampler
from debug_toolbar_profiling.clocks import Clocks
from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.sampler import SAMPLER


def threads() -> list[threading.Thread]:
    """Return the sampling threads that there are."""
    return [thread for thread in threading.enumerate() if thread.name == "debug-toolbar-sampler"]


async def test_there_is_one_thread_while_somebody_profiles(kit: SimpleNamespace) -> None:
    """Two profiled at once share a thread, which rests after the last; the switch interval is as it was."""
    toolbar, before = kit.toolbar_of(), sys.getswitchinterval()
    assert kit.rested()
    first, second = toolbar.open("http"), toolbar.open("http")
    assert len(threads()) == 1
    assert sys.getswitchinterval() < before
    first.close()
    assert kit.begun()
    second.close()
    assert kit.rested()
    assert sys.getswitchinterval() == before


async def test_the_next_request_finds_the_thread(kit: SimpleNamespace) -> None:
    """Between two requests the thread is parked: it costs nothing, looks at nothing, and holds nothing of the last."""
    burn, toolbar = kit.burner("seen"), kit.toolbar_of()

    async def work() -> None:
        burn(0.03)

    await kit.serve(toolbar, work())
    assert kit.rested()
    (thread,) = threads()
    clocks = Clocks()
    before = clocks.cpu(thread.ident or 0)
    time.sleep(0.02)  # noqa: ASYNC251 - in which a thread at work would look several times
    assert clocks.cpu(thread.ident or 0) == before
    assert not [run for run in gc.get_objects() if type(run) is Run]
    profile = kit.taken(await kit.serve(toolbar, work()))
    assert threads() == [thread]
    assert "seen" in {function.name for function in profile.functions}


async def test_a_thread_that_nobody_needs_ends(kit: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends by itself some time after the last request, and the next one has a new thread."""
    SAMPLER.close()
    monkeypatch.setattr(sampler, "LINGER", 0.01)
    for _ in range(3):
        await kit.serve(kit.toolbar_of(), asyncio.sleep(0.01))
        for thread in threads():
            await asyncio.to_thread(thread.join, 5)
        assert not threads()


async def test_it_ends_with_the_application(kit: SimpleNamespace) -> None:
    """A toolbar that is stopped leaves no thread, unless another application's request is being profiled."""
    first, second = kit.toolbar_of(), kit.toolbar_of()
    for toolbar in (first, second):
        toolbar.start(Application())
    opened = second.open("http")
    first.stop()
    assert len(threads()) == 1
    opened.close()
    second.stop()
    assert not threads()


async def test_a_switch_interval_that_was_set_meanwhile_stays(kit: SimpleNamespace) -> None:
    """What the application sets while it is profiled is its own, and not put back."""
    before = sys.getswitchinterval()
    try:
        opened = kit.toolbar_of().open("http")
        sys.setswitchinterval(0.004)
        await asyncio.sleep(0.01)
        opened.close()
        assert sys.getswitchinterval() == pytest.approx(0.004)
    finally:
        sys.setswitchinterval(before)


async def test_a_request_that_raises_is_profiled(kit: SimpleNamespace) -> None:
    """The exception passes as it was, and the profile is there."""
    burn = kit.burner("before_the_fall")
    error = ValueError("no such book")

    async def work() -> None:
        burn(0.03)
        raise error

    toolbar = kit.toolbar_of()
    with pytest.raises(ValueError, match="no such book") as raised:
        await kit.serve(toolbar, work())
    assert raised.value is error
    (line,) = (await toolbar.recent())[0]
    profile = kit.taken(await toolbar.load(line["id"]))
    assert "before_the_fall" in {function.name for function in profile.functions}


async def test_a_cancelled_request_is_profiled(kit: SimpleNamespace) -> None:
    """Cancellation arrives where it is awaited, and ends the profile."""
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    task = asyncio.create_task(kit.serve(kit.toolbar_of(), work()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]
    assert kit.rested()


def test_a_forgotten_request_is_let_go(kit: SimpleNamespace) -> None:
    """A request whose task is destroyed with its loop, as when a server is killed, leaves nothing running."""
    loop = asyncio.new_event_loop()
    toolbar = kit.toolbar_of()
    task = loop.create_task(kit.serve(toolbar, asyncio.sleep(10)))
    loop.run_until_complete(asyncio.sleep(0.01))
    assert kit.begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()
    del task
    gc.collect()
    assert kit.rested()


async def test_a_generator_that_is_given_up_leaves_nothing(kit: SimpleNamespace) -> None:
    """A panel that core gives up in the middle stops, too."""
    panel, toolbar = ProfilingPanel(), kit.toolbar_of()
    opened = toolbar.open("http")
    running = panel.collect(opened.record)
    next(running)
    running.close()
    opened.close()
    assert kit.rested()


async def test_an_event_loop_in_a_thread_is_profiled_by_itself(kit: SimpleNamespace) -> None:
    """Requests on a loop in another thread, at the same time, have their own profiles."""
    toolbar, here, there = kit.toolbar_of(), kit.burner("here"), kit.burner("there")
    found: list[Any] = []

    async def work(burn: Any) -> None:
        for _ in range(5):
            burn(0.01)
            await asyncio.sleep(0)

    thread = threading.Thread(target=lambda: found.append(asyncio.run(kit.serve(toolbar, work(there)))))
    thread.start()
    record = await kit.serve(toolbar, work(here))
    thread.join()
    names = [{function.name for function in kit.taken(one).functions} for one in (record, found[0])]
    assert "here" in names[0]
    assert "there" not in names[0]
    assert "there" in names[1]
    assert "here" not in names[1]


async def test_a_nested_loop_in_a_thread_of_the_request_is_included(kit: SimpleNamespace) -> None:
    """A loop that the request itself runs in a thread belongs to it."""
    burn = kit.burner("nested")

    async def inner() -> None:
        burn(0.03)

    async def work() -> None:
        await asyncio.to_thread(lambda: asyncio.run(inner()))

    profile = kit.taken(await kit.serve(kit.toolbar_of(), work()))
    assert "nested" in {function.name for function in profile.functions}


async def test_recursion_to_the_limit_is_cut(kit: SimpleNamespace) -> None:
    """A stack of thousands of calls is kept with its ends; the RecursionError is the application's."""
    burn = kit.burner("at_the_bottom")

    def down(depth: int) -> None:
        if depth:
            down(depth - 1)
        else:
            burn(0.05)

    def endless() -> None:
        endless()

    async def work(depth: int) -> None:
        down(depth)
        with pytest.raises(RecursionError):
            endless()

    toolbar, before = kit.toolbar_of(), sys.getrecursionlimit()
    shallow = kit.taken(await kit.serve(toolbar, work(500)))
    sys.setrecursionlimit(5_000)
    try:
        deep = kit.taken(await kit.serve(toolbar, work(3_000)))
    finally:
        sys.setrecursionlimit(before)
    for profile in (shallow, deep):
        names = {function.name for function in profile.functions}
        assert "at_the_bottom" in names
        assert any(name.startswith("… ") for name in names)
        assert profile.facts["cpu"] >= 0.05
        assert max(len(profile.stack(node)) for node in range(len(profile.nodes))) < 300


async def test_c_code_that_holds_the_gil_is_told(kit: SimpleNamespace) -> None:
    """Time in which nobody could look stands at the caller, and the panel says so."""

    async def work() -> None:
        sum(range(12_000_000))
        until = time.thread_time() + 0.02
        while time.thread_time() < until:  # so that there is a look, on a machine with other work too, while it is here
            pass

    toolbar = kit.toolbar_of()
    record = await kit.serve(toolbar, work())
    profile = kit.taken(record)
    assert profile.facts["attributed"] >= 0.75 * profile.facts["running"]
    assert profile.facts["gap"] >= 0.025
    assert profile.facts["gap_in"].endswith("work")
    notices = [notice.text for _, notice in toolbar.notices(record)]
    assert any("C code that holds the GIL" in text for text in notices)


async def test_another_profiler_is_told_and_left_alone(kit: SimpleNamespace) -> None:
    """With a profiler of somebody else's at work, ours runs beside it, says so, and leaves it running."""
    other = cProfile.Profile()
    other.enable()
    try:
        toolbar = kit.toolbar_of()
        record = await kit.serve(toolbar, asyncio.sleep(0))
        assert any("at the same time" in note for note in kit.taken(record).notes)
        exact = await kit.serve(kit.toolbar_of(engine="yappi"), asyncio.sleep(0))
        assert any("yappi was not started" in note for note in kit.taken(exact).notes)
        assert kit.taken(exact).facts["engine"] == "sampling"
    finally:
        other.disable()
    assert other.getstats()


async def test_a_tracer_is_told(kit: SimpleNamespace) -> None:
    """A debugger or coverage that traces is named, since it slows what is measured."""
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        record = await kit.serve(kit.toolbar_of(), asyncio.sleep(0))
    finally:
        sys.settrace(before)
    assert any("traced the code" in note for note in kit.taken(record).notes)


async def test_a_sampler_that_fails_is_said(kit: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours ends the sampling, not the requests, and stands on the panel."""

    def broken(*_: object) -> None:
        raise RuntimeError("no frames here")

    with monkeypatch.context() as patch:
        patch.setattr(sys, "_current_frames", broken)
        record = await kit.serve(kit.toolbar_of(), asyncio.sleep(0.02))
    assert "The sampling thread failed: RuntimeError" in kit.taken(record).notes
    assert kit.rested()


FORK = """
import os, sys, threading, time
from debug_toolbar_profiling import ProfilingPanel
from debug_toolbar_testing import capture

def samplers():
    return [thread for thread in threading.enumerate() if thread.name == "debug-toolbar-sampler"]

before = sys.getswitchinterval()
with capture(ProfilingPanel()) as seen:
    child = os.fork()
    if child == 0:
        right = not samplers() and sys.getswitchinterval() == before
        with capture(ProfilingPanel()) as inner:
            right = right and len(samplers()) == 1
            time.sleep(0.01)
        right = right and inner.data is not None and sys.getswitchinterval() == before
        os._exit(0 if right else 1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(code if seen.data is not None else 2)
"""


def test_a_forked_process_begins_anew() -> None:
    """A child forked while its parent profiles has the interval as it was, and can profile by a thread of its own."""
    # In a process of its own: the child of a test runner may find a lock that one of the runner's threads held.
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


async def test_a_run_ends_in_the_sampling_thread_too(kit: SimpleNamespace) -> None:
    """A garbage collection in the sampling thread may close a forgotten request: it does not wait for itself."""
    opened = kit.toolbar_of().open("http")
    run: Run = opened.record.held["profiling"]
    ended = threading.Event()

    class Ends:
        """Garbage that ends the run, in the thread that is asked for the record's stack."""

        def __call__(self, *_: Any) -> int:
            SAMPLER.remove(run)
            SAMPLER.close()
            ended.set()
            return 0

    SAMPLER._spend = Ends()  # type: ignore[method-assign]  # it is called in the middle of a sample
    try:
        assert await asyncio.to_thread(ended.wait, 5)
    finally:
        del SAMPLER._spend  # type: ignore[method-assign]
    opened.close()
    assert kit.rested()
