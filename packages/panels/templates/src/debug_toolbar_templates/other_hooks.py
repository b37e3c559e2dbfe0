"""Mako and MiniJinja: what their own functions tell; MiniJinja's includes happen in Rust, out of sight."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from debug_toolbar_core import current, patched
from debug_toolbar_core.context import position
from debug_toolbar_templates.jinja_errors import lines
from debug_toolbar_templates.rendering import PANEL, Place, Where, rendered

_UNNAMED = "(from a string)"


_PLACES_MOST = 2_000
_mako_places: dict[object, Place] = {}
_places: dict[tuple[str, object, object], Place] = {}


def _kept(engine: str, name: object, file: object, where: Where) -> Place:
    """Return the place of a template, made once while there are not too many of them."""
    key = (engine, name, file)
    place = _places.get(key)
    if place is None:
        if len(_places) >= _PLACES_MOST:
            _places.clear()
        named = name if type(name) is str else _UNNAMED
        place = _places[key] = Place(engine, named, file if type(file) is str else None, where)
    return place


def _mako_place(template: Any) -> Place | None:
    try:
        uri, file = template.uri, template.filename
        place = _mako_places.get(uri)
        if place is None or place.file is not file:
            place = _kept("mako", None if uri.startswith("memory:") else uri, file, mako_line)
            if len(_mako_places) >= _PLACES_MOST:
                _mako_places.clear()
            _mako_places[uri] = place
        return place
    except Exception as error:  # noqa: BLE001 - a border: the render goes on
        if (record := current()) is not None:
            record.fault(PANEL, error)
    return None


def _mako_render(kind: str) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        def render(*args: Any, **kwargs: Any) -> Any:
            if (outer := position.get()) is None:
                return original(*args, **kwargs)
            context = kwargs if kind == "page" else None
            return rendered(outer, _mako_place(args[0]), kind, context, original, args, kwargs)

        return render

    return make


def _mako_include(original: Any) -> Any:
    def _include_file(*args: Any, **kwargs: Any) -> Any:
        if (outer := position.get()) is None:
            return original(*args, **kwargs)
        uri = args[1] if len(args) > 1 else kwargs.get("uri")
        place = _kept("mako", uri if type(uri) is str else None, None, mako_line)
        return rendered(outer, place, "include", None, original, args, kwargs)

    return _include_file


def mako_line(error: BaseException) -> dict[str, Any]:
    """Return the line of the innermost template that an error came through."""
    found: dict[str, Any] = {}
    traceback = error.__traceback__
    while traceback is not None:
        names = traceback.tb_frame.f_globals
        if "_template_uri" in names and (line := _mako_mapped(names["__name__"], traceback.tb_lineno)):
            found = {**lines(names.get("_template_filename"), line), "template.failed": names["_template_uri"]}
        traceback = traceback.tb_next
    if not found and hasattr(error, "lineno"):
        found = lines(getattr(error, "filename", None), error.lineno)
    return found


def _mako_mapped(module: str, line: int) -> int | None:
    """Return the line of a template that a line of its compiled module came from."""
    infos: Any = sys.modules["mako.template"]
    info = infos.ModuleInfo._modules.get(module)
    if info is None:
        return None
    mapped: dict[int, int] = infos.ModuleInfo.get_module_source_metadata(info.code)["line_map"]
    before = [at for at in mapped if at <= line]
    return mapped[max(before)] if before else None


@contextmanager
def mako(module: Any) -> Generator[None]:
    """Observe Mako's templates."""
    with (
        patched(module.Template, "render", _mako_render("page")),
        patched(module.Template, "render_unicode", _mako_render("page")),
        patched(module.Template, "render_context", _mako_render("include")),
        patched(module.runtime, "_include_file", _mako_include),
    ):
        yield


def _minijinja_render(kind: str) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        def render(*args: Any, **kwargs: Any) -> Any:
            if (outer := position.get()) is None:
                return original(*args, **kwargs)
            at = 1 if kind == "page" else 2  # a string's name comes after it
            name = args[at] if len(args) > at and type(args[at]) is str else None
            place = _kept("minijinja", name, None, minijinja_line)
            return rendered(outer, place, kind, kwargs, original, args, kwargs)

        return render

    return make


def minijinja_line(error: BaseException) -> dict[str, Any]:
    """Return the line that MiniJinja says an error is in, and the source that it keeps beside it."""
    line, source = getattr(error, "line", None), getattr(error, "template_source", None)
    if type(line) is not int:
        return {}
    told: dict[str, Any] = {"template.line": line}
    if type(name := getattr(error, "name", None)) is str:
        told["template.failed"] = name
    if type(source) is str:
        first = max(1, line - 4)
        around = source.splitlines(keepends=True)[first - 1 : line + 4]
        told |= {"template.source": "".join(around)[:4_000], "template.source.start": first}
    return told


@contextmanager
def minijinja(module: Any) -> Generator[None]:
    """Observe MiniJinja's environments."""
    with (
        patched(module.Environment, "render_template", _minijinja_render("page")),
        patched(module.Environment, "render_str", _minijinja_render("string")),
        patched(module.Environment, "eval_expr", _minijinja_render("expression")),
    ):
        yield
