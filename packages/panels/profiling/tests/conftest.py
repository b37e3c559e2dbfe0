"""What the tests share: serving work as an adapter does, and a look at what is switched on in the process."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from debug_toolbar_core import Config, Record, Toolbar
from debug_toolbar_core.exclusive import EXCLUSIVE
from debug_toolbar_profiling import ProfilingPanel
from debug_toolbar_profiling.run import SLICES
from debug_toolbar_profiling.taken import Taken
from debug_toolbar_profiling.turns import SHORT, TURNS

HERE = Path(__file__).parent
TRIES = 5
SAMPLER = "debug-toolbar-sampler"


def toolbar_of(**options: Any) -> Toolbar:
    """Return a toolbar with this panel alone, always on, which raises what the panel does wrong."""
    return Toolbar(Config(panels=[ProfilingPanel(**options)], strict=True, always=["profiling"], budget=10.0))


async def serve(toolbar: Toolbar, work: Awaitable[Any]) -> Record:
    """Do what an adapter does: open, drive the application, close, keep, and read back."""
    capture = toolbar.open("http")
    error: BaseException | None = None
    try:
        for driver in capture.record.drivers:
            work = driver(work)
        await work
    except BaseException as raised:
        error = raised
        raise
    finally:
        toolbar.keep(capture.close(error))
    return await toolbar.load(capture.record.id)


def taken(record: Record) -> Taken:
    """Return a record's profile."""
    found = Taken.of(record.data["profiling"])
    assert found is not None
    return found


def burner(name: str) -> Callable[[float], None]:
    """Make a function of its own name that uses CPU for so many seconds."""
    scope: dict[str, Any] = {"clock": time.thread_time}
    code = f"def {name}(seconds):\n    end = clock() + seconds\n    while clock() < end:\n        pass\n"
    exec(compile(code, f"/app/{name}.py", "exec"), scope)  # noqa: S102 - a file of the user's, made up
    return scope[name]  # type: ignore[no-any-return]  # what was defined above


def sampling() -> bool:
    """Tell whether a sampling thread is at work; one that is parked until the next request is not."""
    leaves = sys._current_frames()
    found = [leaves.get(thread.ident or 0) for thread in threading.enumerate() if thread.name == SAMPLER]
    return any(leaf is None or leaf.f_code.co_name != "_park" for leaf in found)


def begun() -> bool:
    """Tell whether the sampling thread goes to work: it does when it has its turn."""
    return _in_time(sampling)


def rested() -> bool:
    """Tell whether the sampling thread goes to rest: it does when its last wait between two looks is over."""
    return _in_time(lambda: not sampling())


def _in_time(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.001)
    return true()


def switched_on() -> dict[str, Any]:
    """Return what a profiler might leave behind in a process."""
    loop = asyncio._get_running_loop()
    tools = getattr(sys, "monitoring", None)
    yappi: Any = sys.modules.get("yappi")
    return {
        "threads": [t.name for t in threading.enumerate() if t.name.startswith("debug-toolbar-") and t.name != SAMPLER],
        "sampling": not rested(),
        "interval": round(sys.getswitchinterval(), 6),
        "profile": (sys.getprofile(), threading.getprofile()),
        "monitoring": None if tools is None else [tools.get_tool(tool) for tool in range(6)],
        "yappi": yappi is not None and yappi.is_running(),
        "factory": None if loop is None else loop.get_task_factory(),
        "slices": dict(SLICES),
        "lease": EXCLUSIVE.holder("profile"),
    }


@pytest.fixture
def kit() -> SimpleNamespace:
    """The helpers above: test files cannot import one another."""
    return SimpleNamespace(toolbar_of=toolbar_of, serve=serve, taken=taken, burner=burner, begun=begun, rested=rested)


@pytest.fixture(autouse=True)
def _nothing_stays_on() -> Iterator[None]:
    """After every test nothing is switched on that was not before."""
    TURNS._least = SHORT  # as in a new process: on a busy machine one may have found that it needs longer turns
    before = switched_on()
    yield
    assert switched_on() == before


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Try a test of this folder that failed again, four times at most: a sampler sees what a busy machine lets it see.

    Not what must never be: a foreign frame (the tests marked `certain`), or something that stayed switched on, which
    is seen at a test's end.
    """
    if HERE not in item.path.parents:  # pytest asks every conftest.py about every test
        return None
    tries = 1 if item.get_closest_marker("certain") else TRIES
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for attempt in range(tries):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = {report.when for report in reports if report.failed}
        if attempt + 1 == tries or failed != {"call"}:
            break
        item._initrequest()  # type: ignore[attr-defined]  # new fixtures, as pytest-rerunfailures does it
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
