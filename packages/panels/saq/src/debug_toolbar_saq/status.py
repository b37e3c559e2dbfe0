"""Status: what the queues say of a record's jobs now, asked when somebody looks."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from debug_toolbar_core import Record, snapshot
from debug_toolbar_core.fault import message_of
from debug_toolbar_saq.facts import PANEL, facts_of
from debug_toolbar_saq.hooks import QUEUES

_KEYS_MOST = 500
_SECONDS = 2.0


async def ask(record: Record) -> None:
    """Put the present state of a record's jobs into its data; a queue that is away is said to be.

    Those it enqueued, and the one it is an execution of as long as that goes on: its worker may have died.
    """
    wanted: dict[str, list[str]] = {}
    known = record.data.get(PANEL)
    own = known.get("job") if isinstance(known, dict) and record.open else None
    if isinstance(own, dict) and isinstance(own.get("key"), str) and isinstance(own.get("queue"), str):
        wanted[own["queue"]] = [own["key"]]
    for span in record.spans:
        key, queue = span.attributes.get("saq.key"), span.attributes.get("messaging.destination.name")
        if span.panel == PANEL and isinstance(key, str) and isinstance(queue, str):
            wanted.setdefault(queue, []).append(key)
    if not wanted:
        return
    jobs: dict[str, Any] = {}
    away: dict[str, str] = {}
    await asyncio.gather(*(_one(queue, keys[:_KEYS_MOST], jobs, away) for queue, keys in wanted.items()))
    record.data[PANEL] = {**(known if isinstance(known, dict) else {}), "now": time.time(), "jobs": jobs, "away": away}


async def _one(name: str, keys: list[str], jobs: dict[str, Any], away: dict[str, str]) -> None:
    queue = QUEUES.get(name)
    if queue is None:
        away[name] = "this process has not enqueued to it, so it does not know where it is"
        return
    try:
        async with asyncio.timeout(_SECONDS):
            found = await queue.jobs(keys)
    except TimeoutError:
        away[name] = f"it did not answer within {_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - whatever a client raises: it is told, and the view goes on
        away[name] = f"{type(error).__qualname__}: {message_of(error)}"
    else:
        for key, job in zip(keys, found, strict=False):
            jobs[key] = None if job is None else snapshot(facts_of(job))
