"""The record around a request: errors, context, cancellation and background work are the application's own."""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import time
import weakref
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import pytest
import trio
from starlette.exceptions import HTTPException

from debug_toolbar_core import Application, Panel, Record, Route, current, span
from debug_toolbar_tests.server import (
    STRANGER,
    VIEWER,
    App,
    Message,
    Receive,
    Scope,
    Send,
    answer,
    around,
    http,
    only,
    play,
    records,
    says,
    websocket,
)

pytestmark = pytest.mark.usefixtures("never_blocks")
POINTS = ("before", "receive", "start", "chunk", "end", "background")
ERRORS: list[Callable[[], BaseException]] = [
    functools.partial(ValueError, "bad"),
    functools.partial(HTTPException, 418, "teapot"),
    functools.partial(BaseExceptionGroup, "two", [ValueError(1), KeyboardInterrupt()]),
    functools.partial(asyncio.CancelledError, "why"),
    functools.partial(KeyboardInterrupt, "^C"),
    functools.partial(GeneratorExit, "gone"),
    functools.partial(SystemExit, 3),
]


class SpanPanel(Panel):
    """Adds nothing by itself."""

    name, title = "app", "App"


def raising(error: BaseException, point: str) -> App:
    """An application that raises at one of six points."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for here, message in (
            ("before", None),
            ("receive", None),
            ("start", {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}),
            ("chunk", {"type": "http.response.body", "body": b"<!doctype html><body>", "more_body": True}),
            ("end", {"type": "http.response.body", "body": b"</body>"}),
            ("background", None),
        ):
            if message is not None:
                await send(message)
            elif here == "receive":
                await receive()
            if here == point:
                raise error from LookupError("its cause")

    return app


# R12: exceptions


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("make", ERRORS, ids=lambda make: make.func.__name__)
async def test_the_applications_exception_is_its_own(make: Callable[[], BaseException], point: str) -> None:
    """Whatever the application raises, and where, leaves as the same object with cause, context and flag."""
    error = make()
    context = error.__context__ = TypeError("its context")
    debug = around(raising(error, point))
    served = await play(debug, http(headers=[*VIEWER, (b"sec-fetch-dest", b"document")]))
    assert served.raised is error
    assert isinstance(error.__cause__, LookupError)
    assert (error.__context__, error.__suppress_context__) == (context, True)
    record = await only(debug)
    assert not record.open
    assert record.error is not None
    assert (record.error.type, record.error.handled) == (type(error).__qualname__, False)


async def test_an_exception_leaves_through_the_same_frames() -> None:
    """The traceback ends where the application raised; ours are frames of its callers only."""
    error = ValueError("bad")
    served = await play(around(raising(error, "before")), http())
    frames = []
    walked = served.raised.__traceback__ if served.raised else None
    while walked is not None:
        frames.append(walked.tb_frame.f_code.co_filename)
        walked = walked.tb_next
    assert frames[-1] == __file__


async def test_a_servers_exception_reaches_the_application() -> None:
    """What the server's send and receive raise, the application gets as it was, and may answer."""
    seen: list[BaseException] = []
    gone = OSError("the client is gone")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        except OSError as error:
            seen.append(error)

    async def sent(message: Message) -> None:
        raise gone

    debug = around(app)
    served = await play(debug, http(), sent=sent)
    assert seen == [gone]
    assert served.raised is None
    assert (await only(debug)).error is None


