"""What these tests share: a running toolbar with the logging panel, and a logger that leads nowhere."""

from __future__ import annotations

import logging
from collections.abc import Generator

import pytest

from debug_toolbar_core import Application, Config, Toolbar
from debug_toolbar_logging import LoggingPanel


@pytest.fixture
def toolbar() -> Generator[Toolbar]:
    """Return a running toolbar with the logging panel."""
    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True))
    toolbar.start(Application())
    yield toolbar
    toolbar.stop()


@pytest.fixture
def log() -> logging.Logger:
    """Return a logger whose lines nobody formats, pytest neither."""
    log = logging.Logger("shop", logging.DEBUG)  # noqa: LOG001 - pytest listens on the registered ones
    log.addHandler(logging.NullHandler())
    return log
