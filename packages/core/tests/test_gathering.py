"""Gathering: a panel that shows what all found, notices that two found alike, and the application's data in views."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from debug_toolbar_core import Application, Config, ConfigurationError, Panel, Record, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Notice, Table
from debug_toolbar_core.discovery import make_panels
from debug_toolbar_core.views import Shown


class Finding(Panel):
    """A panel with these notices."""

    title = "Finding"

    def __init__(self, name: str, *notices: Notice) -> None:
        self.name = name  # type: ignore[misc]  # several of one class stand for several panels here
        self.notices = notices

    def view(self, record: Record) -> Iterable[Block]:
        yield Badge(self.name)
        yield from self.notices


class Gathering(Finding):
    """A panel that lists what all panels found."""

    title = "Gathering"

    def gather(self, record: Record, notices: Sequence[tuple[str, Notice]]) -> Iterable[Block]:
        yield Badge(str(len(notices)))
        for _, notice in notices:
            yield notice


def drawn(*panels: Panel, **settings: Any) -> tuple[Toolbar, Record]:
    """Return a toolbar with these panels, and a bare record."""
    tools = Toolbar(Config(panels=list(panels), **settings))
    record = Record("http")
    record.close()
    return tools, record


def texts(shown: Shown) -> list[str]:
    """Return the texts of the notices among what is shown."""
    return [block.text for block in shown.blocks if isinstance(block, Notice)]


def test_a_panel_that_gathers_shows_the_notices_of_all() -> None:
    """It is given every panel's notices by title, its own among them, worst first."""
    first = Gathering("all", Notice("info", "mine"))
    tools, record = drawn(first, Finding("a", Notice("info", "one"), Notice("error", "two")), Finding("b"))
    shown = tools.views.show(record, first)
    assert texts(shown) == ["two", "one", "mine"]
    assert shown.badge == Badge("3")
    assert shown.level == "error"
    assert [block.to_json() for view in tools.shown(record) for block in view.blocks if view.panel is first] == [
        block.to_json() for block in shown.blocks
    ]


def test_what_is_gathered_is_counted_once() -> None:
    """The list, the levels of a summary and its badges have each notice once, from where it came."""
    tools, record = drawn(Gathering("all", Notice("warning", "mine")), Finding("a", Notice("warning", "one")))
    assert [(name, notice.text) for name, notice in tools.notices(record)] == [("a", "one"), ("all", "mine")]
    line = tools.views.summary(record)
    assert line["levels"] == {"info": 0, "warning": 2, "error": 0}
    assert [badge["panel"] for badge in line["badges"]] == ["a"]


def test_two_panels_that_gather_do_not_gather_each_other() -> None:
    """Each sees what the views show, never what is gathered: there is no end to that."""
    tools, record = drawn(Gathering("one", Notice("info", "first")), Gathering("two", Notice("info", "second")))
    assert [texts(shown) for shown in tools.shown(record)] == [["first", "second"]] * 2
    assert len(tools.notices(record)) == 2


def test_a_panel_may_only_gather() -> None:
    """Without a view of its own it is asked all the same."""

    class Only(Panel):
        name, title = "only", "Only"

        def gather(self, record: Record, notices: Sequence[tuple[str, Notice]]) -> Iterable[Block]:
            yield Table((), (), None, f"{len(notices)} found")

    tools, record = drawn(Only(), Finding("a", Notice("info", "x")))
    shown = tools.shown(record)[0]
    assert [getattr(block, "empty", None) for block in shown.blocks] == ["1 found"]


def test_gathering_that_fails_shows_what_the_view_did() -> None:
    """The fault is told in its tab, the panel's own view is kept, and the other panels are as they were."""

    class Failing(Finding):
        title = "Failing"

        def gather(self, record: Record, notices: Sequence[tuple[str, Notice]]) -> Iterable[Block]:
            raise ValueError("on purpose")

    tools, record = drawn(Failing("all", Notice("info", "mine")), Finding("a", Notice("info", "one")))
    shown = tools.shown(record)[0]
    assert texts(shown) == ["Panel Failing failed in gather: ValueError: on purpose", "mine"]
    assert record.failures == {}
    assert len(tools.notices(record)) == 2


