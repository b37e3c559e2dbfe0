"""Rules: on-demand panels that run although nobody asked."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest

from debug_toolbar_core import Config, Panel, Record, Toolbar
from debug_toolbar_core.errors import ConfigurationError
from debug_toolbar_core.exchange import Plain, Request
from debug_toolbar_core.record import Kind


class Costly(Panel):
    """A panel that runs when asked for."""

    name, title, on_demand = "costly", "Costly", True
    kinds = frozenset({"http", "task", "websocket"})

    def collect(self, record: Record) -> Generator[None, None, Any]:
        yield
        return {"ran": True}


def ran(tools: Toolbar, path: str = "/", took: float = 0.0, kind: Kind = "http", method: str = "GET") -> bool:
    """Tell whether the panel ran for a request that took so long."""
    capture = tools.open(kind, Plain(Request(method=method, path=path)))
    capture.record.started = time.perf_counter() - took
    record = capture.close()
    tools.keep(record)
    return "costly" in record.data


def toolbar(**rule: float) -> Toolbar:
    """Return a toolbar with one rule."""
    return Toolbar(Config(panels=[Costly()], rules={"costly": rule}, strict=True))


def test_one_request_in_so_many_is_measured() -> None:
    """The first of each so many; websockets neither count nor are measured."""
    tools = toolbar(one_in=3)
    assert [ran(tools) for _ in range(7)] == [True, False, False, True, False, False, True]
    assert not ran(tools, kind="websocket")


def test_the_request_after_a_slow_one_is_measured() -> None:
    """To the same path with the same method, whatever numbers are in it; once, and again while it is slow."""
    tools = toolbar(slower=0.5)
    assert not ran(tools, "/books/7", took=0.6)
    assert not ran(tools, "/carts/7")
    assert not ran(tools, "/books/8", method="POST")
    assert ran(tools, "/books/8", took=0.7)
    assert ran(tools, "/books/9b", took=0.1)
    assert not ran(tools, "/books/9b")


def test_a_job_without_a_request_has_the_rule_too() -> None:
    """Jobs are of one kind, since nothing tells them apart."""
    tools = toolbar(slower=0.5)
    for took, measured in ((0.6, False), (0.1, True), (0.1, False)):
        capture = tools.open("task")
        capture.record.started -= took
        tools.keep(capture.close())
        assert ("costly" in capture.record.data) is measured


def test_slow_paths_are_bounded() -> None:
    """A thousand different slow paths are not all remembered."""
    tools = toolbar(slower=0.5)
    for index in range(1_000):
        ran(tools, "/" + "a" * (index + 1), took=1.0)
    assert sum(ran(tools, "/" + "a" * (index + 1)) for index in range(1_000)) <= 500


def test_who_asks_is_served_beside_a_rule() -> None:
    """A rule takes nothing from the button or the header."""
    tools = toolbar(one_in=1_000)
    assert ran(tools)
    tools.demand.arm(["costly"])
    assert ran(tools)
    assert not ran(tools)


@pytest.mark.parametrize(
    "rules", [[], {"costly": 3}, {"costly": {"often": 1}}, {"costly": {"one_in": 0}}, {"costly": {"slower": "1"}}]
)
def test_a_rule_that_is_none_is_refused(rules: Any) -> None:
    """What cannot be a rule is an error at start that says what can."""
    with pytest.raises(ConfigurationError, match="one_in"):
        Config(rules=rules)


def test_rules_come_from_the_environment() -> None:
    """DEBUG_TOOLBAR_RULES is JSON."""
    config = Config().from_environment({"DEBUG_TOOLBAR_RULES": '{"profiling": {"slower": 0.5}}'})
    assert config.rules == {"profiling": {"slower": 0.5}}
