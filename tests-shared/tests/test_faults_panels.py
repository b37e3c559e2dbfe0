"""Faults inside: whatever a panel does in whatever hook, the response is the bare one and other panels are intact."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any

import pytest

from debug_toolbar_asgi import DebugToolbar
from debug_toolbar_core import Application, Panel, Record, action, current
from debug_toolbar_core.blocks import Badge, Block, Fact, Facts
from debug_toolbar_core.limits import Limits
from debug_toolbar_tests.server import answer, around, http, only, play, records

Deed = Callable[[], Any]
PAGE = answer(b"<!doctype html><html><body>Hello</body></html>", headers=[(b"content-type", b"text/plain")])


def recurse() -> Any:
    """Exhaust the stack."""
    return recurse()


def raises(error: BaseException) -> Deed:
    """Make a deed that raises."""

    def deed() -> Any:
        raise error

    return deed


def itself() -> Any:
    """Return a list that holds itself."""
    loop: list[Any] = []
    loop.append({"loop": loop})
    return loop


class Hostile:
    """An object of which no method can be called."""

    def refuse(self, *arguments: object) -> Any:
        raise AssertionError("a dunder of the application's object was called")

    __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = __hash__ = __getattr__ = refuse
    __getattribute__ = refuse  # type: ignore[assignment]


DEEDS: dict[str, Deed] = {
    "ValueError": raises(ValueError("bad panel")),
    "SystemExit": raises(SystemExit(3)),
    "CancelledError": raises(asyncio.CancelledError()),
    "GeneratorExit": raises(GeneratorExit()),
    "BaseExceptionGroup": raises(BaseExceptionGroup("two", [SystemExit()])),
    "StopIteration": raises(StopIteration("early")),
    "RecursionError": recurse,
    "None": lambda: None,
    "garbage": object,
    "itself": itself,
    "hostile": Hostile,
    "huge": lambda: [0] * 100_000,
    "slow": lambda: time.sleep(0.03),
    "exits": sys.exit,
}
QUIET = {"None", "garbage", "itself", "hostile", "huge"}
HOOKS = ("lifespan in", "lifespan out", "collect before", "collect after", "view", "action")


class WellPanel(Panel):
    """Does its work beside the bad one."""

    name, title = "well", "Well"

    def collect(self, record: Record) -> Generator[None, None, Any]:
        yield
        return {"size": record.response.size if record.response else None}

    def view(self, record: Record) -> Iterable[Block]:
        yield Badge(str(record.data["well"]["size"]))


class BadPanel(Panel):
    """Does its deed in one hook."""

    name, title = "bad", "Bad"

    def __init__(self, hook: str, deed: Deed) -> None:
        self.hook, self.deed = hook, deed

    def do(self, hook: str) -> Any:
        return self.deed() if hook == self.hook else None

    def lifespan(self, app: Application) -> Generator[None]:
        self.do("lifespan in")
        yield
        self.do("lifespan out")

    def collect(self, record: Record) -> Generator[None, None, Any]:
        self.do("collect before")
        yield
        return self.do("collect after")

    def view(self, record: Record) -> Iterable[Block]:
        found = self.do("view")
        yield Facts([Fact("found", found)]) if self.hook == "view" else Badge("fine")

    @action("Act")
    async def act(self, record: Record) -> Iterable[Block]:
        """Act."""
        found: Any = self.do("action")
        return found


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("deed", DEEDS)
async def test_a_bad_panel_changes_nothing_but_its_own_tab(hook: str, deed: str) -> None:
    """For each hook and deed the response is the bare one, the other panel's data is there, the bad one tells."""
    bare = await play(PAGE, http())
    debug = around(PAGE, WellPanel(), BadPanel(hook, DEEDS[deed]), budget=0.02)
    served = await play(debug, http())
    assert debug.toolbar is not None
    assert (served.bare, served.raised) == (bare.messages, None)
    record = await only(debug)
    assert record.data["well"] == {"size": 46}
    shown = {view.panel.name: view for view in debug.toolbar.shown(record)}
    assert shown["well"].badge == Badge("46")
    if hook == "action" and deed != "GeneratorExit":  # that one only says that the reader's coroutine is closed
        blocks = list(await debug.toolbar.act(record, "bad", "act", {}))
        assert deed in {"slow", "None"} or blocks
    elif hook.startswith("collect") and deed not in QUIET:
        assert record.failures["bad"].hook == "collect"
        assert "failed in collect" in shown["bad"].blocks[0].text  # type: ignore[attr-defined]  # it is a notice
    assert current() is None
    debug.stop()


class ShapePanel(Panel):
    """Its collect() is not what it should be."""

    name, title = "shape", "Shape"

    def __init__(self, shape: str) -> None:
        self.shape = shape

    def collect(self, record: Record) -> Any:
        return {
            "none": lambda: None,
            "list": lambda: [1, 2],
            "coroutine": self.hang,
            "twice": lambda: (number for number in range(3)),
            "never": lambda: iter(()),
        }[self.shape]()

    async def hang(self) -> None:
        await asyncio.sleep(3_600)


@pytest.mark.filterwarnings("ignore:coroutine 'ShapePanel.hang' was never awaited")
@pytest.mark.parametrize("shape", ["none", "list", "coroutine", "twice", "never"])
async def test_a_collect_that_is_no_generator(shape: str) -> None:
    """A panel that awaits, yields twice or returns a value at once is told so; the request knows nothing of it."""
    debug = around(PAGE, WellPanel(), ShapePanel(shape))
    assert (await play(debug, http())).bare == (await play(PAGE, http())).messages
    record = await only(debug)
    assert record.data["well"] == {"size": 46}
    assert ("shape" in record.failures) == (shape not in ("none", "never"))


