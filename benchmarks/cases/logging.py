"""A log record, made and thrown away by a handler that does nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cases.case import Call, Case


@asynccontextmanager
async def logger() -> AsyncIterator[Call]:
    """Log a line to a logger of its own."""
    found = logging.getLogger("benchmark")
    found.propagate, found.handlers = False, [logging.NullHandler()]
    found.setLevel(logging.INFO)

    async def call() -> None:
        found.info("Book looked at: %s", "Dune")

    yield call


CASES = [Case("log record", "logging", 3, logger)]
