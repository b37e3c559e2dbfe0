"""Observed: a span around each call of a library's function, and the call as it was without us."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from debug_toolbar_core import Config, Record, Span, Toolbar, current, enclosing, observed, span
from debug_toolbar_core.context import position
from debug_toolbar_core.observed import Inside, Perhaps


@pytest.fixture
def toolbar() -> Toolbar:
    """A toolbar without panels."""
    return Toolbar(Config(panels=[]))


def begin(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span | None:
    """Record every call but those for `skip`."""
    if args and args[0] == "skip":
        return None
    return record.add("test", f"GET {args[0]}", record.now(), None, {"key": args[0]})


def end(span: Span, result: Any) -> dict[str, Any]:
    """Note what came back."""
    return {"result": result}


def ask(key: str) -> str:
    """A library's function."""
    if key == "bad":
        raise LookupError("no such key", key)
    return key * 2


async def wait(key: str) -> str:
    """A library's coroutine function."""
    await asyncio.sleep(0)
    return ask(key)


watched = observed("test", begin, end)(ask)
watched_wait = observed("test", begin, end)(wait)


async def test_a_call_is_a_span_with_what_it_returned(toolbar: Toolbar) -> None:
    """Functions and coroutine functions alike: name, attributes, and an end."""
    with toolbar.capture("http") as record:
        assert watched("a") == "aa"
        assert await watched_wait("b") == "bb"
    assert [(span.name, span.attributes) for span in record.spans] == [
        ("GET a", {"key": "a", "result": "aa"}),
        ("GET b", {"key": "b", "result": "bb"}),
    ]
    assert all(span.end is not None and span.end >= span.start for span in record.spans)


async def test_an_exception_goes_on_and_is_noted(toolbar: Toolbar) -> None:
    """The application sees its own exception; the span has its type and message."""
    with toolbar.capture("http") as record:
        with pytest.raises(LookupError):
            watched("bad")
        with pytest.raises(LookupError):
            await watched_wait("bad")
    noted = {"key": "bad", "error.type": "LookupError", "error.message": "no such key, bad"}
    assert [span.attributes for span in record.spans] == [noted, noted]


async def test_outside_a_record_and_when_not_wanted_it_only_calls(toolbar: Toolbar) -> None:
    """Without a record, or where `begin` returns None, nothing is added."""
    assert (watched("a"), await watched_wait("a")) == ("aa", "aa")
    with toolbar.capture("http") as record:
        assert (watched("skip"), await watched_wait("skip")) == ("skipskip", "skipskip")
    assert record.spans == []


async def test_what_happens_during_a_call_is_its_child(toolbar: Toolbar) -> None:
    """Spans added inside are children; afterwards the position is the one before, after an error too."""

    def work(key: str) -> str:
        with span("inside"):
            inner = enclosing()
            assert inner is not None
            return f"{inner.name} of {inner.parent.name if inner.parent else None}"

    with toolbar.capture("http") as record:
        assert observed("test", begin)(work)("a") == "inside of GET a"
        with pytest.raises(LookupError):
            watched("bad")
        assert enclosing() is None
    assert record.spans[1].parent is record.spans[0]
    assert enclosing() is None


async def test_a_call_within_one_is_known(toolbar: Toolbar) -> None:
    """`enclosing` tells a hook the call that runs around it, also one that the limits only count."""
    seen: list[Any] = []

    def inner(key: str) -> None:
        seen.append(enclosing())

    with toolbar.capture("http") as record:
        record.limits = type(record.limits)(spans=1)
        observed("test", begin)(inner)("first")
        observed("test", begin)(inner)("second")
    assert [span.name for span in seen] == ["GET first", "GET second"]
    assert [span.kept for span in seen] == [True, False]


@pytest.mark.parametrize("broken", ["begin", "end"])
async def test_a_fault_of_ours_is_on_the_record_only(toolbar: Toolbar, broken: str) -> None:
    """What our own code raises in a hook is a failure of the panel; the call is as without us."""

    def fails(*arguments: Any) -> Any:
        raise ValueError("ours")

    make = observed("test", fails if broken == "begin" else begin, fails)
    with toolbar.capture("http") as record:
        assert (make(ask)("a"), await make(wait)("a")) == ("aa", "aa")
    assert record.failures["test"].message == "ValueError: ours"


async def test_a_call_that_outlives_its_record_does_not_keep_it(toolbar: Toolbar) -> None:
    """A call still waiting when its record closes ends as without us, and leaves the closed record alone."""
    going = asyncio.Event()

    async def slow(key: str) -> str:
        await going.wait()
        return ask(key)

    make = observed("test", begin, end)
    with toolbar.capture("http") as record:
        tasks = [asyncio.create_task(make(slow)(key)) for key in ("a", "bad")]
        await asyncio.sleep(0)
    going.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[0] == "aa"
    assert isinstance(results[1], LookupError)
    assert [span.end for span in record.spans] == [None, None]


async def test_a_call_that_comes_too_late_is_counted(toolbar: Toolbar) -> None:
    """What begins once the record is closed is not recorded, and counted each time."""
    going = asyncio.Event()

    async def late() -> None:
        await going.wait()
        watched("a")
        await watched_wait("b")

    with toolbar.capture("http") as record:
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    going.set()
    await task
    assert (record.spans, record.slot.late) == ([], 2)


async def test_interleaved_requests_never_mix(toolbar: Toolbar) -> None:
    """A hundred records at once each have their own calls, and only those."""

    async def request(number: int) -> Record:
        with toolbar.capture("http") as record:
            for step in range(5):
                await watched_wait(f"{number}.{step}")
        return record

    records = await asyncio.gather(*(request(number) for number in range(100)))
    for number, record in enumerate(records):
        assert [span.name for span in record.spans] == [f"GET {number}.{step}" for step in range(5)]


async def test_a_call_can_be_cancelled(toolbar: Toolbar) -> None:
    """Cancellation passes through, and the span says that it was cancelled."""
    with toolbar.capture("http") as record:
        task = asyncio.create_task(observed("test", begin, end)(asyncio.sleep)(60))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert current() is record
    assert record.spans[0].attributes["error.type"] == "CancelledError"


async def test_a_place_can_be_entered_by_hand(toolbar: Toolbar) -> None:
    """`Inside` is the place in a running span, for hooks that are no function calls."""
    with toolbar.capture("http") as record:
        added = record.add("test", "by hand", record.now())
        Inside(record, added).ended(None, None)
    assert added.end is not None


async def test_a_span_is_made_when_something_happens_in_it(toolbar: Toolbar) -> None:
    """A place without children costs no span; with the first child it is there, before it, as its parent."""

    class Message(Perhaps):
        """A message that is perhaps worth a span."""

        def make(self, record: Record) -> Span:
            return record.add("test", "message", 0.0)

    with toolbar.capture("websocket") as record:
        position.set(Message(record.slot))
        assert enclosing() is None
        position.set(place := Message(record.slot))
        record.add("test", "child", 0.1, 0.2)
        record.add("test", "child", 0.2, 0.3)
        made = enclosing()
        assert made is place.made
    assert [(span.name, span.parent) for span in record.spans] == [("message", None), ("child", made), ("child", made)]
    assert Message(record.slot).span is None
