"""What Starlette tells of an application, and the exceptions that its own handlers answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import starlette
from starlette.applications import Starlette

from debug_toolbar_core import Application, Route, current
from debug_toolbar_starlette.routing import Routes, walk

_WRAP = "wrap_app_handling_exceptions"
_USERS = ("starlette.routing", "starlette.middleware.exceptions", "fastapi.routing")


class StarletteApplication(Application):
    """A Starlette application as panels see it."""

    framework = "Starlette"
    version: str | None = starlette.__version__

    def __init__(self, target: Starlette) -> None:
        super().__init__(target)
        self.app = target
        self.debug = target.debug
        self._routes = Routes(lambda: walk(target.routes))

    def hooks(self) -> Generator[None]:
        """See exceptions where Starlette catches them: it answers them, and then clears their traceback."""
        modules = [sys.modules[name] for name in _USERS if hasattr(sys.modules.get(name), _WRAP)]
        originals = [getattr(module, _WRAP) for module in modules]
        taps = [_tap(original) for original in originals]
        for module, tap in zip(modules, taps, strict=True):
            setattr(module, _WRAP, tap)
        yield
        for module, tap, original in zip(modules, taps, originals, strict=True):
            if getattr(module, _WRAP) is tap:
                setattr(module, _WRAP, original)

    def routes(self) -> Iterable[Route]:
        """List every route under its full path."""
        return [route for _, route in self._routes.all()]

    def settings(self) -> Mapping[str, Any]:
        """Return the application's own configuration."""
        handlers = {str(key): name for key, name in _names(self.app.exception_handlers)}
        middleware = [f"{item.cls.__module__}.{item.cls.__qualname__}" for item in _classes(self.app.user_middleware)]
        return {"debug": self.app.debug, "middleware": middleware, "exception_handlers": handlers}

    def matched(self, scope: Mapping[str, Any]) -> Route | None:
        """Return the route that served this scope."""
        return self._routes.matched(scope)


def _classes(middleware: Iterable[Any]) -> Iterable[Any]:
    return (item for item in middleware if hasattr(item.cls, "__qualname__"))


def _names(handlers: Mapping[Any, Any]) -> Iterable[tuple[str, str]]:
    for key, handler in handlers.items():
        name = key if isinstance(key, int) else f"{key.__module__}.{key.__qualname__}"
        yield str(name), getattr(handler, "__qualname__", type(handler).__qualname__)


def _tap(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return Starlette's wrapper with our ear at the application it wraps."""

    def wrap_app_handling_exceptions(app: Callable[..., Any], conn: Any) -> Any:
        if current() is None:
            return original(app, conn)

        async def heard(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            except Exception as error:
                if record := current():
                    record.fail(error, handled=True, status=getattr(error, "status_code", None))
                raise

        return original(heard, conn)

    return wrap_app_handling_exceptions
