"""Callables: functions, classes, objects and what wraps them, described once each."""

from __future__ import annotations

import functools
import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from debug_toolbar_core.callables import Callables, short


def plain() -> None:
    """Do nothing."""


async def coroutine() -> None:
    """Do nothing."""


def generator() -> Iterator[None]:
    """Yield nothing."""
    yield


async def asynchronous() -> AsyncIterator[None]:
    """Yield nothing."""
    yield


class Made:
    def method(self) -> None: ...


class Called:
    async def __call__(self) -> None: ...


class Strange:
    """An object that breaks when it is looked at."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    __name__ = "strange"  # pytest asks for it

    def __call__(self) -> None: ...


@functools.wraps(coroutine)
def wrapped() -> None:
    """Do nothing."""


STRANGE = Strange()


@pytest.mark.parametrize(
    ("call", "name", "kind"),
    [
        (plain, "plain", "function"),
        (coroutine, "coroutine", "coroutine"),
        (generator, "generator", "generator"),
        (asynchronous, "asynchronous", "async generator"),
        (Made, "Made", "class"),
        (Made().method, "Made.method", "function"),
        (Called(), "Called", "coroutine"),
        (wrapped, "coroutine", "coroutine"),
        (functools.partial(functools.partial(generator)), "generator", "generator"),
        (lambda: None, "<lambda>", "function"),
        (STRANGE, "Strange", "instance"),
    ],
)
def test_a_callable_is_named_by_what_was_written(call: Any, name: str, kind: str) -> None:
    """Partials, wrappers, methods and objects are called what one would look for, with their kind."""
    told = Callables().describe(call)
    assert (told.short, told.kind) == (name, kind)
    assert told.name.endswith(name)
    assert (told.source is None) == (kind == "instance")


def test_it_is_found_out_once_and_can_be_forgotten() -> None:
    """The same callable has the same description, until all are let go of; there are never very many."""
    known = Callables()
    first = known.describe(plain)
    assert known.describe(plain) is first
    known.forget()
    assert known.describe(plain) is not first
    for number in range(2_001):
        known.describe(type(f"Made{number}", (), {}))
    assert known.describe(plain) == first


def test_nothing_of_the_application_is_kept_alive() -> None:
    """Of a closure, a bound method or an object only the code or the class is held, and it is described alike."""
    known = Callables()

    def make() -> Any:
        def inner() -> Any:
            return found

        found = Made()
        return inner

    first, second = make(), make()
    assert known.describe(first) is known.describe(second)
    bound, called = Made().method, Called()
    known.describe(functools.partial(bound))
    known.describe(called)
    gone = [weakref.ref(thing) for thing in (first, second, bound.__self__, called)]
    del first, second, bound, called
    gc.collect()
    assert [ref() for ref in gone] == [None] * 4


def test_a_short_name_is_what_one_would_write() -> None:
    """A method keeps its class, a nested function its own name alone."""
    assert short("shop.deps.Carts.of_visitor") == "Carts.of_visitor"
    assert short("shop.make.<locals>.cart") == "cart"
    assert short("cart") == "cart"
