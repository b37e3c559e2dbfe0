"""Faults of our own panels: each installed one, failing in each hook it has, costs its own tab and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable
from importlib.metadata import entry_points
from typing import Any

import pytest

from debug_toolbar_core import Application, Panel, Record, current
from debug_toolbar_core.blocks import Block, Notice
from debug_toolbar_core.panel import overrides
from debug_toolbar_tests.server import answer, around, http, only, play

PAGE = answer(b"<!doctype html><html><body>Hello</body></html>", headers=[(b"content-type", b"application/json")])
PANELS = sorted(entry.name for entry in entry_points(group="debug_toolbar.panels"))
HOOKS = ("lifespan", "collect", "failed", "view")


def recurse() -> Any:
    """Exhaust the stack."""
    return recurse()


def loop() -> Any:
    """Return a list that holds itself."""
    made: list[Any] = []
    made.append(made)
    return made


def wrong() -> Any:
    """Raise what a wrong type raises."""
    raise ValueError("bad panel")


DEEDS: dict[str, Callable[[], Any]] = {
    "ValueError": wrong,
    "SystemExit": sys.exit,
    "RecursionError": recurse,
    "object": object,
    "itself": loop,
    "huge": lambda: [0] * 100_000,
}


def kind_of(name: str) -> type[Panel]:
    """Return the class of an installed panel."""
    (entry,) = entry_points(group="debug_toolbar.panels", name=name)
    found: type[Panel] = entry.load()
    return found


def broken(kind: type[Panel], hook: str, deed: Callable[[], Any]) -> Panel:
    """Return the panel with one hook that does the deed, first and last."""

    def lifespan(self: Panel, app: Application) -> Generator[None]:
        deed()
        yield
        deed()

    def collect(self: Panel, record: Record) -> Generator[None, None, Any]:
        yield
        return deed()

    def told(self: Panel, record: Record) -> Any:
        return deed()

    replacement = {"lifespan": lifespan, "collect": collect, "failed": told, "view": told}[hook]
    return type(kind.__name__, (kind,), {hook: replacement})()


def failed(blocks: Iterable[Block]) -> bool:
    """Tell whether a panel's tab says that it failed."""
    return any(isinstance(block, Notice) and " failed in " in block.text for block in blocks)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", PANELS)
async def test_a_failing_panel_of_ours_changes_nothing(name: str, hook: str) -> None:
    """Whatever the hook does, the response is the bare one, and the other panels show what they show without it."""
    bare = await play(PAGE, http())
    kind = kind_of(name)
    others = [kind_of(other) for other in PANELS if other != name]
    for deed in DEEDS.values():
        debug = around(PAGE, broken(kind, hook, deed), *(other() for other in others), budget=5)
        served = await play(debug, http())
        assert (served.bare, served.raised) == (bare.messages, None)
        assert debug.toolbar is not None
        record = await only(debug)
        shown = {view.panel.name: view for view in debug.toolbar.shown(record)}
        assert record.failures.keys() <= {name}
        assert [other for other, view in shown.items() if other != name and failed(view.blocks)] == []
        assert current() is None
        debug.stop()


@pytest.mark.parametrize("name", PANELS)
async def test_every_panel_of_ours_can_be_broken_this_way(name: str) -> None:
    """Each has one of the hooks above at least, so that the test before this one is about something."""
    assert any(overrides(kind_of(name)(), hook) for hook in HOOKS)
