"""Costs: what a request costs us, in a process that nothing else measures: `python -m debug_toolbar_tests.costs`.

Prints, as JSON, how many seconds of CPU the middle request takes more than bare, and one in a hundred.
"""

from __future__ import annotations

import asyncio
import json
from time import thread_time
from typing import Any

from debug_toolbar_tests.server import Receive, Scope, Send, around, http, play

REQUESTS = 3_000
STANDARD = ("exceptions", "headers", "logging", "request", "response", "routes", "settings", "timer", "versions")


async def quick(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def measured() -> dict[str, float]:
    """Serve requests bare and with the standard panels in turns, and compare them in order of their times."""
    taken: dict[bool, list[float]] = {False: [], True: []}
    debug: Any = around(quick, panels=list(STANDARD))
    for number in range(2 * REQUESTS):
        ours = bool(number % 2)
        before = thread_time()
        await play(debug if ours else quick, http())
        taken[ours].append(thread_time() - before)
    bare, whole = sorted(taken[False]), sorted(taken[True])
    middle, late = REQUESTS // 2, REQUESTS * 99 // 100
    return {"middle": whole[middle] - bare[middle], "late": whole[late] - bare[late]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured())))
