"""Jinja2's render functions and blocks, each with a span around it, in all the ways they are run.

Within a `render()` a part is made whole before it is handed on: that is where its text goes anyway, and no piece of it
passes through one more generator. Within `generate()` and `stream()` its pieces are handed on as they come.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from debug_toolbar_core.context import Position, position
from debug_toolbar_templates.rendering import Place, Rendering, began

_JOIN = "".join


def joins(environment: Any) -> bool:
    """Tell whether an environment only joins texts; a native one makes values of them, and all at once."""
    return bool(environment.concat == _JOIN)


def kind_of(context: Any, name: Any) -> str:
    """Tell what a template is rendered for: an extended one is given its child's context."""
    return "include" if context.name == name else "extends"


def wrapped(template: Any, place: Place, original: Any, block: bool) -> Any:
    """Return a render function, or a block's, that records itself."""
    environment, name = template.environment, template.name
    whole = joins(environment)
    make = _waiting if environment.is_async else _direct
    once, lazily = make(place, original)

    def root(context: Any, missing: Any = None, environment: Any = None) -> Any:  # as Jinja2's, which gives the first
        here = position.get()
        if here is None:
            return original(context)
        if type(here) is Rendering:
            if here.skip is place:
                here.skip = None
                return original(context)
            if whole and not here.lazy:
                return once(context, "block" if block else kind_of(context, name))
        return lazily(context, "block" if block else kind_of(context, name))

    vars(root)["place"] = place
    return root


class Block:
    """A block that records itself, and equals its own function: `super()` looks for that among a page's blocks."""

    __slots__ = ("original", "run")

    def __init__(self, original: Any, run: Any) -> None:
        self.original = original
        self.run = run

    def __call__(self, context: Any) -> Any:
        return self.run(context)

    def __eq__(self, other: object) -> bool:
        return self is other or other is self.original

    def __hash__(self) -> int:
        return hash(self.original)


def _direct(place: Place, original: Any) -> tuple[Any, Any]:
    def once(context: Any, kind: str) -> Iterator[str]:
        inside = began(place, kind)
        if inside is None:
            yield from original(context)
            return
        outer = position.get()
        position.set(inside)
        try:
            text = _JOIN(original(context))
        except BaseException as error:
            position.set(outer)
            inside.broke(error)
            raise
        position.set(outer)
        inside.done()
        yield text

    def lazily(context: Any, kind: str) -> Iterator[Any]:
        return pieces(began(place, kind, lazy=True), original(context))

    return once, lazily


def pieces(inside: Rendering | None, generator: Any) -> Iterator[Any]:
    """Hand on what a generator makes; only while it works its span is the place around it."""
    if inside is None:
        yield from generator
        return
    try:
        while True:
            outer = _enter(inside)
            try:
                piece = next(generator)
            except StopIteration:
                break
            finally:
                position.set(outer)
            yield piece
    except GeneratorExit:
        inside.timed.attributes["template.abandoned"] = True
        raise
    except BaseException as error:
        inside.broke(error)
        raise
    finally:
        generator.close()
        if inside.timed.end is None:
            inside.done()


def _waiting(place: Place, original: Any) -> tuple[Any, Any]:
    async def once(context: Any, kind: str) -> AsyncIterator[str]:
        inside = began(place, kind)
        if inside is None:
            async for piece in original(context):
                yield piece
            return
        outer = position.get()
        position.set(inside)
        try:
            text = _JOIN([piece async for piece in original(context)])
        except BaseException as error:
            position.set(outer)
            inside.broke(error)
            raise
        position.set(outer)
        inside.done()
        yield text

    def lazily(context: Any, kind: str) -> AsyncIterator[Any]:
        return pieces_later(began(place, kind, lazy=True), original(context))

    return once, lazily


async def pieces_later(inside: Rendering | None, generator: Any) -> AsyncIterator[Any]:
    """Hand on what an asynchronous generator makes."""
    if inside is None:
        async for piece in generator:
            yield piece
        return
    try:
        while True:
            outer = _enter(inside)
            try:
                piece = await anext(generator)
            except StopAsyncIteration:
                break
            finally:
                position.set(outer)
            yield piece
    except GeneratorExit:
        inside.timed.attributes["template.abandoned"] = True
        raise
    except BaseException as error:
        inside.broke(error)
        raise
    finally:
        await generator.aclose()
        if inside.timed.end is None:
            inside.done()


def _enter(inside: Rendering) -> Position | None:
    outer = position.get()
    if inside.slot.record is not None:  # else the record is closed, and what still runs belongs to nobody
        position.set(inside)
    return outer


_PARTS = [part.__code__ for part in (pieces, pieces_later, Block.__call__)]
for _made in (wrapped, _direct, _waiting):
    _PARTS += [part for part in _made.__code__.co_consts if hasattr(part, "co_code")]
CODES = frozenset(_PARTS)
"""Our own frames within a render: Jinja2 leaves them out of the tracebacks that it rewrites."""