@pytest.mark.parametrize(("status", "handled"), [(404, True), (HTTPStatus.NOT_FOUND, True), (500, False)])
async def test_an_error_with_an_answer_is_handled(status: int, handled: bool) -> None:
    """An error that the application noted and answered with no server error counts as handled."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        record = current()
        assert record is not None
        record.fail(ValueError("noted"))
        await answer(status=status)(scope, receive, send)

    debug = around(app)
    await play(debug, http())
    record = await only(debug)
    assert record.error is not None
    assert record.error.handled is handled
    assert record.response is not None
    assert record.response.status == status


async def test_no_reference_to_request_or_error_stays() -> None:
    """After a request nothing of ours holds its exception, its scope's objects or its connection's functions."""

    class Thing:
        """What a weak reference can point at."""

    class Broken(Exception):
        """So can it at this."""

    kept: list[weakref.ref[Any]] = []
    debug = around(answer())

    async def once() -> None:
        thing, error = Thing(), Broken("bad")
        kept.extend((weakref.ref(thing), weakref.ref(error)))

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"]["connection"] = thing
            raise error

        debug.around(app, Application(None))

        async def receive() -> Message:
            return {"type": "http.request", "thing": thing}

        async def send(message: Message) -> None:
            raise AssertionError(thing)

        kept.append(weakref.ref(send))
        with pytest.raises(Broken):
            await debug(http(state={"thing": thing}, app=thing), receive, send)
        error.__traceback__ = None

    await once()
    debug.around(answer(), Application(None))
    gc.collect()
    assert [reference() for reference in kept] == [None, None, None]
    assert len(await records(debug)) == 1


# R13: context variables

variable: ContextVar[str] = ContextVar("variable", default="unset")


async def test_context_variables_pass_outwards() -> None:
    """What the application sets in its context, middleware outside reads; of ours nothing is left."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        variable.set(scope["path"])
        assert current() is not None
        await answer()(scope, receive, send)

    debug = around(app)
    for path in ("/first", "/second"):  # of one connection, in one context
        await play(debug, http(path))
        assert variable.get() == path
        assert current() is None


async def test_the_application_runs_in_the_servers_task() -> None:
    """There is no task of ours between the server and the application."""
    tasks: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        tasks.append(asyncio.current_task())

    before = asyncio.all_tasks()
    await play(around(app), http())
    assert tasks == [asyncio.current_task()]
    assert asyncio.all_tasks() == before


# R14: cancellation

AWAITS = range(4)


def waiting(at: int, sleep: Callable[[float], Awaitable[object]]) -> App:
    """An application that waits for ever at one of its awaits."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        steps: list[Message | None] = [
            None,
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]},
            {"type": "http.response.body", "body": b"<!doctype html>", "more_body": True},
            {"type": "http.response.body"},
        ]
        for number, message in enumerate(steps):
            if message is not None:
                await send(message)
            if number == at:
                await sleep(60)

    return app


@pytest.mark.parametrize("at", AWAITS)
@pytest.mark.parametrize("outside", ["cancel", "timeout"])
async def test_cancellation_under_asyncio(at: int, outside: str) -> None:
    """A cancelled request ends at once, cancelled, and its record says so; a timeout outside still is one."""
    debug = around(waiting(at, asyncio.sleep))

    async def serving() -> None:
        served = await play(debug, http(headers=[*VIEWER, (b"sec-fetch-dest", b"document")]))
        assert served.raised is not None
        raise served.raised

    before = time.perf_counter()
    if outside == "timeout":
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await serving()
    else:
        task = asyncio.create_task(serving())
        await asyncio.sleep(0.01)
        task.cancel("why")
        with pytest.raises(asyncio.CancelledError, match="why"):
            await task
    assert time.perf_counter() - before < 0.5
    record = await only(debug)
    assert record.error is not None
    assert record.error.type == "CancelledError"
    assert not record.open


@pytest.mark.parametrize("at", AWAITS)
def test_cancellation_under_trio(at: int) -> None:
    """The same under trio: its scope catches its own cancellation."""
    debug = around(waiting(at, trio.sleep))

    async def main() -> None:
        with trio.move_on_after(0.01) as scope:
            served = await play(debug, http(headers=[*VIEWER, (b"sec-fetch-dest", b"document")]))
            assert served.raised is not None
            raise served.raised
        assert scope.cancelled_caught
        record = await only(debug)
        assert record.error is not None
        assert record.error.type == "Cancelled"

    trio.run(main)


async def test_a_coroutine_that_is_thrown_away() -> None:
    """Closing a request's coroutine half-way sends nothing more, closes the record and raises nothing."""
    debug = around(waiting(2, asyncio.sleep))
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    serving: Any = debug(http(headers=[*VIEWER, (b"sec-fetch-dest", b"document")]), receive, send)
    serving.send(None)
    count = len(sent)
    serving.close()
    assert len(sent) == count
    record = await only(debug)
    assert record.error is not None
    assert record.error.type == "GeneratorExit"
    assert current() is None


# R17: background


async def test_background_work_joins_the_record() -> None:
    """What runs after the response, before the application returns, is in the record; the response was out."""
    out: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer()(scope, receive, send)
        assert out[-1]["type"] == "http.response.body"
        await asyncio.sleep(0.01)
        with span("send the receipt"):
            pass

    async def sent(message: Message) -> None:
        out.append(message)

    debug = around(app)
    await play(debug, http(), sent=sent)
    record = await only(debug)
    assert [made.name for made in record.spans] == ["send the receipt"]
    assert record.response is not None
    assert record.response.ended is not None
    assert record.duration is not None
    assert record.response.ended < record.spans[0].start <= record.duration


