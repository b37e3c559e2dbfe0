"""Thread: work at a request's beginning and end, elsewhere: the others on its event loop go on meanwhile."""

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

    _start(run)
    await done


def beside(work: Callable[[], object], seconds: float) -> None:
    """Run `work` in a thread of its own, and wait for it so long at most; it must not raise.

    For where nothing can be awaited. Under tracemalloc it is faster than here: a thread's stacks are short.
    """
    _start(work).join(seconds)


def _start(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, name="debug-toolbar memory", daemon=True)
    thread.start()
    return thread
