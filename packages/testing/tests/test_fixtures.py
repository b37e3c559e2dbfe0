import asyncio
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from debug_toolbar_core import Panel, Record, current
from debug_toolbar_core.blocks import Badge, Block, Fact, Facts, Notice
from debug_toolbar_testing import Captured, Client, Clock, sample_record, through_json, tiny_app
from debug_toolbar_testing.plugin import MakeToolbar


class WaitPanel(Panel):
    """Measures, and warns past a second."""

    name, title = "wait", "Wait"

    def collect(self, record: Record) -> Generator[None, None, Any]:
        start = record.now()
        yield
        return {"seconds": record.now() - start}

    def view(self, record: Record) -> Generator[Block]:
        seconds = record.data.get("wait", {}).get("seconds", 0.0)
        yield Badge(f"{seconds:g}")
        yield Facts([Fact("waited", seconds, "s")])
        if seconds > 1:
            yield Notice("warning", "Long.")


def test_a_capture_shows_what_ran_inside(
    capture: Callable[..., AbstractContextManager[Captured]], clock: Clock
) -> None:
    """Inside the `with` is an open record on the clock given; after it the stored one with the panel's view."""
    with capture(WaitPanel(), clock=clock) as seen:
        assert current() is seen.record
        clock.advance(2.5)
    assert current() is None
    assert (seen.record.duration, seen.data) == (2.5, {"seconds": 2.5})
    assert seen.badge == Badge("2.5")
    assert [notice.text for notice in seen.notices] == ["Long."]
    assert [block.type for block in seen.blocks] == ["facts", "notice"]
    assert "waited" in seen.text


def test_what_the_work_raises_is_on_the_record(capture: Callable[..., AbstractContextManager[Captured]]) -> None:
    """An exception inside goes on, and is the record's error."""
    with pytest.raises(ValueError, match="no"), capture(WaitPanel(), kind="task") as seen:
        raise ValueError("no")
    assert seen.record.error is not None
    assert (seen.record.error.type, seen.record.kind) == ("ValueError", "task")


async def test_a_toolbar_has_only_the_panels_given(toolbar: MakeToolbar) -> None:
    """A toolbar of the fixture is strict, has just these panels, and their lifespans are open."""
    made = toolbar(WaitPanel(), budget=3.0)
    assert [panel.name for panel in made.panels] == ["wait"]
    assert made.config.strict
    with made.capture("http", tries=1) as record:
        pass
    assert (await made.load(record.id)).tags == {"tries": 1}


def test_a_sample_record_has_what_was_asked_for(sample_record: Callable[..., Record]) -> None:
    """A sample has spans, an error and data as asked for, on its own clock."""
    record = sample_record(queries=3, error=ValueError("no"), data={"wait": {"seconds": 2}}, duration=0.5)
    assert [(span.panel, span.start) for span in record.spans] == [
        ("sqlalchemy", 0.010),
        ("sqlalchemy", 0.012),
        ("sqlalchemy", 0.014),
    ]
    assert record.error is not None
    assert (record.error.message, record.duration, record.started_at) == ("no", 0.5, 1_795_400_000.0)
    assert record.data == {"wait": {"seconds": 2}}
    assert record.request is not None
    assert record.request.path == "/books/new"


def test_a_sample_may_be_of_any_kind() -> None:
    """A job has a name and no request, the application has neither, and unstored ones can be encoded."""
    task = sample_record(kind="task", text="send_receipt")
    assert (task.request, task.tags) == (None, {"name": "send_receipt"})
    assert sample_record(kind="app").request is None
    fresh = sample_record(stored=False)
    assert not fresh.loaded
    assert through_json(fresh).id == fresh.id


async def test_the_client_speaks_to_an_application(asgi_client: type[Client]) -> None:
    """Answers have their status, headers, text and what was raised; websockets and lifespan work."""
    async with asgi_client(tiny_app).running() as client:
        page = await client.get("/?a=1")
        assert (page.status, page.header("Content-Type")) == (200, "text/html; charset=utf-8")
        assert page.text.startswith("<!doctype html>")
        assert page.header("x-none") is None
        assert (await client.post("/json", b"{}")).body == b'{"ok": true}'
        boom = await client.get("/boom")
        assert (boom.status, boom.headers, str(boom.raised)) == (None, [], "boom")
        assert await client.converse("/ws", "a", "b") == ["a", "b"]


async def test_the_client_hangs_on_like_a_browser(asgi_client: type[Client]) -> None:
    """After the request's body, `receive` waits for as long as the client is there."""

    async def reads_on(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == b"all"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.01)

    assert (await asgi_client(reads_on).post("/", b"all")).raised is None


async def test_an_application_that_does_not_start_is_told(asgi_client: type[Client]) -> None:
    """A start-up that fails is an error with its message."""

    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(RuntimeError, match="no database"):
        async with asgi_client(fails).running():
            pass