async def test_a_task_that_outlives_its_request_adds_nothing() -> None:
    """Once the record is closed, a task in its context sees no record."""
    later: list[asyncio.Task[object]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def work() -> object:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            return current()

        later.append(asyncio.create_task(work()))

    await play(around(app), http())
    assert await later[0] is None


# The record's own


async def test_routes_come_from_the_application() -> None:
    """The route that the adapter's application names is the record's; a fault there is noted and changes nothing."""

    class Framework(Application):
        """An application whose router sometimes fails."""

        def matched(self, scope: Mapping[str, Any]) -> Route | None:
            if scope["path"] == "/broken":
                raise LookupError("no such route")
            return Route("/books/{id}", name="show")

    debug = around(answer())
    debug.around(answer(), Framework())
    await play(debug, http("/books/7"))
    served = await play(debug, http("/broken"))
    assert served.status == 200
    good, bad = await records(debug)
    assert good.route is not None
    assert good.route.path == "/books/{id}"
    assert bad.route is None
    assert "no such route" in bad.failures["adapter"].message


async def test_server_timing_sums_panels_spans() -> None:
    """The header names the record and each panel's time until the headers went."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        record = current()
        assert record is not None
        record.add("sql", "SELECT 1", 0.0, 0.010)
        record.add("sql", "SELECT 2", 0.010, 0.0305)
        record.add("app", "open", 0.0)
        await answer()(scope, receive, send)

    debug = around(app)
    served = await play(debug, http(root_path="/shop"))
    (record,) = await records(debug)
    timing = served.ours[b"server-timing"].decode()
    assert timing.startswith(f'dtb;desc="{record.id}", total;dur=')
    assert timing.endswith(", sql;dur=30.5")
    assert served.ours[b"x-debug-toolbar-link"].decode() == f"/shop/_debug_toolbar/#/r/{record.id}"
    assert b"server-timing" not in (await play(around(app, server_timing=False), http())).ours


class ProfilePanel(Panel):
    """Runs only when asked for, and drives the application's coroutine."""

    name, title, on_demand = "profile", "Profile", True

    def collect(self, record: Record) -> Generator[None, None, Any]:
        slices: list[str] = []

        async def driver(work: Awaitable[Any]) -> Any:
            slices.append("in")
            result = await work
            slices.append("out")
            return result

        record.drive(driver)
        yield
        return slices


@pytest.mark.parametrize(
    ("headers", "runs"),
    [
        ([*VIEWER, (b"x-debug-toolbar-run", b"other, profile")], True),
        ([*STRANGER, (b"x-debug-toolbar-run", b"profile")], False),
        ([*VIEWER, (b"x-debug-toolbar-run", b"\xff,,")], False),
        (VIEWER, False),
    ],
)
async def test_a_viewers_header_asks_for_a_panel(headers: list[tuple[bytes, bytes]], runs: bool) -> None:
    """`X-Debug-Toolbar-Run` runs on-demand panels for that request, if its sender may see the toolbar."""
    debug = around(answer(), ProfilePanel())
    served = await play(debug, http(headers=headers))
    assert served.body == b"hello"
    assert (await only(debug)).data == ({"profile": ["in", "out"]} if runs else {})


@pytest.mark.parametrize(
    ("query", "headers", "runs"),
    [
        (b"debug-toolbar-run=profile", VIEWER, True),
        (b"sort=new&debug-toolbar-run=other%2C+profile&page=2", VIEWER, True),
        (b"debug-toolbar-run=other&debug-toolbar-run=profile", VIEWER, True),
        (b"debug-toolbar-run=profile", STRANGER, False),
        (b"debug-toolbar-run", VIEWER, False),
        (b"debug-toolbar-run=%ff%00,,", VIEWER, False),
        (b"my-debug-toolbar-run=profile", VIEWER, False),
        (b"q=debug-toolbar-run=profile", VIEWER, False),
    ],
)
async def test_a_viewers_query_asks_for_a_panel(query: bytes, headers: list[tuple[bytes, bytes]], runs: bool) -> None:
    """`?debug-toolbar-run=` does what the header does, for the same senders; the application finds its query whole."""
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["query_string"])
        await answer()(scope, receive, send)

    debug = around(app, ProfilePanel())
    served = await play(debug, http(headers=headers, query_string=query))
    assert served.body == b"hello"
    assert seen == [query]
    record = await only(debug)
    assert record.data == ({"profile": ["in", "out"]} if runs else {})
    assert record.request is not None
    assert record.request.query_string == query.decode()


