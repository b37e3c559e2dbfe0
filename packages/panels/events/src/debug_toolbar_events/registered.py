"""Registered: which hooks, handlers and listeners an application has, read from it once."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from debug_toolbar_events.listeners import function
from debug_toolbar_events.timed import KNOWN, plain

_MOST = 700
"""Entries kept; a panel may keep 5,000 values on a record, and an entry is four."""
_OURS = "debug_toolbar_"
_ON_LAYERS = ("before_request", "after_request", "after_response")

Entry = tuple[str, str, Any]
"""Its kind, what it is for, and the callable."""


def registered(target: Any) -> list[list[Any]]:
    """Return what an application has registered, as kind, what it is for, name, and `file:line:function`."""
    entries = [*_application(target), *_signals()]
    described = ((kind, what, KNOWN.describe(plain(call))) for kind, what, call in entries)
    told = ((kind, what, found) for kind, what, found in described if not found.name.startswith(_OURS))
    return [
        [kind, what, found.name, None if found.source is None else ":".join(map(str, found.source))]
        for kind, what, found in islice(told, _MOST)
    ]


def _application(target: Any) -> Iterable[Entry]:
    for module, name, entries in (
        ("litestar.app", "Litestar", _litestar),
        ("starlette.applications", "Starlette", _starlette),
    ):
        framework = getattr(sys.modules.get(module), name, None)
        if framework is not None and isinstance(target, framework):
            yield from entries(target)


def _starlette(app: Any) -> Iterator[Entry]:
    router = app.router
    for kind, name in (("start-up", "on_startup"), ("shut-down", "on_shutdown")):
        yield from ((kind, "", hook) for hook in getattr(router, name, ()))
    lifespan = getattr(router, "lifespan_context", None)
    if lifespan is not None and not KNOWN.describe(lifespan).name.endswith("_DefaultLifespan"):
        yield "lifespan", "", lifespan
    yield from _handlers("", app.exception_handlers)


def _handlers(where: str, handlers: Any) -> Iterator[Entry]:
    for raised, handler in dict(handlers or {}).items():
        name = getattr(raised, "__qualname__", None) or str(raised)
        yield "exception handler", f"{name} {where}".strip(), handler


def _litestar(app: Any) -> Iterator[Entry]:
    yield from (("app init", "", type(plugin)) for plugin in app.plugins.init)
    for kind, hooks in (
        ("start-up", app.on_startup), ("shut-down", app.on_shutdown),
        ("lifespan", getattr(app, "_lifespan_managers", ())),
        ("before send", app.before_send), ("after exception", app.after_exception),
    ):  # fmt: skip
        yield from ((kind, "", hook) for hook in hooks)
    for event, listeners in app.event_emitter.listeners.items():
        yield from (("listener", event, function(listener.fn)) for listener in listeners)
    for layer, where in _layers(app):
        yield from _of_layer(layer, where)


def _layers(app: Any) -> Iterator[tuple[Any, str]]:
    """Yield each layer of an application once, with what it is about: the application is about everything."""
    seen = {id(app)}
    yield app, ""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            for layer in handler.ownership_layers:
                if id(layer) not in seen:
                    seen.add(id(layer))
                    yield layer, _where(layer, route)


def _where(layer: Any, route: Any) -> str:
    path = getattr(layer, "path", None)
    return path if type(path) is str else str(getattr(route, "path_format", ""))


def _of_layer(layer: Any, where: str) -> Iterator[Entry]:
    yield from (("guard", where, guard) for guard in getattr(layer, "guards", None) or ())
    for name in _ON_LAYERS:
        hook = getattr(layer, name, None)
        if hook is not None:
            yield name.replace("_", " "), where, hook
    yield from _handlers(where, getattr(layer, "exception_handlers", None))


def _signals() -> Iterator[Entry]:
    """Yield the receivers of blinker's named signals, which are the whole process's."""
    namespace = getattr(sys.modules.get("blinker.base"), "default_namespace", None) or {}
    for name, signal in list(namespace.items()):
        for receiver in list(signal.receivers.values()):
            call = receiver() if isinstance(receiver, weakref.ref) else receiver
            if call is not None:
                yield "receiver", str(name), call
