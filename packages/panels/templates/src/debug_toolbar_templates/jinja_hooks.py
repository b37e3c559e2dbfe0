"""Jinja2: templates are recorded from their making on; those made before, at their first render."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from debug_toolbar_core import patched
from debug_toolbar_core.context import position
from debug_toolbar_templates.jinja_errors import syntax
from debug_toolbar_templates.jinja_made import ENGINE, UNNAMED, macro_place, place_of, recorded, restored, safely
from debug_toolbar_templates.jinja_wraps import CODES, pieces, pieces_later
from debug_toolbar_templates.rendering import Place, Rendering, began, merged, rendered


def _making(original: Any) -> Any:
    """Wrap what makes a template of compiled code."""

    def make(*args: Any, **kwargs: Any) -> Any:
        template = original(*args, **kwargs)
        safely(recorded, template)
        return template

    return make


def _rendering(original: Any) -> Any:
    """Wrap `Template.render`."""

    def render(*args: Any, **kwargs: Any) -> Any:
        if (outer := position.get()) is None or args[0].environment.is_async:  # which comes back as `render_async`
            return original(*args, **kwargs)
        try:
            place = args[0].root_render_func.place
        except Exception:  # noqa: BLE001 - one that does not record itself yet
            place = None
        if type(place) is not Place:
            place = safely(place_of, args[0])
        context = kwargs if len(args) == 1 else merged(args, kwargs)
        return rendered(outer, place, "page", context, original, args, kwargs)

    return render


def _rendering_later(original: Any) -> Any:
    """Wrap `Template.render_async`."""

    async def render_async(*args: Any, **kwargs: Any) -> Any:
        inside = _opened(args, kwargs, "page", lazy=False)
        if inside is None:
            return await original(*args, **kwargs)
        outer = position.get()
        position.set(inside)
        try:
            text = await original(*args, **kwargs)
        except BaseException as error:
            position.set(outer)
            inside.broke(error)
            raise
        position.set(outer)
        inside.done()
        return text

    return render_async


def _opened(args: tuple[Any, ...], kwargs: dict[str, Any], kind: str, lazy: bool) -> Rendering | None:
    if position.get() is None:
        return None
    place = safely(place_of, args[0])
    inside = None if place is None else began(place, kind, lazy, merged(args, kwargs))
    if inside is not None:
        inside.skip = place
    return inside


def _generating(original: Any) -> Any:
    """Wrap `Template.generate`, which `stream` uses too."""

    def generate(*args: Any, **kwargs: Any) -> Iterator[Any]:
        direct = not args[0].environment.is_async
        inside = _opened(args, kwargs, "stream", lazy=True) if direct else None
        yield from pieces(inside, original(*args, **kwargs))

    return generate


def _generating_later(original: Any) -> Any:
    """Wrap `Template.generate_async`."""

    async def generate_async(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        inside = _opened(args, kwargs, "stream", lazy=True)
        generator = pieces_later(inside, original(*args, **kwargs))
        try:
            async for piece in generator:
                yield piece
        finally:
            await generator.aclose()  # type: ignore[attr-defined]  # it is a generator

    return generate_async


def _importing(original: Any) -> Any:
    """Wrap `Template.make_module`: an import runs a template for its macros."""

    def make_module(*args: Any, **kwargs: Any) -> Any:
        if (outer := position.get()) is None:
            return original(*args, **kwargs)
        return rendered(outer, safely(place_of, args[0]), "import", None, original, args, kwargs)

    return make_module


def _importing_later(original: Any) -> Any:
    """Wrap `Template.make_module_async`."""

    async def make_module_async(*args: Any, **kwargs: Any) -> Any:
        inside = _opened(args[:1], {}, "import", lazy=False)
        if inside is None:
            return await original(*args, **kwargs)
        outer = position.get()
        position.set(inside)
        try:
            module = await original(*args, **kwargs)
        except BaseException as error:
            position.set(outer)
            inside.broke(error)
            raise
        position.set(outer)
        inside.done()
        return module

    return make_module_async


def _compiling(original: Any) -> Any:
    """Wrap `Environment.compile`: a template's first use, told apart from its renders."""

    def compile(*args: Any, **kwargs: Any) -> Any:
        if (outer := position.get()) is None:
            return original(*args, **kwargs)
        name, file = (_argument(args, kwargs, at, key) for at, key in ((2, "name"), (3, "filename")))
        place = Place(ENGINE, name or UNNAMED, file, syntax)
        return rendered(outer, place, "compile", None, original, args, kwargs)

    return compile


def _argument(args: tuple[Any, ...], kwargs: dict[str, Any], at: int, name: str) -> str | None:
    value = args[at] if len(args) > at else kwargs.get(name)
    return value if type(value) is str else None


def _calling(original: Any) -> Any:
    """Wrap `Macro.__call__`: a macro of another template than the one that is being rendered."""

    def __call__(*args: Any, **kwargs: Any) -> Any:
        here = position.get()
        if type(here) is not Rendering:
            return original(*args, **kwargs)
        place = safely(lambda macro: macro_place(macro, here), args[0])
        if inspect.iscoroutinefunction(args[0]._func):
            return _called_later(place, original, args, kwargs)
        return rendered(here, place, "macro", None, original, args, kwargs)

    return __call__


async def _called_later(place: Place | None, original: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a macro of an asynchronous environment, which is awaited by who called it."""
    inside = None if place is None else began(place, "macro")
    if inside is None:
        return await original(*args, **kwargs)
    outer = position.get()
    position.set(inside)
    try:
        text = await original(*args, **kwargs)
    except BaseException as error:
        position.set(outer)
        inside.broke(error)
        raise
    position.set(outer)
    inside.done()
    return text


@contextmanager
def hooked(module: Any) -> Generator[None]:
    """Observe Jinja2."""
    template, environment = module.Template, module.Environment
    internal = module.utils.internal_code
    with ExitStack() as stack:
        for owner, name, make in (
            (template, "from_code", _making), (template, "from_module_dict", _making),
            (template, "render", _rendering), (template, "render_async", _rendering_later),
            (template, "generate", _generating), (template, "generate_async", _generating_later),
            (template, "make_module", _importing), (template, "make_module_async", _importing_later),
            (environment, "compile", _compiling), (module.runtime.Macro, "__call__", _calling),
        ):  # fmt: skip
            stack.enter_context(patched(owner, name, make))
        internal.update(CODES)
        try:
            yield
        finally:
            restored()
            internal.difference_update(CODES)
