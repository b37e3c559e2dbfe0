"""Views: what panels show of a record, their faults shown in their place."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from debug_toolbar_core import Config, Panel, Record, Toolbar
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Column,
    Fact,
    Facts,
    Notice,
    Row,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.source import Source
from debug_toolbar_core.views import Shown


class Showing(Panel):
    """A panel that shows what it is given."""

    name, title, group = "showing", "Showing", "request"

    def __init__(self, view: Any) -> None:
        self.shows = view

    def view(self, record):
        return self.shows(record)


def show(view: Any, **settings: Any) -> Shown:
    """Return what a view shows of a bare record."""
    tools = Toolbar(Config(panels=[Showing(view)], **settings))
    record = Record("http")
    record.close()
    (shown,) = tools.shown(record)
    assert record.failures == {}
    assert tools.border.off == set()
    return shown


def failing(record):
    """Raise after the first block."""
    yield Badge("before")
    raise ValueError("on purpose")


def stopping(record):
    """Leave as a program would."""
    raise SystemExit
    yield


def slow(record):
    """Take longer than allowed."""
    yield Badge("late")
    time.sleep(0.02)


def endless(record):
    """Never end."""
    while True:
        yield Notice("info", "again")


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (failing, "ValueError: on purpose"), (stopping, "SystemExit"), (slow, "of its 0.01 s"),
        (lambda record: None, "TypeError"), (lambda record: [1], "Expected a Block, found a int"),
        (lambda record: [Notice("fatal", "x")], "level is one of info, warning, error"),
        (lambda record: [Section("x", [3])], "Expected a Block"),
        (lambda record: [Section("x", (block for block in [Badge("x")]))], "lists and tuples; here is a generator"),
        (lambda record: [Table([Column("a")], [("x",)])], "Expected a Row, found a tuple"),
        (lambda record: [Table(["a"], [])], "Expected a Column"),
        (lambda record: [Table([Column("a")], [Row("text")])], "lists and tuples"),
        (lambda record: [Table([Column("a")], [Row(("x",), None, [1])])], "Expected a Block"),
        (lambda record: [Table([Column("a")], [Row(("x",), depth=-1)])], "depth"),
        (lambda record: [Facts([("a", 1)])], "Expected a Fact"),
        (lambda record: record.nothing, "AttributeError"),
    ],
)  # fmt: skip
def test_a_faulty_view_is_a_notice_in_its_place(view: Any, said: str) -> None:
    """R23: whatever a view does wrong is told in its tab; it switches nothing off, and the record is as it was."""
    for _ in range(6):
        shown = show(view, budget=0.01)
    notice = shown.blocks[0]
    assert isinstance(notice, Notice)
    assert notice.text.startswith("Panel Showing failed in view: ")
    assert said in notice.text
    assert shown.level == "error"


def test_what_came_before_a_fault_is_still_shown() -> None:
    """The blocks and the badge that a view yielded before it failed are kept."""
    shown = show(failing)
    assert shown.badge == Badge("before")


def test_faults_of_views_never_switch_a_panel_off() -> None:
    """R24: only what measures counts towards five in a row; a view that fails leaves collecting on."""

    class Half(Panel):
        name, title = "half", "Half"

        def collect(self, record):
            yield
            return 1

        def view(self, record):
            assert record.data["half"] == 1
            raise ValueError("no")

    tools = Toolbar(Config(panels=[Half()]))
    for _ in range(8):
        with tools.capture("http") as record:
            pass
        tools.notices(record)
        assert record.data == {"half": 1}
    assert tools.border.off == set()


def test_successful_views_do_not_excuse_failing_collects() -> None:
    """R24: a panel that cannot collect is switched off although its view works."""

    class Other(Panel):
        name, title = "other", "Other"

        def collect(self, record):
            raise ValueError("no")
            yield

        def view(self, record):
            yield Badge("fine")

    tools = Toolbar(Config(panels=[Other()]))
    for _ in range(5):
        with tools.capture("http") as record:
            pass
        tools.notices(record)
    assert tools.border.off == {"other"}
    (shown,) = tools.shown(record)
    entry = tools.views.entry(shown, record)
    assert entry["failure"]["hook"] == "collect"
    assert (entry["badge"]["text"], entry["level"], entry["empty"]) == ("fine", "error", False)


def test_endless_views_are_cut() -> None:
    """Of a view that never ends the first two thousand blocks are shown."""
    assert len(show(endless, budget=10.0).blocks) == 2_000


def test_badges_and_notices_are_found_within_sections() -> None:
    """A badge belongs to the menu, not to the page; notices are gathered from within sections."""
    shown = show(
        lambda record: [
            Section("x", [Notice("warning", "w"), Section("y", [Notice("info", "i")])]),
            Badge("3", "d", "ok"),
        ]
    )
    assert shown.badge == Badge("3", "d", "ok")
    assert [notice.text for notice in shown.notices] == ["w", "i"]
    assert [block.type for block in shown.blocks] == ["section"]
    assert shown.level == "warning"


def test_every_block_is_json() -> None:
    """Blocks become strict JSON with their class's name as type, whatever values they hold."""
    place = Source("/a.py", 3, "f")
    blocks: list[Block] = [
        Badge("a"), Notice("info", "x", source=place), Facts([Fact("a", object()), Fact("b", place, "source")]),
        Table([Column("a", "json")], [Row(({"a": {1: math.nan}, b"k": (1,)}, math.inf), "error", [Code("x")], 3)]),
        Timeline(), Tree({"big": 10**5000, "b": b"x"}), Code("x", source=place), Section("x", [Badge("y")]),
        Button("a", "b", {"c": 1}),
    ]  # fmt: skip
    found = [block.to_json() for block in blocks]
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [item["type"] for item in found] == [type(block).__name__.lower() for block in blocks]
    assert found[1]["source"] == {"file": "/a.py", "line": 3, "function": "f"}
    assert found[3]["rows"][0]["cells"] == [{"a": {"1": "nan"}, "6b": [1]}, "inf"]
    assert found[2]["items"][0]["value"] == "<builtins.object>"


