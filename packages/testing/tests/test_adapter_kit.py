from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Application, Route, current
from debug_toolbar_core.source import handler_of
from debug_toolbar_testing import AdapterConformance, tiny_app
from debug_toolbar_testing.served import MakeApp
from debug_toolbar_testing.tiny import Receive, Scope, Send


class Refused(Exception):
    """What the small framework makes an answer of."""


async def ok(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a page."""
    await answer(send, 200, b"text/html", b"<!doctype html><body>ok</body>")


async def answer(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    """Send a whole answer."""
    headers = [(b"content-type", content_type)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def framework(scope: Scope, receive: Receive, send: Send) -> None:
    """Route a request, and answer exceptions: a framework in a few lines."""
    path = scope.get("path", "")
    if scope["type"] != "http" or path == "/json":
        await tiny_app(scope, receive, send)
    elif path == "/boom":
        await answer(send, 500, b"text/plain", b"sorry")
        raise RuntimeError("boom")
    elif path == "/teapot":
        if record := current():
            record.fail(Refused("no"), handled=True, status=418)
        await answer(send, 418, b"text/plain", b"teapot")
    elif path.startswith("/ok/"):
        scope["n"] = path.removeprefix("/ok/")
        await ok(scope, receive, send)
    else:
        await answer(send, 405 if path == "/post" else 404, b"text/plain", b"no")


class SmallApplication(Application):
    """What the small framework tells."""

    def routes(self) -> Iterable[Route]:
        name, source = handler_of(ok)
        yield Route("/ok/{n}", "ok", name, ("GET",), source)
        for path in ("/json", "/boom", "/teapot", "/post", "/ws"):
            yield Route(path)

    def matched(self, scope: Mapping[str, Any]) -> Route | None:
        found, path = {route.path: route for route in self.routes()}, scope["path"]
        if "n" not in scope:
            return found.get(path)
        page = found["/ok/{n}"]
        return Route(page.path, page.name, page.handler, page.methods, page.source, {"n": scope["n"]})


def make(settings: Mapping[str, Any] | None) -> Any:
    """Make the small framework's application."""
    return framework if settings is None else DebugToolbar(framework, ASGIConfig(**settings), SmallApplication())


class TestSmallAdapter(AdapterConformance):
    """An adapter in a few lines passes the kit."""

    @pytest.fixture
    def make_app(self) -> MakeApp:
        return make


def silent(settings: Mapping[str, Any] | None) -> Any:
    """Make an application whose adapter tells nothing of it."""
    return framework if settings is None else DebugToolbar(framework, ASGIConfig(**settings), Application())


def stubborn(settings: Mapping[str, Any] | None) -> Any:
    """Make an application whose adapter cannot be switched off."""
    return make(settings and {**settings, "enabled": True})


def unseen(settings: Mapping[str, Any] | None) -> Any:
    """Make an application whose adapter puts no bar into pages."""
    return make(settings and {**settings, "inject": False})


@pytest.mark.parametrize(
    ("bad", "test"),
    [
        (silent, "test_the_routes_are_listed"),
        (silent, "test_the_route_is_known"),
        (stubborn, "test_switched_off_it_is_not_there"),
        (unseen, "test_a_page_gets_one_tag"),
    ],
)
def test_a_bad_adapter_fails_where_it_is_bad(bad: MakeApp, test: str) -> None:
    """Each mistake fails at the test that is about it."""
    with pytest.raises(AssertionError):
        getattr(AdapterConformance(), test)(bad)
