"""The conformance kit of adapters: what every adapter must do, tested with an application of the author's."""

from __future__ import annotations

import asyncio
import os
import re

import pytest

from debug_toolbar_testing.client import Client
from debug_toolbar_testing.loop import in_a_loop
from debug_toolbar_testing.served import MakeApp, Served

_PREFIX = "/_debug_toolbar"
_PATHS = {"/ok/{n}", "/json", "/boom", "/teapot", "/post", "/ws"}
_KEPT = re.compile(r"PATH|HOME|USER|LANG|LC_\w+|TMPDIR|TEMP|TMP|SYSTEMROOT|COV\w+|PYTHON\w*|PYTEST\w*", re.IGNORECASE)
_TAG = re.compile(rb"<script[^>]* data-record=[^>]*></script>")


class AdapterConformance:
    """Tests that every adapter passes; write one fixture, `make_app`, and each test runs with yours.

    The fixture returns a function that makes an application: given settings (the arguments of your
    configuration class) with the toolbar, given None without it. The application has `/ok/{n}`, a small HTML
    page whose handler is `ok`; `/json`; `/boom`, which raises RuntimeError("boom"); `/teapot`, which raises the
    framework's HTTP exception 418; `/post`, for POST only; and a websocket `/ws` that echoes texts.
    """

    @pytest.fixture(autouse=True)
    def developers_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the environment of a developer's machine, wherever the tests run."""
        for name in list(os.environ):
            if not _KEPT.fullmatch(name):
                monkeypatch.delenv(name)

    @in_a_loop
    async def test_a_page_gets_one_tag(self, make_app: MakeApp) -> None:
        """An HTML page has the bar's tag once, and is otherwise as it was; its length is told truly."""
        plain = await Client(make_app(None)).get("/ok/7")
        answer = await Served(make_app).client.get("/ok/7")
        assert len(_TAG.findall(answer.body)) == 1, answer.text
        assert _TAG.sub(b"", answer.body) == plain.body
        assert answer.header("content-length") in (None, str(len(answer.body)))

    @in_a_loop
    async def test_json_is_left_alone(self, make_app: MakeApp) -> None:
        """JSON goes out byte for byte; headers name its record."""
        plain = await Client(make_app(None)).get("/json")
        answer = await Served(make_app).client.get("/json")
        assert answer.body == plain.body
        assert answer.headers[: len(plain.headers)] == plain.headers
        added = {name.decode() for name, _ in answer.headers[len(plain.headers) :]}
        assert added == {"x-debug-toolbar-id", "x-debug-toolbar-link", "server-timing"}

    @in_a_loop
    async def test_the_route_is_known(self, make_app: MakeApp) -> None:
        """A record says which route served it: template, handler, source, path parameters."""
        served = Served(make_app)
        route = (await served.record(await served.client.get("/ok/7"))).route
        assert route is not None
        assert _template(route.path) == "/ok/{n}"
        assert route.handler is not None
        assert route.handler.endswith("ok")
        assert route.source is not None
        assert route.source.line > 0
        assert {name: str(value) for name, value in route.path_params.items()} == {"n": "7"}
        assert "GET" in route.methods

    @in_a_loop
    async def test_an_unhandled_exception_is_recorded(self, make_app: MakeApp) -> None:
        """It has its type, the status 500, and is not told as handled."""
        served = Served(make_app)
        async with served.client.running() as client:
            answer = await client.get("/boom")
        plain = await Client(make_app(None)).get("/boom")
        assert (answer.status, type(answer.raised)) == (500, type(plain.raised))
        record = await served.newest()
        assert record.response is not None
        assert record.response.status == 500
        assert record.error is not None
        assert (record.error.type, record.error.message, record.error.handled) == ("RuntimeError", "boom", False)

    @in_a_loop
    async def test_an_http_exception_is_recorded_as_handled(self, make_app: MakeApp) -> None:
        """An exception that the framework makes an answer of is recorded, and told as handled."""
        served = Served(make_app)
        record = await served.record(await served.client.get("/teapot"))
        assert record.error is not None
        assert record.error.handled
        assert record.response is not None
        assert record.response.status == 418

    @in_a_loop
    async def test_what_no_route_serves_is_recorded(self, make_app: MakeApp) -> None:
        """A 404 and a 405 are recorded too."""
        served = Served(make_app)
        async with served.client.running() as client:
            for path, status in (("/nope", 404), ("/post", 405)):
                record = await served.record(await client.get(path))
                assert record.response is not None
                assert record.response.status == status
                assert record.request is not None
                assert record.request.path == path

    @in_a_loop
    async def test_a_websocket_is_recorded(self, make_app: MakeApp) -> None:
        """A websocket works as before, and has a record of its own with its route."""
        served = Served(make_app)
        async with served.client.running() as client:
            assert await client.converse("/ws", "one", "two") == ["one", "two"]
        record = await served.newest()
        assert (record.kind, record.open) == ("websocket", False)
        assert record.route is not None
        assert _template(record.route.path) == "/ws"

    @in_a_loop
    async def test_the_routes_are_listed(self, make_app: MakeApp) -> None:
        """Every route is listed once, under the path it matches; the toolbar's own are not."""
        served = Served(make_app)
        async with served.client.running():
            listed = [_template(route.path) for route in served.probe.app.routes()]
        assert set(listed) >= _PATHS, f"not listed: {_PATHS - set(listed)}"
        assert not [path for path in listed if path.startswith(_PREFIX)]
        assert all(listed.count(path) == 1 for path in _PATHS)

    @in_a_loop
    async def test_the_schema_is_the_applications(self, make_app: MakeApp) -> None:
        """The toolbar adds nothing to the application's OpenAPI schema."""
        served = Served(make_app)
        async with served.client.running():
            schema = served.probe.app.openapi()
        assert not [path for path in (schema or {}).get("paths", {}) if path.startswith(_PREFIX)]

    @in_a_loop
    async def test_switched_off_it_is_not_there(self, make_app: MakeApp) -> None:
        """Switched off, every answer is what it is without the toolbar, nothing is hooked, nothing recorded."""
        served, plain = Served(make_app, enabled=False), Client(make_app(None))
        for path in ("/ok/7", "/json", "/teapot", "/nope", f"{_PREFIX}/"):
            answer, expected = await served.client.get(path), await plain.get(path)
            assert answer.messages == expected.messages, path
        async with served.client.running():
            assert served.probe.starts == 0
        assert await served.store.recent() == []

    @in_a_loop
    async def test_requests_at_once_do_not_mix(self, make_app: MakeApp) -> None:
        """Of many requests at once, each record is of its own request."""
        served = Served(make_app)
        async with served.client.running() as client:
            answers = await asyncio.gather(*(client.get(f"/ok/{n}") for n in range(30)))
        for n, answer in enumerate(answers):
            record = await served.record(answer)
            assert record.request is not None
            assert record.request.path == f"/ok/{n}"
            assert record.route is not None
            assert str(record.route.path_params["n"]) == str(n)

    @in_a_loop
    async def test_it_starts_with_the_application(self, make_app: MakeApp) -> None:
        """Panels' hooks are opened once with the application, and closed with it."""
        served = Served(make_app)
        async with served.client.running() as client:
            await client.get("/json")
            await client.get("/json")
            assert (served.probe.starts, served.probe.stops) == (1, 0)
        assert (served.probe.starts, served.probe.stops) == (1, 1)
        assert len(await served.store.recent()) == 2

    @in_a_loop
    async def test_it_works_without_lifespan(self, make_app: MakeApp) -> None:
        """Where no lifespan comes, the first request starts it; each request is recorded once."""
        served = Served(make_app)
        for path in ("/json", "/ok/1", "/ok/1", "/json"):
            await served.record(await served.client.get(path))
        assert served.probe.starts == 1
        assert len(await served.store.recent()) == 4

    @in_a_loop
    async def test_the_toolbar_does_not_record_itself(self, make_app: MakeApp) -> None:
        """Its own pages are served and not recorded."""
        served = Served(make_app)
        async with served.client.running() as client:
            answer = await client.get(f"{_PREFIX}/api/panels")
        assert answer.status == 200, answer.text
        assert await served.store.recent() == []


def _template(path: str) -> str:
    """Return a path template without the types that some frameworks write into it."""
    return re.sub(r":\w+\}", "}", path)
