"""Users: the first opens and the last closes, wherever the last one leaves."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator
from threading import Event, Thread
from typing import Any

import pytest

from debug_toolbar_core import Hooks
from debug_toolbar_core.users import Users


class Door:
    """What is opened and closed, with a deed to do in the middle of either."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.opening: Callable[[], Any] = lambda: None
        self.users = Users(self.open, self.close)

    def open(self) -> None:
        """Open."""
        self.told.append("open")
        self.opening()
        self.told.append("opened")

    def close(self) -> None:
        """Close."""
        self.told.append("close")


def dropped(door: Door) -> None:
    """Leave a user behind that only the collector finds: a generator in a cycle, as an application without shutdown."""

    def user(own: list[Any]) -> Generator[None]:
        door.users.enter()
        try:
            yield
        finally:
            door.users.leave()

    cycle: list[Any] = []
    cycle.append(user(cycle))
    next(cycle[0])


def test_the_first_opens_and_the_last_closes() -> None:
    """However many come and go in between, it is opened once and closed once."""
    door = Door()
    door.users.enter()
    door.users.enter()
    door.users.leave()
    assert door.told == ["open", "opened"]
    door.users.leave()
    assert door.told == ["open", "opened", "close"]
    assert door.users.count == 0


def test_who_could_not_open_has_not_come() -> None:
    """What opening raises goes to the caller, and the next one tries again."""
    door = Door()
    door.opening = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        door.users.enter()
    assert door.users.count == 0
    door.opening = lambda: None
    door.users.enter()
    assert door.told == ["open", "open", "opened"]


def test_one_that_is_collected_while_it_is_held_leaves_afterwards() -> None:
    """The collector may close a user in the very thread that holds it: nothing waits, it is closed on letting go."""
    door = Door()
    gc.collect()
    dropped(door)
    assert door.users.hold()
    gc.collect()
    assert door.told == ["open", "opened"]
    door.users.let_go()
    assert door.told == ["open", "opened", "close"]


def test_one_that_is_collected_while_another_comes_does_not_close_it() -> None:
    """It is opened for the one that comes in that moment, and stays open for it."""
    door = Door()

    def leaves_at_once() -> None:
        door.users.enter()
        door.users.leave()

    door.opening = leaves_at_once
    door.users.enter()
    assert door.told == ["open", "opened"]
    assert door.users.count == 1


def test_leaving_does_not_wait_for_another_thread() -> None:
    """A thread that leaves while another holds it goes on; the other closes it."""
    door, held, go = Door(), Event(), Event()
    door.users.enter()

    def holder() -> None:
        door.users.hold()
        held.set()
        go.wait(60)
        door.users.let_go()

    thread = Thread(target=holder)
    thread.start()
    assert held.wait(60)
    assert not door.users.hold(wait=False)
    door.users.leave()
    assert door.told == ["open", "opened"]
    go.set()
    thread.join(60)
    assert door.told == ["open", "opened", "close"]


def test_hooks_of_a_dropped_toolbar_are_put_back_when_it_is_collected_inside_another_hook() -> None:
    """A toolbar nobody stopped is collected while a hook of the next runs: no deadlock, and nothing stays patched."""
    hooks, told = Hooks("mine"), list[str]()

    @hooks.into("json")
    def patch(module: Any) -> Generator[None]:
        gc.collect()
        told.append("patched")
        yield
        told.append("back")

    @hooks.into("string")
    def second(module: Any) -> Generator[None]:
        gc.collect()
        yield

    def dropped_toolbar() -> None:
        cycle: list[Any] = []

        def lifespan(own: list[Any]) -> Generator[None]:
            with hooks.open():
                yield

        cycle.append(lifespan(cycle))
        next(cycle[0])

    gc.disable()
    try:
        dropped_toolbar()
        with hooks.open():
            gc.collect()
            assert told == ["patched"]
    finally:
        gc.enable()
    assert told == ["patched", "back"]
