"""The middleware: lifespans, servers without one, scopes of every kind, and the switch that leaves it out."""

from __future__ import annotations

import logging
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import debug_toolbar_asgi.middleware
from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Application, ConfigurationError, Panel
from debug_toolbar_tests.server import Message, Receive, Scope, Send, Served, answer, around, http, only, play, records
from debug_toolbar_ui import FrontEndMissing

STARTUP: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
LIFESPAN: Scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}


class LifePanel(Panel):
    """Notes when it is opened and closed."""

    name, title = "life", "Life"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def lifespan(self, app: Application) -> Generator[None]:
        self.seen.append("in")
        yield
        self.seen.append("out")


async def living(scope: Scope, receive: Receive, send: Send) -> None:
    """An application with a lifespan that leaves something in its state."""
    if scope["type"] != "lifespan":
        await answer()(scope, receive, send)
        return
    await receive()
    scope["state"]["pool"] = "the pool"
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


# R19: lifespan


async def test_a_lifespan_passes_and_opens_the_panels() -> None:
    """The application's startup, shutdown and state are as they were; panels live around them."""
    panel, scope = LifePanel(), {**LIFESPAN, "state": {}}
    served = await play(around(living, panel), scope, STARTUP)
    assert served == await play(living, {**LIFESPAN, "state": {}}, STARTUP)
    assert scope["state"] == {"pool": "the pool"}
    assert panel.seen == ["in", "out"]


@pytest.mark.parametrize("failing", ["startup", "shutdown"])
@pytest.mark.parametrize("raises", [True, False])
async def test_a_lifespan_that_fails(failing: str, raises: bool) -> None:
    """A failed startup or shutdown reaches the server as it was sent or raised; the panels are closed."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for phase in ("startup", "shutdown"):
            await receive()
            if phase == failing and raises:
                raise OSError("no database")
            kind = "failed" if phase == failing else "complete"
            await send({"type": f"lifespan.{phase}.{kind}", "message": "no database"})
            if phase == failing:
                return

    panel = LifePanel()
    bare, served = await play(app, dict(LIFESPAN), STARTUP), await play(around(app, panel), dict(LIFESPAN), STARTUP)
    assert (served.messages, served.received) == (bare.messages, bare.received)
    assert type(served.raised) is type(bare.raised)
    assert panel.seen == ["in", "out"]


async def test_an_application_without_a_lifespan() -> None:
    """An application that refuses the scope is told nothing and refuses it still; its requests start us."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "no lifespan here"
        await answer()(scope, receive, send)

    panel = LifePanel()
    debug = around(app, panel)
    refused = await play(debug, dict(LIFESPAN), STARTUP)
    assert isinstance(refused.raised, AssertionError)
    assert refused.received == 0
    assert panel.seen == []
    await play(debug, http())
    await play(debug, http())
    assert panel.seen == ["in"]
    debug.stop()
    assert panel.seen == ["in", "out"]