@pytest.mark.parametrize(
    ("panels", "found"),
    [
        ([Finding("a", Notice("info", "x", key="k")), Finding("b", Notice("info", "y", key="k"))], ["x"]),
        ([Finding("a", Notice("info", "x", key="k")), Finding("b", Notice("error", "y", key="k"))], ["y"]),
        ([Gathering("a", Notice("info", "x", key="k")), Finding("b", Notice("info", "y", key="k"))], ["y"]),
        ([Finding("a", Notice("info", "x", key="k"), Notice("info", "z", key="k"))], ["x", "z"]),
        ([Finding("a", Notice("info", "x", key="k")), Finding("b", Notice("info", "y", key="l"))], ["x", "y"]),
        ([Finding("a", Notice("info", "x")), Finding("b", Notice("info", "y"))], ["x", "y"]),
    ],
)
def test_what_two_panels_find_alike_is_told_once(panels: list[Panel], found: list[str]) -> None:
    """Of one key only the worst panel's notices are gathered; a panel that looks at everything gives way."""
    tools, record = drawn(*panels)
    assert [notice.text for _, notice in tools.notices(record)] == found


def test_a_panel_without_badge_or_notice_is_greyed() -> None:
    """It may still say why there is nothing, to whoever opens it."""

    class Silent(Panel):
        name, title = "silent", "Silent"

        def view(self, record: Record) -> Iterable[Block]:
            yield Table((), (), None, "There is nothing, because there is nothing.")

    tools, record = drawn(Silent())
    (shown,) = tools.shown(record)
    assert shown.blocks
    assert tools.views.entry(shown, record)["empty"] is True


class Schema(Panel):
    """A panel that collects from the application, and shows what concerns a request."""

    name, title = "schema", "Schema"
    kinds = frozenset({"app", "http"})
    collects = frozenset({"app"})

    def __init__(self) -> None:
        self.asked = 0

    def collect(self, record: Record) -> Any:
        self.asked += 1
        yield
        return {"version": record.app.version if record.app else None, "password": "hunter2"}

    def view(self, record: Record) -> Iterable[Block]:
        yield Badge(f"{record.kind} {record.app_data}")


class Versioned(Application):
    """An application that has a version."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self.version = version


async def badge(tools: Toolbar, change: Callable[[Record], None] = lambda record: None) -> str:
    """Return the badge of the one panel for a new request."""
    with tools.capture("http") as record:
        pass
    loaded = await tools.load(record.id)
    change(loaded)
    (shown,) = tools.shown(loaded)
    assert shown.badge is not None
    return shown.badge.text


async def test_a_view_finds_what_its_panel_collected_of_the_application() -> None:
    """Once for all requests, redacted as everything that is read; not for an imported record, or another panel's."""
    panel = Schema()
    tools = Toolbar(Config(panels=[panel], strict=True))
    tools.start(Versioned("7"))
    assert [await badge(tools) for _ in range(2)] == ["http {'version': '7', 'password': '[redacted]'}"] * 2
    assert panel.asked == 1
    assert await badge(tools, lambda record: setattr(record, "imported", True)) == "http {}"
    app = tools.shown(await tools.load("app"))[0].badge
    assert app == Badge("app {}")
    assert panel.asked == 1


async def test_a_new_application_is_asked_anew() -> None:
    """Stopped and started with another one, the toolbar knows the other one."""
    tools = Toolbar(Config(panels=[Schema()], strict=True))
    for version in ("7", "8"):
        tools.start(Versioned(version))
        assert version in await badge(tools)
        assert (await tools.load("app")).data["schema"]["version"] == version
        tools.stop()


def test_a_bare_record_has_no_data_of_the_application() -> None:
    """Where no toolbar shows it, the data of the application are not known, and that is no error."""
    assert Record("http").app_data == {}


def test_a_panels_wrong_option_is_told_at_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel refuses the value of an option by name; it is not taken for a panel that does not load."""

    class Choosy(Panel):
        name, title = "choosy", "Choosy"

        def __init__(self, limit: int = 1) -> None:
            if limit < 1:
                raise ConfigurationError("choosy.limit", limit, "a whole number, 1 or more")

    class Entry:
        name, value, dist, group = "choosy", "x:y", None, "debug_toolbar.panels"

        def load(self) -> type[Panel]:
            return Choosy

    monkeypatch.setattr("debug_toolbar_core.discovery.entries", lambda what: [Entry()])
    with pytest.raises(ConfigurationError, match=r"choosy\.limit"):
        make_panels(Config(panel_options={"choosy": {"limit": 0}}))