def test_a_strangers_block_is_passed_on() -> None:
    """A block type of the future is JSON like any other."""

    @dataclass(frozen=True, slots=True)
    class Radar(Block):
        type: ClassVar[str] = "radar"
        range: int = 3

    assert show(lambda record: [Radar()]).blocks[0].to_json() == {"type": "radar", "range": 3}


def test_the_menu() -> None:
    """A panel that shows nothing is greyed; one without a view stands there only for its failure."""

    class Silent(Panel):
        name, title = "silent", "Silent"

    tools = Toolbar(Config(panels=[Showing(lambda record: []), Silent()]))
    record = Record("http")
    record.close()
    (shown,) = tools.shown(record)
    entry = tools.views.entry(shown, record)
    assert (entry["name"], entry["group"], entry["empty"], entry["badge"], entry["actions"]) == (
        "showing",
        "request",
        True,
        None,
        [],
    )
    websocket = Record("websocket")
    assert tools.shown(websocket) == []


async def test_summaries_gather_what_views_say() -> None:
    """A line has the badges, the count of notices by level, the worst five of them, and all labels."""

    def view(record):
        yield Badge("9", level="ok")
        for number in range(6):
            yield Notice("error", str(number), label="E")
        yield Notice("info", "i", label="N+1")

    tools = Toolbar(Config(panels=[Showing(view)]))
    with tools.capture("http") as record:
        pass
    line = await tools.summary(record.id)
    assert line is not None
    assert line["badges"] == [{"panel": "showing", "title": "Showing", "text": "9", "detail": None, "level": "error"}]
    assert line["levels"] == {"info": 1, "warning": 0, "error": 6}
    assert [notice["text"] for notice in line["notices"]] == ["0", "1", "2", "3", "4"]
    assert line["labels"] == ["E", "N+1"]
    assert len((await tools.recent(query="has:n+1"))[0]) == 1


def test_lines_are_kept_within_bounds() -> None:
    """Of the lines made, the newest thousand are kept."""
    views = Toolbar(Config(panels=[])).views
    for number in range(1_100):
        views.keep(str(number), {})
    assert views.kept("0") is None
    assert views.kept("1099") == {}


def test_what_a_panel_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library is looked for without importing it; one that lost its spec but is there counts as there."""
    from debug_toolbar_core.views import missing

    class Needy(Panel):
        name, title = "needy", "Needy"
        needs = ("json", "")

    class Fine(Panel):
        name, title = "fine", "Fine"
        needs = ("json", "__main__")

    assert missing(Needy()) == ""
    assert missing(Fine()) is None
