"""Thread: work at a request's end that must not hold up the others on its event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


async def in_thread(work: Callable[[], object]) -> None:
    """Run `work` in a thread of its own, not in the application's pool, which may be full; it must not raise.

    Under another loop than asyncio's it runs here and now.
    """
    loop = asyncio._get_running_loop()
    if loop is None:
        work()
        return
    done = loop.create_future()

    def settle() -> None:
        if not done.done():
            done.set_result(None)

    def run() -> None:
        try:
            work()
        finally:
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(settle)

    threading.Thread(target=run, name="debug-toolbar memory", daemon=True).start()
    await done
