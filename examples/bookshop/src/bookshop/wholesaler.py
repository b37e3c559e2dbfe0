"""Another company's server, asked over HTTP for today's prices; it is slow, and sometimes down."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]

LATENCY = 0.018
"""Seconds each answer takes."""


async def wholesaler(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer `GET /quotes/{book_id}?list_price=…`; every seventeenth book is out of order and gets a 503."""
    await asyncio.sleep(LATENCY)
    book_id = int(scope["path"].rpartition("/")[2])
    price = drifted(int(scope["query_string"].rpartition(b"=")[2]), book_id, time.time())
    status, body = (503, {"error": "stocktaking"}) if book_id % 17 == 0 else (200, {"price": price})
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def drifted(price: int, book_id: int, now: float) -> int:
    """Return today's price in cents: within three per cent of the list's, another one each second.

    >>> drifted(1000, 7, 1_700_000_000)
    981
    """
    step = (int(now) * 31 + book_id * 17) % 61 - 30
    return price + int(price * step / 1000)
