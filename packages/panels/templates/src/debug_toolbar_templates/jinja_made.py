"""Templates of Jinja2 that record themselves: from their making on, or from their first render."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary, ref

from debug_toolbar_core import current
from debug_toolbar_templates.jinja_errors import placed
from debug_toolbar_templates.jinja_wraps import Block, wrapped
from debug_toolbar_templates.rendering import PANEL, Place, Rendering

ENGINE = "jinja2"
UNNAMED = "(from a string)"
_LOCK = RLock()
TEMPLATES: WeakKeyDictionary[Any, tuple[Any, dict[str, Any]]] = WeakKeyDictionary()
"""The templates that record themselves, with their own render function and blocks."""


def place_of(template: Any) -> Place:
    """Return the place of a template; one that does not record itself yet does so from now on."""
    place = getattr(template.root_render_func, "place", None)
    return place if type(place) is Place else known(template)


def known(template: Any) -> Place:
    """Have a template made before us record itself, and those that its environment keeps beside it."""
    place = recorded(template)
    cache = template.environment.cache
    for kept in list(cache.values()) if cache is not None else ():
        recorded(kept)
    return place


def recorded(template: Any) -> Place:
    """Have a template record its renders and its blocks'."""
    with _LOCK:
        root = template.root_render_func
        if template in TEMPLATES:
            place: Place = vars(root)["place"]
            return place
        name, file = template.name or UNNAMED, template.filename
        file, where = file if type(file) is str and not file.startswith("<") else None, placed(ref(template))
        place = Place(ENGINE, name, file, where)
        TEMPLATES[template] = (root, dict(template.blocks))
        for block, original in list(template.blocks.items()):
            line = template.get_corresponding_lineno(original.__code__.co_firstlineno + 1)
            run = wrapped(template, Place(ENGINE, name, file, where, block, line), original, block=True)
            template.blocks[block] = Block(original, run)
        template.root_render_func = wrapped(template, place, root, block=False)
        return place


def restored() -> None:
    """Give all templates their own functions back."""
    with _LOCK:
        for template, (root, blocks) in list(TEMPLATES.items()):
            template.root_render_func = root
            template.blocks.update(blocks)
        TEMPLATES.clear()


def _nowhere(error: BaseException) -> dict[str, Any]:
    return {}


def macro_place(macro: Any, here: Rendering) -> Place | None:
    """Return the place of a macro that another template has; None for one's own."""
    function = macro._func
    template = function.__globals__.get("__jinja_template__")
    if template is None or here.timed.attributes.get("template.name") == (template.name or UNNAMED):
        return None
    places = vars(function)
    place = places.get("place")
    if type(place) is not Place:
        file = template.filename if type(template.filename) is str and template.filename[:1] != "<" else None
        line = template.get_corresponding_lineno(function.__code__.co_firstlineno + 1)
        place = places["place"] = Place(ENGINE, template.name or UNNAMED, file, _nowhere, f"{macro.name}()", line)
    return place


def safely(step: Callable[[Any], Any], template: Any) -> Any:
    """Do a step of ours for a template; where it is not as we know it, the panel says so, and None is returned."""
    try:
        return step(template)
    except Exception as error:  # noqa: BLE001 - a border: the template is as without us
        if (record := current()) is not None:
            record.fault(PANEL, error)
    return None
