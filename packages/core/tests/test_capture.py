"""Capture: what is recorded belongs to its own record, and a panel's faults stay with the panel."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import time
import weakref
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from debug_toolbar_core import Config, Panel, Record, Toolbar, current, note, span
from debug_toolbar_core.context import position


def toolbar(*panels: Panel, **settings: Any) -> Toolbar:
    """Return a toolbar with just these panels."""
    return Toolbar(Config(panels=panels, **settings))


class Quiet(Panel):
    name, title = "quiet", "Quiet"

    def collect(self, record):
        yield
        return {"spans": len(record.spans)}


async def test_interleaved_tasks_keep_their_own_spans() -> None:
    """A hundred records that overlap on one loop each hold exactly their own notes."""
    tools = toolbar()

    async def work(number: int) -> tuple[int, list[Any]]:
        with tools.capture("task") as record:
            for _ in range(3):
                note(number)
                await asyncio.sleep(0)
        return number, [span.attributes["value"] for span in record.spans]

    for number, values in await asyncio.gather(*(work(number) for number in range(100))):
        assert values == [number] * 3


async def test_threads_and_task_groups_inherit_the_record() -> None:
    """What `to_thread` and a TaskGroup run is recorded where they were started."""
    tools = toolbar()

    async def child(label: str) -> None:
        note(1, label)

    with tools.capture("task") as record:
        await asyncio.to_thread(note, 1, "thread")
        async with asyncio.TaskGroup() as group:
            group.create_task(child("group"), name="kid")
    assert {(span.name, span.task) for span in record.spans} >= {("group", "kid")}
    assert [span.name for span in record.spans] == ["thread", "group"]


def test_an_executor_without_context_is_not_recorded() -> None:
    """A thread pool that loses the context records nothing, and harms nothing."""
    tools = toolbar()
    with tools.capture("task") as record, ThreadPoolExecutor(1) as pool:
        assert pool.submit(current).result() is None
        pool.submit(note, 1).result()
    assert record.spans == []


async def test_a_forgotten_task_is_counted_and_keeps_no_record_alive() -> None:
    """What still runs after the close finds no record, is counted as late, and holds nothing of it."""
    tools = toolbar()
    go, held = asyncio.Event(), []

    async def forgotten() -> None:
        with span("around"):
            await go.wait()
            held.append(current())
            note(1)

    with tools.capture("task") as record:
        task = asyncio.create_task(forgotten())
        await asyncio.sleep(0)
    loaded, dead = await tools.load(record.id), weakref.ref(record)
    assert loaded.spans[0].attributes == {"unfinished": True}
    await tools.clear()
    slot = record.slot
    del record
    await asyncio.sleep(0)
    gc.collect()
    assert dead() is None, "the task that waits inside its span holds it"
    go.set()
    await task
    assert held == [None]
    assert slot.late == 2


async def test_a_record_ends_where_its_driver_says_that_the_work_did() -> None:
    """What a driver does after the application is its own time: none of the record's duration, all of its cost."""

    class Slow(Panel):
        name, title = "slow", "Slow"

        def collect(self, record: Record) -> None:
            async def driver(work: Awaitable[Any]) -> Any:
                result = await work
                record.until = record.now()
                await asyncio.sleep(0.05)
                return result

            record.drive(driver)

    capture = Toolbar(Config(panels=[Slow()], budget=10)).open("http")
    (driver,) = capture.record.drivers
    await driver(asyncio.sleep(0))
    record = capture.close()
    assert record.duration == record.until
    assert record.cost >= 0.05


async def test_late_calls_are_dropped_and_counted_on_the_record() -> None:
    """A record that is closed takes nothing more, and says how much came late."""
    tools = toolbar()

    async def forgotten() -> None:
        await asyncio.sleep(0)
        note(1)

    with tools.capture("task") as record:
        task = asyncio.create_task(forgotten())
        started = record.add("app", "started", 0.0)
    await task
    record.finish(started, more=1)
    assert not record.add("app", "hook that kept the record", 0.0, 0.0).kept
    loaded = await tools.load(record.id)
    assert loaded.dropped == {"late": 2}
    assert [span.name for span in loaded.spans] == ["started"]
    assert loaded.spans[0].end == loaded.duration