class ScribblingPanel(Panel):
    """Writes into everything it can reach of a record."""

    name, title = "scribbling", "Scribbling"

    def collect(self, record: Record) -> Generator[None, None, Any]:
        self.scribble(record)
        yield
        self.scribble(record)

    def scribble(self, record: Record) -> None:
        for side in (record.request, record.response):
            if side is not None:
                side.headers.append(("x-scribble", "1"))  # type: ignore[attr-defined]  # a list it is
                side.headers[0] = ("content-length", "9")  # type: ignore[index]  # the same
        if record.request is not None:
            record.request.path = "/scribbled"


async def test_a_panel_that_writes_into_what_it_reads() -> None:
    """What a panel is given of request and response is a copy: neither the application nor the server sees it."""
    scope, seen = http("/here"), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["path"], list(scope["headers"])))
        await PAGE(scope, receive, send)

    debug = around(app, ScribblingPanel())
    served = await play(debug, scope)
    assert seen == [("/here", scope["headers"])]
    assert served.bare == (await play(PAGE, http())).messages
    record = await only(debug)
    assert record.request is not None
    assert record.request.path == "/here"


async def test_five_failures_in_a_row_and_a_panel_is_off(caplog: pytest.LogCaptureFixture) -> None:
    """The sixth request does not run it, the log says each thing once, and its tab says why."""
    calls: list[int] = []

    class FailingPanel(Panel):
        """Fails always."""

        name, title = "failing", "Failing"

        def collect(self, record: Record) -> Generator[None, None, Any]:
            calls.append(1)
            raise ValueError("again")
            yield

    debug = around(PAGE, FailingPanel())
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        for _ in range(8):
            await play(debug, http())
    assert len(calls) == 5
    assert len(caplog.records) == 2
    assert "off until the process restarts" in caplog.messages[1]


async def test_a_failure_now_and_then_is_forgiven() -> None:
    """A panel that fails every other time stays on."""
    calls: list[int] = []

    class FlakyPanel(Panel):
        """Fails every other time."""

        name, title = "flaky", "Flaky"

        def collect(self, record: Record) -> Generator[None, None, Any]:
            calls.append(1)
            if len(calls) % 2:
                raise ValueError("now")
            yield

    debug = around(PAGE, FlakyPanel())
    for _ in range(20):
        await play(debug, http())
    assert len(calls) == 20


async def test_a_panel_that_works_is_not_recorded() -> None:
    """A panel that logs, notes and makes requests in its hooks adds nothing to any record and does not recurse."""

    class BusyPanel(Panel):
        """Does in its hooks what it would record."""

        name, title = "busy", "Busy"
        seen: list[object]

        def collect(self, record: Record) -> Generator[None, None, Any]:
            self.seen.append(current())
            logging.getLogger("busy").warning("from the hook")
            yield
            self.seen.append(current())
            logging.getLogger("busy").warning("from the hook")

        def view(self, record: Record) -> Iterable[Block]:
            logging.getLogger("busy").warning("from the view")
            yield Badge(str(current()))

    busy = BusyPanel()
    busy.seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/outer":
            await play(debug, http("/inner"))
        await PAGE(scope, receive, send)

    debug = DebugToolbar(app, around(app, busy).config)
    assert debug.toolbar is not None
    await play(debug, http("/outer"))
    for record in await records(debug):
        debug.toolbar.shown(record)
        assert record.spans == []
    assert busy.seen == [None] * 4


async def test_a_log_handler_that_raises_is_not_ours_to_raise() -> None:
    """When telling of a fault fails itself, the request goes on."""

    class Raising(logging.Handler):
        """Raises for every line."""

        def emit(self, line: logging.LogRecord) -> None:
            raise OSError("the log is full")

    handler, logger = Raising(), logging.getLogger("debug_toolbar")
    logger.addHandler(handler)
    try:
        debug = around(PAGE, BadPanel("collect after", DEEDS["ValueError"]))
        assert (await play(debug, http())).body == (await play(PAGE, http())).body
    finally:
        logger.removeHandler(handler)


async def test_strict_raises_for_tests() -> None:
    """With strict=True a panel's fault is raised, so that a test of ours sees it."""
    served = await play(around(PAGE, BadPanel("collect after", DEEDS["ValueError"]), strict=True), http())
    assert isinstance(served.raised, ValueError)


async def test_objects_of_the_application_are_never_touched() -> None:
    """Objects in attributes, data, errors and routes are described by type; none of their methods runs."""

    class HostileError(Exception):
        """Cannot be turned into text."""

        __str__ = __repr__ = Hostile.refuse  # type: ignore[assignment]

    class ObjectsPanel(Panel):
        """Hands on what the application gave it."""

        name, title = "objects", "Objects"

        def collect(self, record: Record) -> Generator[None, None, Any]:
            yield
            return {"deep": [Hostile(), {"key": Hostile()}]}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        record = current()
        assert record is not None
        record.add("objects", "span", 0.0, 0.1, {"value": Hostile(), "list": [Hostile()]})
        await PAGE(scope, receive, send)
        raise HostileError(Hostile(), "told")

    debug = around(app, ObjectsPanel(), limits=Limits(items=100))
    served = await play(debug, http(state={"hostile": Hostile()}))
    assert type(served.raised) is HostileError
    record = await only(debug)
    assert "Hostile" in str(record.data["objects"]["deep"][0])
    assert "Hostile" in str(record.spans[0].attributes["value"])
    assert record.error is not None
    assert "told" in record.error.message
