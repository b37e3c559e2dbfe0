"""Offload: work for a reader, done in a thread so that the application's event loop goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def offload(work: Callable[..., T], *arguments: object) -> T:
    """Run `work(*arguments)` in a worker thread; under another loop than asyncio's, here and now."""
    if asyncio._get_running_loop() is None:
        return work(*arguments)
    return await asyncio.to_thread(work, *arguments)