async def test_an_evicted_record_dies_with_its_exception() -> None:
    """R36: the exception of a record is let go at its close, the record itself once the store forgot it."""

    class Loud(Exception):
        pass

    tools = toolbar()
    record = Record("task")
    with pytest.raises(Loud):
        _raise_in(tools, record, Loud("x"))
    await tools.store.save(record)
    error = weakref.ref(_last_error.pop())
    dead = weakref.ref(record)
    del record
    await tools.clear()
    await asyncio.sleep(0)
    gc.collect()
    assert error() is None
    assert dead() is None


_last_error: list[BaseException] = []


def _raise_in(tools: Toolbar, record: Record, error: BaseException) -> None:
    from debug_toolbar_core.capture import Capture

    capture = Capture(record, (), tools.border)
    try:
        raise error
    except BaseException as raised:
        _last_error.append(raised)
        capture.close(raised)
        raise


def test_a_nested_record_sees_its_own_and_the_outer_goes_on() -> None:
    """Within a record another can be captured; afterwards the outer one is current again."""

    class Noisy(Panel):
        name, title = "noisy", "Noisy"
        kinds = ("task",)

        def collect(self, record):
            note("collecting")
            yield
            note("collected")
            return 1

    tools = toolbar(Noisy())
    with tools.capture("http") as outer:
        note(1, "before")
        with tools.capture("task") as inner:
            note(1, "inside")
        note(1, "after")
    assert [span.name for span in outer.spans] == ["before", "after"]
    assert [span.name for span in inner.spans] == ["inside"]
    assert inner.data == {"noisy": 1}


def test_leaving_twice_and_in_another_context_is_harmless() -> None:
    """`leave` before `close`, and a close in another context than the open, disturb no other record."""
    tools = toolbar(Quiet())
    capture = tools.open("http")
    capture.leave()
    assert current() is None
    assert capture.close().data == {"quiet": {"spans": 0}}

    other = tools.open("http")
    strange = contextvars.Context()
    strange.run(other.close)
    assert current() is None

    third = tools.open("http")
    inherited = contextvars.copy_context()
    inherited.run(third.close)
    assert inherited.run(position.get) is None
    with tools.capture("task") as mine:
        fourth = contextvars.Context().run(tools.open, "http")
        fourth.close()
        assert current() is mine


class Faulty(Panel):
    """A panel that does one thing wrong."""

    name, title = "faulty", "Faulty"

    def __init__(self, before: Any = None, after: Any = None, value: Any = None) -> None:
        self.before, self.after, self.value = before, after, value

    def collect(self, record):
        _do(self.before)
        yield
        _do(self.after)
        return self.value


def _do(what: Any) -> None:
    if isinstance(what, type) and issubclass(what, BaseException):
        raise what("on purpose")
    if callable(what):
        what()


def deep() -> None:
    """Recurse until the stack is full."""
    deep()


class Odd(Faulty):
    """A panel whose collect is not what it should be."""

    def collect(self, record):
        return self.value(record)


def twice(record):
    """Yield once too often."""
    yield
    yield


