"""The toolbar: lifespans, captures, lists and pages, the application's own record, actions."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
import trio

from debug_toolbar_core import (
    Application,
    Config,
    Panel,
    Record,
    Toolbar,
    ToolbarError,
    UnknownPanel,
    UnknownRecord,
    action,
    current,
    note,
)
from debug_toolbar_core.blocks import Badge, Block, Facts, Notice
from debug_toolbar_core.exchange import Plain, Request, Response


def toolbar(*panels: Panel, **settings: Any) -> Toolbar:
    """Return a toolbar with just these panels."""
    return Toolbar(Config(panels=panels, **settings))


class Patching(Panel):
    """A panel that hooks something while the application lives."""

    def __init__(self, name: str = "patching", log: list[str] | None = None, fault: str = "") -> None:
        self.name, self.title = name, name.title()  # type: ignore[misc]  # one class, several panels
        self.log: list[str] = [] if log is None else log
        self.fault = fault

    def lifespan(self, app):
        if self.fault == "before":
            raise SystemExit("no")
        self.log.append(f"{self.name} opens")
        yield
        if self.fault == "after":
            raise ValueError("no")
        if self.fault == "twice":
            yield
        self.log.append(f"{self.name} closes")


def test_lifespans_open_in_order_and_close_the_other_way() -> None:
    """Each panel's hook is around the application's life once, however often it is started; the first in goes last."""
    log: list[str] = []
    tools = toolbar(Patching("a", log), Patching("b", log))
    app = Application()
    tools.start(app)
    tools.start(app)
    tools.stop()
    assert log == ["a opens", "b opens"]
    tools.stop()
    assert log == ["a opens", "b opens", "b closes", "a closes"]
    tools.stop()
    tools.start(app)
    assert log[4:] == ["a opens", "b opens"]
    assert tools.app is app


@pytest.mark.parametrize("fault", ["before", "after", "twice"])
def test_a_faulty_lifespan_is_shown_and_harms_no_other(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    """A panel whose hooks cannot be set says so in its tab; the others' are, and are taken back."""
    log: list[str] = []
    tools = toolbar(Patching("first", log), Patching("faulty", log, fault), Patching("last", log))
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        tools.start(Application())
        tools.stop()
    assert {"first opens", "last opens", "first closes", "last closes"} <= set(log)
    assert "'faulty' failed in lifespan" in caplog.text
    record = Record("http")
    record.close()
    assert [(name, notice.level) for name, notice in tools.notices(record)] == [("faulty", "error")]


async def test_panels_whose_library_is_missing_are_not_started() -> None:
    """A panel that needs what is not installed sets no hooks; the menu says what it needs."""

    class Needy(Patching):
        needs = ("surely_not_installed.sub",)

    needy = Needy("needy")
    tools = toolbar(needy)
    tools.start(Application())
    assert needy.log == []
    assert tools.views.needs == {"needy": "surely_not_installed.sub"}


async def test_an_error_is_on_the_record_and_goes_on() -> None:
    """What the work raises passes through a capture as it is, and is told on its record."""
    tools, error = toolbar(), KeyError("book")
    with pytest.raises(KeyError) as caught, tools.capture("task", name="job") as record:
        raise error
    assert caught.value is error
    loaded = await tools.load(record.id)
    assert loaded.error is not None
    assert (loaded.error.type, loaded.error.message, loaded.error.handled) == ("KeyError", "book", False)
    assert loaded.tags == {"name": "job"}
    assert current() is None


async def test_records_that_are_gone() -> None:
    """An id that is not in the store is an UnknownRecord, and has no line."""
    tools = toolbar()
    with pytest.raises(UnknownRecord, match="never existed"):
        await tools.load("nothing")
    assert await tools.summary("nothing") is None
    with pytest.raises(UnknownPanel, match="not installed"):
        tools.panel("nothing")


class Counting(Panel):
    name, title = "counting", "Counting"
    kinds = ("http", "app")

    def collect(self, record):
        yield
        return {"kind": record.kind}

    def view(self, record):
        if int(record.tags.get("n", 0)) % 2:
            yield Notice("warning", "odd", label="Odd one")
        yield Badge(str(record.tags.get("n")))


def fill(tools: Toolbar, count: int) -> list[str]:
    """Capture requests; return their ids, newest first."""
    ids = []
    for number in range(count):
        with tools.capture("http", n=number) as record:
            record.wire = Plain(Request(path=f"/{number}"), Response(200))
        ids.append(record.id)
    return ids[::-1]


async def test_pages() -> None:
    """A list is read page by page, newest first, each record once, until there are no more."""
    tools = toolbar(Counting())
    ids, seen, before = fill(tools, 25), [], None
    while True:
        page, before = await tools.recent(limit=10, before=before)
        seen += [line["id"] for line in page]
        if before is None:
            break
    assert seen == ids
    assert await tools.recent(limit=10, before=ids[-1]) == ([], None)
    assert len((await tools.recent(limit=0))[0]) == 1
    assert len((await tools.recent(limit=10_000))[0]) == 25
    assert len((await tools.recent(limit=-5))[0]) == 1


