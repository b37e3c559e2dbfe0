"""The record: ids, spans within limits, errors, sources, panels' declarations, and what is on demand."""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import greenlet
import pytest

from debug_toolbar_core import (
    Application,
    Config,
    Limits,
    Panel,
    Record,
    Source,
    Toolbar,
    UnknownPanel,
    action,
    caller,
    callers,
    clock,
)
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.pattern import pattern
from debug_toolbar_core.source import handler_of, is_library


class WallClock:
    """A wall clock that shows what it is told."""

    def __init__(self, *times: int) -> None:
        self.times = iter(times)

    def time_ns(self) -> int:
        return next(self.times) * 1000


def test_ids_are_in_order_whatever_the_wall_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """R35: a clock that stands still, goes back a day or forward never breaks the order, nor gives an id twice."""
    now, day = 2_000_000_000_000_000, 86_400_000_000
    monkeypatch.setattr(clock, "time", WallClock(now, now, now - day, now + 1, now + day, now))
    monkeypatch.setattr(clock, "_last", 0)
    ids = [clock.new_id() for _ in range(6)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 6
    assert {len(id) for id in ids} == {21}


def test_ids_from_threads_are_unique() -> None:
    """Many threads get different ids."""
    ids: list[str] = []
    threads = [threading.Thread(target=lambda: ids.extend(clock.new_id() for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 4_000


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_has_its_own_mark() -> None:
    """Workers forked from one process do not give the same ids."""
    fork = multiprocessing.get_context("fork")
    with fork.Pool(1) as pool:
        assert pool.apply(clock.new_id)[13:] != clock.new_id()[13:]


def test_durations_do_not_follow_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """R35: a wall clock that is put back while a record is open makes no negative time."""
    record = Record("http")
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert record.now() >= 0
    record.close()
    assert record.duration is not None
    assert record.duration >= 0


def test_spans_past_the_limits_are_folded_and_counted() -> None:
    """Past a panel's or the record's limit spans are counted by name, with their time, and names by their own limit."""
    record = Record("http", limits=Limits(spans=6, panel_spans=4, folds=2))
    for number in range(10):
        record.add("loud", "a" if number % 2 else "b", 0.0, 0.5)
    for number in range(5):
        record.add("quiet", f"name {number}", 0.0, 0.25)
    assert len(record.spans) == 6
    assert record.dropped == {"spans": 9}
    folds = {key: (fold.count, fold.seconds) for key, fold in record.folded.items()}
    assert folds == {("loud", "b"): (3, 1.5), ("loud", "a"): (3, 1.5), ("quiet", "…"): (3, 0.75)}


def test_a_folded_span_may_be_used() -> None:
    """A span that was not kept can be finished, and be a parent; its time is counted."""
    record = Record("http", limits=Limits(panel_spans=1))
    kept = record.add("a", "x", 0.0, 1.0)
    folded = record.add("a", "y", record.now(), parent=kept)
    child = record.add("b", "z", 0.0, 1.0, parent=folded)
    record.finish(folded, rows=3)
    assert child.parent is kept
    assert folded.attributes == {"rows": 3}
    assert record.folded["a", "y"].seconds > 0
    assert folded.duration > 0
    assert record.add("b", "open", 0.0).duration == 0.0
    record.folded.clear()
    record.finish(folded)


def test_what_a_span_holds_is_plain_and_bounded() -> None:
    """Long names are cut, mutable values copied, objects named."""
    record, rows = Record("http"), [1]
    span = record.add("sql", "x" * 5_000, 0.0, 1.0, {"rows": rows, "it": object(), "text": "y" * 50_000})
    rows.append(2)
    assert len(span.name) == 1_000
    assert span.attributes["rows"] == [1]
    assert span.attributes["it"] == "<builtins.object>"
    assert len(span.attributes["text"]) < 17_000
    assert record.dropped["characters"] > 30_000
    record.finish(span, more=[object()])
    assert span.attributes["more"] == ["<builtins.object>"]


async def test_a_span_knows_its_task() -> None:
    """A span names the task or the thread it was added in."""
    record, spans = Record("http"), []

    async def work() -> None:
        spans.append(record.add("a", "x", 0.0))

    await asyncio.create_task(work(), name="worker 1")
    asyncio.get_running_loop().call_soon(lambda: spans.append(record.add("a", "x", 0.0)))
    await asyncio.to_thread(lambda: spans.append(record.add("a", "x", 0.0)))
    tasks = [span.task for span in spans]
    assert tasks[0] == "worker 1"
    assert None in tasks
    assert any(task is not None and task.startswith("asyncio_") for task in tasks)


async def test_tasks_are_told_apart_whoever_was_there_before() -> None:
    """A record that many tasks, callbacks and threads add to in turns has each of their names, and no other's."""
    record = Record("http")
    loop, turns = asyncio.get_running_loop(), 3

    def add() -> None:
        record.add("a", "x", 0.0)

    async def work() -> None:
        for _ in range(turns):
            add()
            await asyncio.sleep(0)
            loop.call_soon(add)
            await asyncio.to_thread(add)

    await asyncio.gather(*(asyncio.create_task(work(), name=f"worker {number}") for number in range(5)))
    await asyncio.sleep(0)
    tasks = [span.task or "none" for span in record.spans]
    assert [tasks.count(f"worker {number}") for number in range(5)] == [turns] * 5
    assert tasks.count("none") == 5 * turns
    assert sum(task.startswith("asyncio_") for task in tasks) == 5 * turns


def test_event_loops_one_after_the_other_have_their_own_tasks() -> None:
    """A record that outlives its event loop knows the next one's tasks, and keeps none of them."""
    record = Record("task")

    async def work(name: str) -> None:
        await asyncio.create_task(step(), name=name)

    async def step() -> None:
        record.add("a", "x", 0.0)

    asyncio.run(work("first"))
    record.add("a", "x", 0.0)
    asyncio.run(work("second"))
    thread = threading.Thread(target=lambda: asyncio.run(work("elsewhere")))
    thread.start()
    thread.join()
    record.add("a", "x", 0.0)
    here = threading.current_thread().name
    assert [span.task for span in record.spans] == ["first", here, "second", "elsewhere", here]
    assert record.slot.loop is not None
    record.close()
    assert record.slot.loop is None


def test_a_hook_that_knows_what_it_puts_adds_it_unlooked_at() -> None:
    """`put` adds what `add` does, within the same limits, and counts what is late."""
    record = Record("http", limits=Limits(panel_spans=1))
    place, outer = Source("/app/shop.py", 1, "show"), Record("http").add("a", "outer", 0.0)
    facts = {"key": "a"}
    span = record.put("cache", "GET", 0.5, 1.0, facts, place, outer)
    assert (span.panel, span.name, span.start, span.end, span.source, span.parent) == (
        "cache", "GET", 0.5, 1.0, place, outer,
    )  # fmt: skip
    assert span.attributes is facts
    assert (span.kept, span.index, span.task) == (True, -1, threading.current_thread().name)
    assert not record.put("cache", "GET", 0.5, 1.0, facts, None, None).kept
    assert record.folded["cache", "GET"].seconds == 0.5
    record.close()
    late = record.put("cache", "GET", 0.5, 1.0, facts, place, outer)
    assert (late.kept, late.parent, record.slot.late, len(record.spans)) == (False, outer, 1, 1)


def test_errors_are_counted_once_and_the_worst_stays() -> None:
    """An exception seen twice is one; an unhandled one outweighs a handled; past the limit they are counted."""
    record = Record("http", limits=Limits(exceptions=2))
    first, second = ValueError("first"), KeyError("second")
    record.fail(first, handled=True, status=400)
    record.fail(first)
    assert len(record.caught) == 1
    assert not record.caught[0].handled
    assert record.error is not None
    assert (record.error.type, record.error.handled) == ("ValueError", False)
    record.fail(second, handled=True)
    assert record.error.type == "ValueError"
    record.fail(OSError("third"))
    assert record.dropped == {"exceptions": 1}
    record.close()
    assert not record.caught


class Silent(Exception):
    """An exception whose own code must not run."""

    def __str__(self) -> str:
        raise AssertionError

    __repr__ = __str__

    @property
    def args(self) -> Any:  # type: ignore[override]  # on purpose
        raise AssertionError


class Detailed(Exception):
    """An exception as web frameworks have them: its text is an attribute."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)

    def __str__(self) -> str:
        raise AssertionError


def unserialisable() -> Exception:
    """Return an OSError whose parts are not plain."""
    error = OSError(2, "missing")
    error.filename = Silent("x")
    return error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("plain"), "plain"),
        (ValueError(), ""),
        (ValueError("a", 3), "a, 3"),
        (KeyError("k"), "k"),
        (Silent("x", 1), "x, 1"),
        (FileNotFoundError(2, "No such file", "/x"), "[Errno 2] No such file: '/x'"),
        (OSError("text"), "text"),
        (unserialisable(), "2, missing"),
        (Detailed(detail="not here"), "not here"),
        (Detailed(message="m"), "m"),
        (Detailed(detail=object()), ""),
        (ValueError(object()), "<builtins.object>"),
        (ValueError([object()]), "['<builtins.object>']"),
        (ValueError("x" * 5_000), "x" * 2_000 + "… (3000 more)"),
        (ExceptionGroup("many", [ValueError("a")]), "many, ['<builtins.ValueError>']"),
    ],
    ids=lambda value: "",
)
def test_messages_are_read_without_running_code(error: Exception, message: str) -> None:
    """R28: an exception's text comes from its plain arguments, never from its own methods."""
    assert message_of(error) == message
    record = Record("http")
    record.fail(error)
    assert record.error is not None
    assert record.error.message == message
    assert record.error.module in (type(error).__module__, "builtins")


def test_huge_numbers_in_messages() -> None:
    """A number with more digits than may be written does not raise."""
    assert message_of(ValueError(10**5_000)) == "<int of 16610 bits>"
    assert "<int of" in message_of(ValueError([10**5_000], "x"))


def test_wires() -> None:
    """A record's request and response are what its wire says, and weigh what it holds."""
    record = Record("http")
    assert (record.request, record.response, record.wire.held()) == (None, None, 0)
    record.wire = Plain(Request(body=Body(9, 5)), Response(200, body=Body(3, 3)))
    assert record.request is not None
    assert record.response is not None
    assert record.wire.held() == 8
    assert record.request.body is not None
    assert record.request.body.truncated


def test_where_something_was_called_from(tmp_path: Path) -> None:
    """The innermost frames of user code are found, library and toolbar code passed over."""

    def query() -> tuple[Source | None, list[Source]]:
        return caller(), callers(2)

    here, chain = query()
    assert here == Source(__file__, here.line if here else 0, "test_where_something_was_called_from.<locals>.query")
    assert [source.function.rpartition(".")[2] for source in chain] == ["query", "test_where_something_was_called_from"]
    scope: dict[str, Any] = {"caller": caller}
    exec(compile("found = caller()", str(Path(sys.prefix, "lib", "site-packages", "x.py")), "exec"), scope)  # noqa: S102 - code of a library is what is made here
    assert scope["found"].function == "test_where_something_was_called_from"


def test_calls_from_one_place_have_one_source() -> None:
    """The same line is the same object, whatever calls are made from it; another line or function is another."""

    def one() -> Source | None:
        return caller()

    def other() -> Source | None:
        return caller()

    first, *rest = [one() for _ in range(3)]
    assert all(source is first for source in rest)
    made = [made for made in (one(), other()) if made is not None]
    assert [source.function.rpartition(".")[2] for source in made] == ["one", "other"]
    assert made[0].line < made[1].line


def test_functions_made_again_and_again_are_told_apart() -> None:
    """Code that is gone leaves no place behind for the code that Python puts where it was."""
    for number in range(6_000):
        scope: dict[str, Any] = {"caller": caller}
        exec(compile("\n" * number + "found = caller()", f"/app/made{number % 7}.py", "exec"), scope)  # noqa: S102 - code that goes at once is what is made here
        assert scope["found"] == Source(f"/app/made{number % 7}.py", number + 1, "<module>")


def test_frames_of_ones_own_are_skipped() -> None:
    """A hook's own frames are passed by; where there are no more than those, there is no caller."""

    def hook(skip: int) -> Source | None:
        return caller(skip)

    def user() -> Source | None:
        return hook(2)

    found = user()
    assert found is not None
    assert found.function.endswith(".user")
    assert hook(10_000) is None


def test_only_library_code() -> None:
    """Where there is no user code there is no source."""
    found: list[Source | None] = [Source("", 0, "")]
    thread = threading.Thread(target=lambda run: found.append(run()), args=(caller,))
    thread.start()
    thread.join()
    scope: dict[str, Any] = {"caller": caller, "found": found}
    exec(compile("def run(): found.append(caller())", "<string>", "exec"), scope)  # noqa: S102 - code without a file is what is made here
    thread = threading.Thread(target=scope["run"])
    thread.start()
    thread.join()
    assert found[-1] is None


def test_whose_code_it_is(tmp_path: Path) -> None:
    """Installed libraries, the interpreter and our packages are libraries; an application's folder is not."""
    assert is_library(asyncio.__file__)
    assert is_library(pytest.__file__)
    assert is_library("<string>")
    assert is_library(clock.__file__)
    assert not is_library(__file__)
    assert not is_library(str(tmp_path / "debug_toolbar_demo" / "app.py"))


class Endpoint:
    """A handler that is a class with methods."""

    limit = 3

    def get(self) -> None: ...

    def post(self) -> None: ...


def decorated(function: Any) -> Any:
    """Wrap a function as decorators do."""

    @functools.wraps(function)
    def wrapper(*arguments: Any) -> Any:
        return function(*arguments)

    return wrapper


@decorated
def handler() -> None:
    """Handle nothing."""


@pytest.mark.parametrize(
    ("target", "name", "found"),
    [
        (handler, "handler", handler.__wrapped__),
        (functools.partial(functools.partial(handler), 1), "handler", handler.__wrapped__),
        (Endpoint, "Endpoint", Endpoint.get),
        (Endpoint(), "Endpoint", Endpoint.get),
        (Endpoint().post, "Endpoint.post", Endpoint.post),
        (len, "len", None),
        (3, "int", None),
    ],
    ids=["decorated", "partial", "class", "object", "method", "in C", "no handler"],
)
def test_where_a_handler_is(target: Any, name: str, found: Any) -> None:
    """A handler's dotted name and place are its own, seen through what wraps it."""
    told, place = handler_of(target)
    assert told.endswith(f".{name}")
    if found is None:
        assert place is None
    else:
        assert place is not None
        assert (place.file, place.line) == (__file__, found.__code__.co_firstlineno)


def test_patterns_are_compiled_when_used() -> None:
    """A lazy pattern works as its compiled one, and answers to nothing else."""
    lazy = pattern(r"(?P<n>\d+)", re.IGNORECASE)
    assert not hasattr(lazy, "_private")
    assert [match["n"] for match in lazy.finditer("a1b22")] == ["1", "22"]
    assert lazy.sub("x", "1") == "x"
    assert lazy.flags & re.IGNORECASE


def test_sources_through_greenlets() -> None:
    """A call that an async driver makes in a greenlet is traced to the code that awaits it."""
    scope: dict[str, Any] = {"callers": callers}
    exec(compile("def inner(): return callers(1)", "/x/site-packages/driver.py", "exec"), scope)  # noqa: S102 - code of a library is what is made here
    (found,) = greenlet.greenlet(scope["inner"]).switch()
    assert found.function == "test_sources_through_greenlets"


def deep(count: int) -> list[Source]:
    """Ask for callers from deep within."""
    return callers(1_000) if count == 0 else deep(count - 1)


def test_deep_stacks_are_cut() -> None:
    """At most two hundred frames are looked at."""
    assert len(deep(400)) == 200


class Costly(Panel):
    name, title, on_demand = "costly", "Costly", True
    kinds = frozenset({"http", "task"})

    def collect(self, record: Record) -> Iterator[None]:  # type: ignore[override]  # an iterator will do
        yield
        return 1


def measured(tools: Toolbar, kind: Any = "http", demand: tuple[str, ...] = ()) -> bool:
    """Tell whether the costly panel measured the next record."""
    capture = tools.open(kind, demand=demand)
    return "costly" in capture.close().data


def test_on_demand_panels_run_when_asked_for() -> None:
    """A costly panel runs for a record that asks, for the next ones when armed, or always by configuration."""
    tools = Toolbar(Config(panels=[Costly()]))
    assert not measured(tools)
    assert measured(tools, demand=("costly", "unknown"))
    assert not measured(tools)
    tools.demand.arm(["costly"], 2)
    assert not measured(tools, "websocket")
    assert [measured(tools) for _ in range(3)] == [True, True, False]
    tools.demand.arm(["costly"], 10**9)
    assert sum(measured(tools) for _ in range(150)) == 100
    with pytest.raises(UnknownPanel):
        tools.demand.arm(["costly", "nothing"])
    assert not measured(tools)
    always = Toolbar(Config(panels=[Costly()], always=["costly"]))
    always.demand.arm(["costly"])
    assert measured(always)
    assert measured(always)


def test_panels_inherit_actions() -> None:
    """A subclass has its parent's actions and its own."""

    class Parent(Panel):
        name, title = "parent", "Parent"

        @action("First")
        async def first(self, record: Record) -> list[Any]:
            return []

    class Child(Parent):
        @action("Second")
        async def second(self, record: Record) -> list[Any]:
            return []

    assert list(Parent.actions) == ["first"]
    assert list(Child.actions) == ["first", "second"]
    assert dict(Panel.actions) == {}


def test_a_bare_panel_does_nothing() -> None:
    """What is not overridden has nothing to do and nothing to show."""

    class Bare(Panel):
        name, title = "bare", "Bare"

    bare, record = Bare(), Record("http")
    assert list(bare.lifespan(Application())) == [None]
    assert bare.collect(record) is None
    assert list(bare.view(record)) == []


def test_a_plain_application_knows_little() -> None:
    """Without an adapter there are no routes, settings or schema."""
    app = Application(object())
    assert (tuple(app.routes()), dict(app.settings()), app.openapi(), app.matched({})) == ((), {}, None, None)


def test_a_record_that_goes_on_forgets_its_oldest_spans() -> None:
    """What ended before is folded by name, makes room again, and leaves no child without its record."""
    record = Record("websocket", limits=Limits(panel_spans=3))
    for number in range(3):
        record.add("test", "old", number, number + 0.5)
    parent = record.add("other", "open", 0.0)
    child = record.add("other", "child", 0.0, 9.0, parent=parent)
    record.forget(2.0)
    assert [span.start for span in record.spans if span.panel == "test"] == [2]
    assert record.spans[1:] == [parent, child]
    assert record.folded["test", "old"].count == 2
    assert record.dropped == {"spans": 2}
    assert record.add("test", "new", 3.0, 4.0).kept


async def test_who_started_the_loop_called_nothing() -> None:
    """In a task that only a library's code runs in there is no caller: the code that runs the loop is none."""
    found: list[object] = []
    scope: dict[str, Any] = {"found": found, "caller": caller, "callers": callers}
    text = "async def work(): found.extend([caller(), callers(5)])"
    exec(compile(text, "/x/site-packages/driver.py", "exec"), scope)  # noqa: S102 - code of a library is what is made here
    await asyncio.create_task(scope["work"]())
    assert found == [None, []]
