"""Starving: tests of what a thread sees must not fail where the machine lets no thread run."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

TRIES = 10
SHORT = 0.002
LATE = 0.01
"""Seconds after which a thread that is late is one that the machine keeps waiting, and not the interpreter."""
Test = TypeVar("Test", bound=Callable[..., Any])


class Witness:
    """A thread that does nothing but sleep; `starved` if it was ever woken much too late."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sleep, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def starved(self) -> bool:
        """Whether the machine was too busy to look in time."""
        return self.worst >= LATE

    def _sleep(self) -> None:
        while not self._over.is_set():
            before = time.perf_counter()
            time.sleep(SHORT)
            self.worst = max(self.worst, time.perf_counter() - before - SHORT)


def unless_starved(test: Test) -> Test:
    """Try a test that failed again if a thread of this process was kept waiting meanwhile; else it has failed."""

    @functools.wraps(test)
    def attempted(*arguments: Any, **named: Any) -> None:
        for attempt in range(TRIES):
            with Witness() as witness:
                try:
                    made = test(*arguments, **named)
                    if inspect.iscoroutine(made):
                        asyncio.run(made)
                    return
                except (AssertionError, ValueError):
                    failed = attempt + 1 == TRIES
                    time.sleep(2 * SHORT)  # so that the witness has its say
                    if failed or not witness.starved:
                        raise

    return attempted  # type: ignore[return-value]  # pytest runs it as the plain function that it is
