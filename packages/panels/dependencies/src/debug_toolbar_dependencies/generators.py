"""Generators: the clean-ups of Litestar's dependencies, each timed where the framework comes back to its generator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from debug_toolbar_core.observed import Inside
from debug_toolbar_dependencies.resolutions import CleanUp

_CLEAN_UPS: WeakKeyDictionary[Any, CleanUp] = WeakKeyDictionary()
"""What is to be noted of generators that wait for the end of their requests."""


class Group:
    """The group that cleans up, as a dependency's generator is given to it."""

    __slots__ = ("group", "inside")

    def __init__(self, group: Any, inside: Inside) -> None:
        self.group = group
        self.inside = inside

    def add(self, generator: Any) -> None:
        """Pass the generator on, known from now on by its dependency."""
        self.group.add(generator)
        _CLEAN_UPS[generator] = CleanUp(self.inside)


def closed(original: Any) -> Any:
    """Wrap what makes a generator's clean-up a coroutine function, where the request went well."""

    def hooked(generator: Any) -> Any:
        wrapped = original(generator)
        cleaning = _CLEAN_UPS.pop(generator, None)
        if cleaning is None:
            return wrapped

        async def cleaned() -> None:
            cleaning.begun()
            try:
                await wrapped()
            except BaseException as error:
                cleaning.ended(error)
                raise
            cleaning.ended()

        return cleaned

    return hooked


def thrown(original: Any) -> Any:
    """Wrap what throws a request's exception into its generators."""

    async def hooked(self: Any, exc: BaseException) -> None:
        generators = self._generators
        known = {id(generator): _CLEAN_UPS.pop(generator, None) for generator in generators}
        # Litestar throws into one after the other: what lies between two of its steps is one clean-up.
        self._generators = _in_turn(generators, known)
        try:
            await original(self, exc)
        except BaseExceptionGroup as group:
            for error in group.exceptions:
                _blame(error, generators, known)
            raise
        finally:
            self._generators = generators

    return hooked


def _in_turn(generators: list[Any], known: dict[int, CleanUp | None]) -> Iterator[Any]:
    for generator in generators:
        cleaning = known[id(generator)]
        if cleaning is None:
            yield generator
            continue
        cleaning.begun()
        try:
            yield generator
        finally:
            cleaning.ended()


def _blame(error: BaseException, generators: list[Any], known: dict[int, CleanUp | None]) -> None:
    """Note an error with the clean-up whose code is in its traceback."""
    codes, traceback = set(), error.__traceback__
    while traceback is not None:
        codes.add(traceback.tb_frame.f_code)
        traceback = traceback.tb_next
    for generator in generators:
        cleaning = known[id(generator)]
        if cleaning is not None and getattr(generator, "ag_code", getattr(generator, "gi_code", None)) in codes:
            cleaning.blame(error)
