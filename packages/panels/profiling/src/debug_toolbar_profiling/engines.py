"""Engines: the profilers that a panel's option may ask for beside or in place of the sampling thread, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal, Protocol

from debug_toolbar_core.exclusive import EXCLUSIVE, Lease
from debug_toolbar_core.fault import message_of
from debug_toolbar_profiling.others import profilers
from debug_toolbar_profiling.run import Run

Name = Literal["sampling", "yappi", "pyinstrument"]


class Engine(Protocol):
    """A profiler at work for one record."""

    def stop(self, run: Run) -> None:
        """Stop, leave nothing switched on, and give the run what was found."""


def started(name: Name, run: Run, record_id: str) -> Engine | None:
    """Start an engine for a record, or note why it was not: not installed, or another profiler is at work."""
    if name == "sampling":
        return None
    active = profilers()
    if active:
        run.notes.append(f"{name} was not started: {', '.join(active)} is at work in this process.")
        return None
    lease, taken = EXCLUSIVE.take(name, record_id, {"profile"})
    if lease is None:
        run.notes.append(f"{name} was not started: {taken.tool if taken else name} is at work for another request.")
        return None
    engine = None
    try:
        engine = _start(name, run)
    except ImportError:
        run.notes.append(f"{name} was not started: it is not installed here.")
    except Exception as error:  # noqa: BLE001 - a border: the sampling thread does without it
        run.notes.append(f"{name} was not started: {type(error).__qualname__}: {message_of(error)}.")
    if engine is None:
        lease.release()
        return None
    run.engine = name
    return _Leased(engine, lease)


def _start(name: Name, run: Run) -> Engine:
    module = import_module(f"debug_toolbar_profiling.engine_{name}")
    start: Callable[[Any, Run], Engine] = module.start
    return start(import_module(name), run)


class _Leased:
    """An engine with its right to be the only one."""

    def __init__(self, engine: Engine, lease: Lease) -> None:
        self._engine = engine
        self._lease = lease

    def stop(self, run: Run) -> None:
        try:
            self._engine.stop(run)
        except Exception as error:  # noqa: BLE001 - a border: the sampled profile is still there
            run.notes.append(f"{run.engine} failed: {type(error).__qualname__}: {message_of(error)}.")
        finally:
            self._lease.release()
