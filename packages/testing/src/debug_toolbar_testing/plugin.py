"""The pytest plugin: fixtures for authors of panels, stores and adapters."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pytest

from debug_toolbar_core import Config, Panel, Record, Toolbar
from debug_toolbar_testing.captured import Captured
from debug_toolbar_testing.captured import capture as capture_
from debug_toolbar_testing.client import Client
from debug_toolbar_testing.clock import Clock
from debug_toolbar_testing.samples import SampleApplication
from debug_toolbar_testing.samples import sample_record as sample_record_


class MakeToolbar(Protocol):
    """Makes a strict toolbar of just these panels."""

    def __call__(self, *panels: Panel, **settings: Any) -> Toolbar: ...


@pytest.fixture(name="toolbar")
def toolbar_fixture() -> Generator[MakeToolbar]:
    """Make toolbars that raise what goes wrong, with just the panels given and their lifespans open.

    Example: `made = toolbar(MyPanel(), limits=Limits(spans=10))`.
    """
    started: list[Toolbar] = []

    def make(*panels: Panel, **settings: Any) -> Toolbar:
        made = Toolbar(Config(**{"panels": panels, "strict": True, **settings}))
        made.start(SampleApplication())
        started.append(made)
        return made

    yield make
    for made in reversed(started):
        made.stop()


@pytest.fixture(name="capture")
def capture_fixture() -> Callable[..., AbstractContextManager[Captured]]:
    """Record what runs inside a `with`, and see what a panel shows of it.

    Example: `with capture(MyPanel()) as seen: work()`, and then `seen.badge.text`.
    """
    return capture_


@pytest.fixture(name="sample_record")
def sample_record_fixture() -> Callable[..., Record]:
    """Make a stored record as a toolbar would: `sample_record(queries=3, error=ValueError("no"))`."""
    return sample_record_


@pytest.fixture(name="clock")
def clock_fixture() -> Clock:
    """Return a clock that goes on only when told: `clock.advance(0.5)`, for `capture(panel, clock=clock)`."""
    return Clock()


@pytest.fixture(name="asgi_client")
def asgi_client_fixture() -> type[Client]:
    """Speak to an ASGI application in this process: `answer = await asgi_client(app).get("/")`."""
    return Client
