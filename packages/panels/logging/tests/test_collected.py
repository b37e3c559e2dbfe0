"""Lines that the garbage collector has somebody log, and toolbars that it finds."""

from __future__ import annotations

import gc
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from debug_toolbar_core import Application, Config, Toolbar
from debug_toolbar_logging import LoggingPanel
from debug_toolbar_logging.taps import TAPS


class Left:
    """Something in a cycle that complains when it is collected, as an unclosed client does."""

    def __init__(self, log: logging.Logger) -> None:
        self.log = log
        self.itself = self

    def __del__(self) -> None:
        self.log.warning("unclosed")


@contextmanager
def collecting(log: logging.Logger, every: int) -> Generator[None]:
    """Collect at every so-manieth allocation, and find something to complain each time."""
    before = gc.get_threshold()

    def leave_more(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            Left(log)

    gc.callbacks.append(leave_more)
    gc.set_threshold(every, 10_000, 10_000)  # the youngest alone: it goes quickly
    try:
        yield
    finally:
        gc.callbacks.remove(leave_more)
        gc.set_threshold(*before)


def test_a_line_of_a_collection_in_the_middle_of_another_is_recorded(toolbar: Toolbar, log: logging.Logger) -> None:
    """A `__del__` that logs while the first line of a record is being made stops nothing."""
    for every in range(1, 21):
        with toolbar.capture("http") as record, collecting(log, every):
            log.warning("mine")
            for _ in range(every):
                Left(log)
        names = {span.name for span in record.spans}
        assert names == {"mine", "unclosed"}


def test_a_toolbar_that_is_collected_while_the_taps_are_held_closes_them_then() -> None:
    """An application dropped without a shutdown is collected in a request of another: nothing waits for itself."""
    before = TAPS.users.count

    def drop() -> None:
        cycle: list[Any] = [Toolbar(Config(panels=[LoggingPanel()], strict=True))]
        cycle[0].start(Application())
        cycle.append(cycle)

    gc.collect()
    drop()
    assert TAPS.users.hold()
    gc.collect()
    assert TAPS.users.count == before + 1
    TAPS.users.let_go()
    assert TAPS.users.count == before
