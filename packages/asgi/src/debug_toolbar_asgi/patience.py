"""Patience: how long a reader waits for panels' views, so that a slow one delays nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from .answers import Refused

VIEW_SECONDS = 5.0
"""Seconds that drawing one answer may take."""
T = TypeVar("T")


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Return what the work gives; past its time it goes on unheard in its thread, and a Refused says so."""
    if asyncio._get_running_loop() is None:
        return await work
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        hint = "Ask for one panel of the record, or ask again: lines that were drawn are kept."
        raise Refused(504, "view_too_slow", f"Drawing this took longer than {seconds:g} s.", hint) from None