async def test_pages_of_a_search() -> None:
    """A search goes through the store until a page is full; the next page goes on where it stopped."""
    tools = toolbar(Counting())
    ids = fill(tools, 25)
    first, before = await tools.recent(limit=5, query='has:"odd one"')
    rest, end = await tools.recent(limit=50, before=before, query="has:warning")
    assert [line["id"] for line in first + rest] == ids[1::2]
    assert end is None
    assert (await tools.recent(query="path:/nothing"))[0] == []


async def test_a_search_stops_somewhere_and_can_go_on() -> None:
    """After two thousand records looked at, an answer is given with where to go on."""
    from debug_toolbar_core.memory import MemoryStore

    tools = toolbar(store=MemoryStore(most=3_000))
    ids = fill(tools, 2_100)
    page, before = await tools.recent(limit=500, query="path:/nothing")
    assert page == []
    assert before == ids[1_999]


async def test_lines_are_kept_until_their_record_changes() -> None:
    """A line is made once; saved again it is made anew, and cleared it is gone."""
    tools = toolbar(Counting())
    (id,) = fill(tools, 1)
    first = await tools.summary(id)
    assert await tools.summary(id) is first
    tools.keep(await tools.load(id))
    assert await tools.summary(id) is not first
    await tools.clear()
    assert await tools.recent() == ([], None)


async def test_an_open_record_can_be_read() -> None:
    """A page may ask for its own record while it still works."""
    tools = toolbar(Counting())
    capture = tools.open("http")
    tools.working[capture.record.id] = capture.record
    assert (await tools.load(capture.record.id)).open
    del tools.working[capture.record.id]
    tools.keep(capture.close())
    assert not (await tools.load(capture.record.id)).open


async def test_the_applications_own_record() -> None:
    """`app` is collected when first asked for, once, is not in the list, and comes again when a store lost it."""
    tools = toolbar(Counting())
    first, second = await asyncio.gather(tools.load("app"), tools.load("app"))
    assert first.kind == "app"
    assert first.data == {"counting": {"kind": "app"}}
    assert (await tools.load("app")).id in (first.id, second.id)
    assert await tools.recent() == ([], None)
    tools.app_id = "lost"
    assert (await tools.load("app")).data == first.data


def test_everything_works_under_trio() -> None:
    """Capturing, loading and listing need no asyncio."""

    async def main() -> tuple[Record, list[dict[str, Any]]]:
        tools = toolbar(Counting())
        (id,) = fill(tools, 1)
        return await tools.load(id), (await tools.recent())[0]

    loaded, lines = trio.run(main)
    assert loaded.data == {"counting": {"kind": "http"}}
    assert len(lines) == 1


class Acting(Panel):
    """A panel with actions of every kind."""

    name, title = "acting", "Acting"

    def collect(self, record):
        yield
        return {"n": 1}

    @action("Explain")
    async def explain_it(self, record: Record, index: int, verbose: bool = False) -> list[Block]:
        """Show the plan of one statement.

        More words that are not for a button.
        """
        assert current() is None
        return [Notice("info", f"{record.data['acting']} {index} {verbose}")]

    @action("Keep")
    async def keep(self, record: Record) -> list[Block]:
        record.data["acting"]["plan"] = "seq scan"
        return []

    @action("Fail")
    async def fail(self, record: Record, how: str) -> Any:
        if how == "hang":
            await asyncio.sleep(10)
        if how == "garbage":
            return [1]
        if how == "badge":
            return Badge("not a list")
        raise {
            "value": ValueError,
            "timeout": TimeoutError,
            "exit": SystemExit,
            "cancelled": asyncio.CancelledError,
            "group": lambda text: BaseExceptionGroup(text, [SystemExit()]),
        }[how]("on purpose")


async def act(tools: Toolbar, record: Record, action: str, **arguments: Any) -> list[Any]:
    """Run an action."""
    return list(await tools.act(record, "acting", action, arguments))


async def acted() -> tuple[Toolbar, Record]:
    """Return a toolbar, and a record that an action can be asked of."""
    tools = toolbar(Acting(), action_budget=0.05)
    with tools.capture("http") as record:
        note(1)
    return tools, await tools.load(record.id)