def twice_and_angry(record):
    """Yield once too often, and raise when given up."""
    yield
    try:
        yield
    finally:
        raise OSError("in the cleanup")


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        (Faulty(ValueError), "ValueError: on purpose"),
        (Faulty(after=ValueError), "ValueError: on purpose"),
        (Faulty(SystemExit), "SystemExit: on purpose"),
        (Faulty(after=SystemExit), "SystemExit: on purpose"),
        (Faulty(asyncio.CancelledError), "CancelledError: on purpose"),
        (Faulty(after=asyncio.CancelledError), "CancelledError: on purpose"),
        (Faulty(GeneratorExit), "GeneratorExit: on purpose"),
        (Faulty(deep), "RecursionError"),
        (Faulty(after=deep), "RecursionError"),
        (Faulty(lambda: time.sleep(0.02)), "of its 0.01 s"),
        (Faulty(after=lambda: time.sleep(0.02), value=1), "of its 0.01 s"),
        (Odd(value=lambda record: 7), "TypeError"),
        (Odd(value=lambda record: [1]), "TypeError"),
        (Odd(value=twice), "yielded twice"),
        (Odd(value=twice_and_angry), "yielded twice"),
    ],
)
def test_a_faulty_panel_loses_its_own_data_only(panel: Panel, said: str) -> None:
    """R23: whatever a panel raises or does too long, the work runs, other panels record, and the fault is told."""
    tools = toolbar(Quiet(), panel, budget=0.01)
    with tools.capture("http") as record:
        note(1)
    assert record.data == {"quiet": {"spans": 1}}
    assert said in record.failures["faulty"].message
    assert current() is None


@pytest.mark.parametrize(
    "value", [object(), {"self": object()}, [1] * 20_000, "x" * 1_000_000, {1, 2}, Exception, lambda: 1]
)
def test_whatever_a_panel_returns_can_be_stored(value: Any) -> None:
    """R23: garbage, huge and unserialisable values become bounded plain data."""
    tools = toolbar(Faulty(value=value))
    with tools.capture("http") as record:
        pass
    document = tools.encoder.encode(record)
    assert len(str(document["data"])) < 200_000
    assert record.failures == {}


def test_a_panel_that_ends_before_its_yield_has_nothing_to_say() -> None:
    """A collect that returns early is no fault and leaves no data."""

    def early(record):
        if record:
            return 1
        yield

    tools = toolbar(Odd(value=early))
    with tools.capture("http") as record:
        pass
    assert record.data == {}
    assert record.failures == {}


def test_a_panel_that_mutates_the_record_harms_itself_only() -> None:
    """A panel that empties the data and spans of a record breaks nothing."""

    def mutating(record):
        yield
        record.data.clear()
        record.spans.clear()
        record.tags["x"] = object()
        return {"ok": 1}

    tools = toolbar(Odd(value=mutating), Quiet())
    with tools.capture("http") as record:
        note(1)
    assert tools.encoder.encode(record)["data"] == {"faulty": {"ok": 1}}


@pytest.mark.parametrize("panel", [Faulty(KeyboardInterrupt), Faulty(after=KeyboardInterrupt)])
def test_a_real_interrupt_passes(panel: Panel) -> None:
    """Ctrl-C in a panel stops the process as it should, and the record is closed."""
    tools = toolbar(panel)
    with pytest.raises(KeyboardInterrupt), tools.capture("http"):
        pass
    position.set(None)


def test_an_interrupt_in_a_cleanup_passes() -> None:
    """Ctrl-C while a given-up panel is cleaned up stops the process, too."""

    def interrupted(record):
        yield
        try:
            yield
        finally:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), toolbar(Odd(value=interrupted)).capture("http"):
        pass


def test_five_faults_in_a_row_switch_a_panel_off(caplog: pytest.LogCaptureFixture) -> None:
    """R24: after five failing records a panel is not called any more, with one line in the log for it."""
    calls: list[int] = []

    def counted(record):
        calls.append(1)
        raise ValueError("no")
        yield

    tools = toolbar(Odd(value=counted))
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        for _ in range(8):
            with tools.capture("http") as record:
                pass
    assert len(calls) == 5
    assert sum("is off until" in line.message for line in caplog.records) == 1
    assert sum("logged once" in line.message for line in caplog.records) == 1
    assert record.failures == {}
    (_, notice), *_ = tools.notices(record)
    assert notice.text.startswith("Panel Faulty failed in collect: 5 fail")