async def test_the_start_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    """The place and the login URL are printed once, on standard error."""
    debug = around(living)
    for _ in range(2):
        await play(debug, {**LIFESPAN, "state": {}}, [STARTUP[0], STARTUP[0], STARTUP[1]])
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Debug Toolbar: open /_debug_toolbar/ (from elsewhere /_debug_toolbar/login?token=")


async def test_two_lifespans_at_once_count() -> None:
    """A second test client of the same application does not close the panels of the first."""
    panel = LifePanel()
    debug = around(living, panel)
    debug.start()
    await play(debug, {**LIFESPAN, "state": {}}, STARTUP)
    assert panel.seen == ["in"]
    debug.stop()
    debug.stop()
    assert panel.seen == ["in", "out"]


# R20: odd scopes


@pytest.mark.parametrize(
    "scope",
    [
        {"type": "http", "path": "/", "method": "GET", "query_string": b"", "headers": []},
        {"type": "http", "path": "/", "method": "GET", "asgi": {}},
        http(client=["127.0.0.1", 1], server=["127.0.0.1", 80]),
        http(client=("127.0.0.1", "5123")),
        http(client=None, server=None, headers=()),
        http(client=("/run/app.sock",), server=("/run/app.sock", None)),
        http(client=("::1", 5), server=("::1", 8000), headers=[]),
        http(client=(), http_version="2", query_string=""),
        http(headers=((b"host", b"localhost"),), query_string=None, root_path=None, path="/a b"),
    ],
    ids=range(9),
)
async def test_thin_and_odd_scopes(scope: Scope) -> None:
    """A scope with only what it must have, list clients, text ports: the answer is the same, and recorded."""
    bare = await play(answer(), dict(scope))
    debug = around(answer())
    served = await play(debug, dict(scope))
    assert (served.bare, served.raised) == (bare.messages, None)
    record = await only(debug)
    assert record.request is not None
    assert record.request.url.startswith("http://")


async def test_headers_that_can_be_read_once_are_left() -> None:
    """An iterator of headers is for the application to read; the record has none."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(b"%d" % len(list(scope["headers"])))(scope, receive, send)

    debug = around(app)
    served = await play(debug, http(headers=iter([(b"host", b"localhost")])))
    assert served.body == b"1"
    record = await only(debug)
    assert record.request is not None
    assert record.request.headers == []


async def test_other_kinds_of_scope_pass() -> None:
    """A kind of scope that ASGI may get one day goes to the application, unrecorded."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    debug, scope = around(app), {"type": "webtransport"}
    await play(debug, scope)
    assert seen[0] is scope
    assert await records(debug) == []


async def test_the_application_gets_the_servers_scope() -> None:
    """The scope is not copied and nothing is added to it."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        seen.append(dict(scope))
        await answer()(scope, receive, send)

    scope = http(state={"a": 1}, extensions={"http.response.trailers": {}})
    before = dict(scope)
    await play(around(app), scope)
    assert seen[0] is scope
    assert seen[1] == before == scope


# On and off


async def test_off_the_application_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """With DEBUG_TOOLBAR=0 there is no toolbar: no record, no path of ours, no start."""
    monkeypatch.setenv("DEBUG_TOOLBAR", "0")
    debug = DebugToolbar(living)
    debug.start()
    debug.stop()
    debug.around(answer(b"mine"), Application())
    assert debug.toolbar is None
    assert (await play(debug, http("/_debug_toolbar/"))).body == b"mine"


@pytest.mark.parametrize(("enabled", "level"), [(True, logging.WARNING), (None, logging.INFO)])
def test_production_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, enabled: bool | None, level: int
) -> None:
    """Where it looks like production the toolbar is off; who asked for it is warned."""
    monkeypatch.setenv("APP_ENV", "production")
    with caplog.at_level(logging.INFO, "debug_toolbar"):
        debug = DebugToolbar(living, ASGIConfig(enabled=enabled), Application())
    assert debug.toolbar is None
    assert [record.levelno for record in caplog.records] == [level]


def test_a_setting_of_the_gate_that_means_nothing() -> None:
    """What the gate cannot take is a ConfigurationError that names the settings."""
    with pytest.raises(ConfigurationError, match="allowed_hosts"):
        around(living, allowed_origins=["not an origin"])


async def test_without_a_front_end_no_bar(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Where the front end was not built, requests are recorded and pages stay as they are."""

    def missing() -> dict[str, str]:
        raise FrontEndMissing(tmp_path)

    monkeypatch.setattr(debug_toolbar_asgi.middleware, "manifest", missing)
    page = answer(b"<!doctype html><body></body>", headers=[(b"content-type", b"text/html")])
    debug = around(page)
    served = await play(debug, http())
    assert served.body == b"<!doctype html><body></body>"
    assert len(await records(debug)) == 1
    assert "no front end" in caplog.text


async def test_the_toolbars_own_pages_are_not_recorded() -> None:
    """A request under the prefix is answered by the toolbar, in a mounted application too."""
    called: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        called.append(scope)

    debug = around(app)
    for scope in (http("/_debug_toolbar/"), http("/shop/_debug_toolbar/", root_path="/shop")):
        served: Served = await play(debug, scope)
        assert served.status == 200
        assert b"debug-toolbar-dashboard" in served.body
    assert called == []
    assert await records(debug) == []