async def test_an_action_is_run_with_its_arguments() -> None:
    """An action's blocks are returned; its name, title and first line describe it."""
    tools, record = await acted()
    described = tools.panel("acting").actions["explain-it"]
    assert (described.title, described.description) == ("Explain", "Show the plan of one statement.")
    assert tools.panel("acting").actions["fail"].description == "Fail"
    assert (await act(tools, record, "explain-it", index=3))[0].text == "{'n': 1} 3 False"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"index": 1, "more": 2},
        {"index": "1; DROP"},
        {"index": True},
        {"index": None},
        {"record": 1, "index": 1},
        {"self": 1},
    ],
)
async def test_arguments_are_checked(arguments: dict[str, Any]) -> None:
    """Missing, unknown and mistyped arguments are refused before anything runs."""
    tools, record = await acted()
    with pytest.raises(TypeError, match="explain-it"):
        await tools.act(record, "acting", "explain-it", arguments)


async def test_unknown_and_imported() -> None:
    """Actions that are not there are refused, and any on a record that came from elsewhere."""
    tools, record = await acted()
    with pytest.raises(UnknownPanel, match="Action 'nothing' of panel 'acting'"):
        await act(tools, record, "nothing")
    record.imported = True
    with pytest.raises(ToolbarError, match="imported"):
        await act(tools, record, "explain-it", index=1)


@pytest.mark.parametrize(
    ("how", "said"),
    [("value", "ValueError: on purpose"), ("timeout", "TimeoutError: on purpose"), ("exit", "SystemExit: on purpose"),
     ("cancelled", "CancelledError: on purpose"), ("group", "BaseExceptionGroup: on purpose"),
     ("hang", "took over 0.05 s"), ("garbage", "TypeError"), ("badge", "TypeError")],
)  # fmt: skip
async def test_a_failing_action_is_a_notice(how: str, said: str) -> None:
    """Whatever an action does wrong is told in its place."""
    tools, record = await acted()
    (notice,) = await act(tools, record, "fail", how=how)
    assert notice.level == "error"
    assert said in notice.text


async def test_a_reader_that_goes_away_cancels_its_action() -> None:
    """When the reader's own task is cancelled, the action is, and nothing is made up."""
    tools, record = await acted()
    task = asyncio.create_task(act(tools, record, "fail", how="hang"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_an_action_leaves_is_kept() -> None:
    """What an action puts into the record's data is stored with it."""
    tools, record = await acted()
    assert await act(tools, record, "keep") == []
    assert (await tools.load(record.id)).data["acting"] == {"n": 1, "plan": "seq scan"}


async def test_blocks_and_notices_of_a_record() -> None:
    """What panels show is asked for by panel, all at once, or as notices, worst first."""

    class Shouting(Panel):
        name, title = "shouting", "Shouting"

        def view(self, record):
            yield Facts([])
            yield Notice("info", "a")
            yield Notice("error", "b")

    tools = toolbar(Shouting(), Counting())
    with tools.capture("http", n=1) as record:
        pass
    loaded = await tools.load(record.id)
    assert [block.type for block in tools.blocks(loaded, "shouting")] == ["facts", "notice", "notice"]
    assert [(name, notice.text) for name, notice in tools.notices(loaded)] == [
        ("shouting", "b"), ("counting", "odd"), ("shouting", "a"),
    ]  # fmt: skip
    assert [shown.panel.name for shown in tools.shown(loaded)] == ["shouting", "counting"]


class WatchingPanel(Panel):
    """Asks elsewhere what became of something, when somebody looks."""

    name, title = "watching", "Watching"

    def __init__(self, fault: Exception | None = None, seconds: float = 0) -> None:
        self.fault, self.seconds = fault, seconds

    async def refresh(self, record: Record) -> None:
        await asyncio.sleep(self.seconds)
        if self.fault is not None:
            raise self.fault
        record.data["watching"] = {"status": "done", "password": "hunter2", "seen": current() is None}


async def test_a_panel_brings_a_record_up_to_date_for_its_reader() -> None:
    """What it learns is shown, redacted, and not kept; nothing of it is recorded."""
    toolbar = Toolbar(Config(panels=[WatchingPanel()]))
    with toolbar.capture("http") as record:
        pass
    shown, told = await toolbar.refresh(await toolbar.load(record.id), "watching")
    assert (shown.data["watching"], told) == ({"status": "done", "password": "[redacted]", "seen": True}, [])
    assert (await toolbar.load(record.id)).data == {}


@pytest.mark.parametrize(
    ("panel", "said"),
    [(WatchingPanel(ValueError("away")), "ValueError: away"), (WatchingPanel(seconds=9), "took over 0.05 s")],
)
async def test_what_cannot_be_brought_up_to_date_is_said(panel: Panel, said: str) -> None:
    """A panel that fails or takes too long: the record is shown as it was, with a notice."""
    toolbar = Toolbar(Config(panels=[panel], action_budget=0.05))
    with toolbar.capture("http") as record:
        pass
    shown, told = await toolbar.refresh(await toolbar.load(record.id), "watching")
    assert shown.data == {}
    assert said in told[0].text  # type: ignore[attr-defined]  # it is a notice