def test_a_success_between_faults_keeps_a_panel_on() -> None:
    """R24: only faults in a row count."""
    calls: list[int] = []

    def flaky(record):
        calls.append(1)
        if len(calls) % 5:
            raise ValueError("no")
        yield
        return 1

    tools = toolbar(Odd(value=flaky))
    for _ in range(20):
        with tools.capture("http"):
            pass
    assert len(calls) == 20


def test_strict_raises_and_still_closes() -> None:
    """Under `strict`, for tests, a panel's fault is raised; the record is closed all the same."""
    tools = toolbar(Faulty(after=ValueError), strict=True)
    capture = tools.open("http")
    with pytest.raises(ValueError, match="on purpose"):
        capture.close()
    assert not capture.record.open
    assert current() is None


def test_a_log_handler_that_raises_reaches_nobody() -> None:
    """R27: the toolbar tells of a fault through the application's logging, whatever its handlers do."""

    class Angry(logging.Handler):
        def emit(self, line: logging.LogRecord) -> None:
            raise RuntimeError("handler")

    logger, handler = logging.getLogger("debug_toolbar"), Angry()
    logger.addHandler(handler)
    try:
        with toolbar(Faulty(ValueError)).capture("http") as record:
            pass
    finally:
        logger.removeHandler(handler)
    assert "faulty" in record.failures


async def test_a_thousand_at_once_stay_apart_and_small() -> None:
    """R34: a thousand records in flight hold only their own; long texts are bounded for each."""
    tools = toolbar(Quiet())

    async def work(number: int) -> Record:
        with tools.capture("http") as record:
            for _ in range(3):
                record.add("sql", f"SELECT {number}", record.now(), record.now(), {"n": number})
                await asyncio.sleep(0)
        return record

    for number, record in enumerate(await asyncio.gather(*(work(number) for number in range(1000)))):
        assert {span.attributes["n"] for span in record.spans} == {number}


def test_long_texts_share_one_room() -> None:
    """Past the record's total, each long text is cut to a hundred characters, and the cut is counted."""
    with toolbar().capture("http") as record:
        for _ in range(100):
            record.add("sql", "x", 0.0, 0.0, {"text": "x" * 50_000})
    assert sum(len(span.attributes["text"]) for span in record.spans) < 1_300_000
    assert record.dropped["characters"] > 0


async def test_a_panel_is_told_of_exceptions_while_they_are_alive() -> None:
    """A panel's `failed` takes what it needs of a record's exceptions, at its end, if there are any."""
    seen: list[Any] = []

    class Failing(Panel):
        name, title = "failing", "Failing"

        def failed(self, record):
            seen.append(current())
            return [type(caught.exception).__qualname__ for caught in record.caught if caught.handled] or None

    tools = toolbar(Failing())
    with tools.capture("http") as fine:
        pass
    with tools.capture("http") as record:
        record.fail(KeyError("x"), handled=True)
    with tools.capture("task") as other:
        other.fail(KeyError("x"), handled=True)
    with tools.capture("http") as silent:
        silent.fail(KeyError("x"))
    assert (fine.data, record.data, other.data, silent.data) == ({}, {"failing": ["KeyError"]}, {}, {})
    assert seen == [None, None]


def test_what_is_held_for_a_panel_is_closed_with_the_record() -> None:
    """What a hook holds on a record is there while it is open, is closed at its end, and its faults are the panel's."""
    log: list[str] = []

    def angry() -> None:
        raise ValueError("close")

    with toolbar().capture("http") as record:
        record.hold("a", log, lambda: log.append("closed"))
        record.hold("b", 1, angry)
        assert record.held == {"a": log, "b": 1}
        assert log == []
    assert log == ["closed"]
    assert not record.held
    assert not record.closing
    assert record.failures["b"].message == "ValueError: close"