async def test_a_websocket_asks_for_itself() -> None:
    """A connection runs a panel that its query asks for; what was armed is left to the next request."""

    class TalkPanel(ProfilePanel):
        kinds = frozenset({"http", "websocket"})

    debug = around(says([{"type": "websocket.accept"}, {"type": "websocket.close"}]), TalkPanel())
    await play(debug, websocket(query_string=b"debug-toolbar-run=profile"))
    assert debug.toolbar is not None
    debug.toolbar.demand.arm(["profile"])
    await play(debug, websocket())
    await play(debug, http())
    assert [sorted(record.data) for record in await records(debug)] == [["profile"], [], ["profile"]]


async def test_headers_that_can_be_read_once_are_the_applications() -> None:
    """A server may hand on its headers as an iterator: asking for panels does not use it up."""
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(scope["headers"])
        await answer()(scope, receive, send)

    scope = http(headers=iter([(b"x-debug-toolbar-run", b"profile")]))
    await play(around(app, ProfilePanel()), scope)
    assert seen == [(b"x-debug-toolbar-run", b"profile")]


async def test_a_driver_that_raises_at_once() -> None:
    """A driver that cannot even wrap the application's coroutine is left out."""

    class Broken(Panel):
        """Its driver raises."""

        name, title = "broken", "Broken"

        def collect(self, record: Record) -> Generator[None, None, Any]:
            def driver(work: Awaitable[Any]) -> Awaitable[Any]:
                raise RuntimeError("no")

            record.drive(driver)
            yield

    debug = around(answer(), Broken())
    served = await play(debug, http())
    assert served.raised is None
    assert served.body == b"hello"


async def test_ignored_paths_are_not_recorded() -> None:
    """Under an ignored prefix the application runs as if nothing were there."""
    inside: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        inside.append(current())
        await answer()(scope, receive, send)

    debug = around(app, ignore=["/static"])
    served = await play(debug, http("/static/site.css"))
    assert inside == [None]
    assert not served.ours
    assert await records(debug) == []


# R22: wrapped twice, mounted


async def test_two_toolbars_make_one_record() -> None:
    """Around an application that has a toolbar already, the outer one records and the page gets one bar."""
    page = answer(b"<!doctype html><body></body>", headers=[(b"content-type", b"text/html")])
    inner = around(page)
    outer = around(inner)
    served = await play(outer, http(headers=[*VIEWER, (b"sec-fetch-dest", b"document")]))
    assert served.body.count(b"<script") == 1
    assert len(served.ours) == 3
    assert await records(inner) == []
    assert len(await records(outer)) == 1


async def test_a_request_inside_a_request_is_its_child() -> None:
    """A request that the application makes to itself, in its own task, is a record with a parent."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/outer":
            await play(debug, http("/inner"))
        await answer()(scope, receive, send)

    debug = around(app)
    await play(debug, http("/outer"))
    by_path = {record.request.path: record for record in await records(debug) if record.request}
    assert by_path["/inner"].parent == by_path["/outer"].id
    assert by_path["/outer"].parent is None


async def test_a_mount_of_the_application_keeps_the_links() -> None:
    """A router that moves a part of the path into root_path does not move the toolbar."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["root_path"] = "/api"
        await answer()(scope, receive, send)

    served = await play(around(app), http("/api/books"))
    assert served.ours[b"x-debug-toolbar-link"].startswith(b"/_debug_toolbar/#/r/")


async def test_a_store_that_fails_is_not_the_applications_business(caplog: pytest.LogCaptureFixture) -> None:
    """When the store raises, the response is as it was and the log says it once."""
    from debug_toolbar_core.memory import MemoryStore

    class Full(MemoryStore):
        """Never keeps anything."""

        async def save(self, record: Record) -> None:
            raise OSError(28, "No space left on device")

    debug = around(answer(), store=Full())
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert (await play(debug, http())).body == b"hello"
    assert len([line for line in caplog.messages if "No space left" in line]) == 1
