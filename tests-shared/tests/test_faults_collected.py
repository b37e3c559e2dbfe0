"""Applications that are dropped, and found by the garbage collector in the middle of another one's request."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from importlib.metadata import entry_points
from types import FrameType, coroutine
from typing import Any

import pytest

from debug_toolbar_core import current
from debug_toolbar_tests.server import App, Receive, Scope, Send, answer, around, http, only, play

HTML = b"<!doctype html><html><body>Hello</body></html>"
ROUNDS = 150
log = logging.getLogger("shop")


def panels() -> Iterable[Any]:
    """Return every installed panel."""
    return [entry.load()() for entry in entry_points(group="debug_toolbar.panels")]


@coroutine
def suspended() -> Generator[None]:
    """Wait for ever."""
    yield


async def unfinished(scope: Scope, receive: Receive, send: Send) -> None:
    """Begin a response, and never end it; what is closed in the middle still logs."""
    log.warning("begun")
    try:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await suspended()
    finally:
        log.warning("dropped")


async def talkative(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, and log on the way."""
    for number in range(5):
        log.warning("line %d", number)
    await answer(HTML, headers=[(b"content-type", b"text/html")])(scope, receive, send)


async def nothing(*_: Any) -> Any:
    """Neither send nor receive anything."""
    return {"type": "http.disconnect"}


def dropped(app: App) -> list[Any]:
    """Return an application with the toolbar, never stopped and in the middle of a request, in a cycle."""
    debug = around(app, *panels())
    request = debug(http(), nothing, nothing)
    copy_context().run(request.send, None)
    cycle: list[Any] = [debug, request]
    cycle.append(cycle)
    return cycle


@contextmanager
def collected(left: list[Any], nth: int) -> Generator[list[int]]:
    """Have what is left found by the collector at the nth call in our own code; yields how many calls there were."""
    counted = [0]

    def called(frame: FrameType, event: str, argument: Any) -> None:
        if event in ("call", "c_call") and "debug_toolbar_" in frame.f_code.co_filename:
            counted[0] += 1
            if counted[0] == nth:
                sys.setprofile(None)
                left.clear()
                gc.collect()

    sys.setprofile(called)
    try:
        yield counted
    finally:
        sys.setprofile(None)


@pytest.fixture
def _quick() -> Iterator[None]:
    """Leave what was there before the test out of its many collections."""
    gc.collect()
    gc.disable()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()


async def round_with(nth: int) -> int:
    """Serve a request with a collection at its nth call of ours; check it, and return how many calls it took."""
    left = dropped(unfinished)
    debug = around(talkative, *panels())
    with collected(left, nth) as counted:
        served = await play(debug, http())
    assert (served.status, served.raised) == (200, None)
    assert served.body.startswith(HTML[:-14])
    record = await only(debug)
    lines = [span.name for span in record.spans if span.panel == "logging"]
    # what the collector runs, it runs in the context it interrupted: whose line that is nobody can tell
    assert [line for line in lines if line != "dropped"] == [f"line {number}" for number in range(5)]
    assert record.failures == {}
    assert current() is None
    debug.stop()
    return counted[0]


@pytest.mark.usefixtures("_quick")
async def test_an_application_that_is_collected_in_another_s_request_disturbs_nothing() -> None:
    """Wherever in our code the collector strikes, a request to end and lifespans to close, the response is whole."""
    await round_with(-1)  # the first one also imports
    calls = await round_with(-1)
    assert calls > 500
    for nth in range(1, calls, calls // ROUNDS):
        assert await round_with(nth) == nth
