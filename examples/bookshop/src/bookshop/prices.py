"""Today's prices: asked from the wholesaler, kept for a while, streamed, and ticked once a second."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from itertools import count
from typing import Any

import httpx

from bookshop import jobs
from bookshop.schema import BookOut, PriceOut
from bookshop.shop import Shop
from bookshop.wholesaler import drifted
from debug_toolbar_core import span

logger = logging.getLogger("bookshop")

TICK = 1.0
"""Seconds between two prices of a ticker."""

KEPT = 10
"""Seconds a price is kept in the cache."""

CHUNKS = 20
"""Pieces the catalogue is streamed in."""


async def quote(shop: Shop, book: BookOut) -> PriceOut:
    """Return today's price of a book, or its list price when the wholesaler does not answer."""
    with span("quote a price", book=book.id):
        return await quoted(shop, book)


async def quoted(shop: Shop, book: BookOut) -> PriceOut:
    """Return the price from the cache, from the wholesaler, or from the list."""
    key = f"price:{book.id}"
    if (kept := await shop.cache.get(key)) is not None:
        return PriceOut(book.id, book.title, kept, "cache")
    try:
        price = await ask(shop.wholesaler, book)
    except httpx.HTTPError:
        logger.exception("No price from the wholesaler; the list price is shown", extra={"book_id": book.id})
        await jobs.later(shop.jobs, book)
        return PriceOut(book.id, book.title, book.price, "list")
    await shop.cache.set(key, price, ttl=KEPT)
    return PriceOut(book.id, book.title, price, "wholesaler")


async def ask(wholesaler: httpx.AsyncClient, book: BookOut) -> int:
    """Return the wholesaler's price in cents, or raise httpx.HTTPError."""
    answer = await wholesaler.get(f"/quotes/{book.id}", params={"list_price": book.price})
    return int(answer.raise_for_status().json()["price"])


def delivery(book: BookOut) -> dict[str, Any]:
    """Return when a book can come, as the carrier says it.

    Nobody holds it against `DeliveryOut`, which the API promises. That is wrong, and on purpose: the toolbar tells.
    """
    ways = [{"name": "letter", "price": "2.20"}, {"name": "parcel", "price": "4.90"}, {"name": "bicycle"}]
    return {"book_id": book.id, "days": f"{2 + book.id % 3}", "options": ways}


async def quotes(shop: Shop, books: Sequence[BookOut]) -> list[PriceOut]:
    """Return the prices of several books, asked all at once.

    Each is looked for in the cache, and put there, by itself. That is slow, and on purpose: the toolbar tells.
    `known` does it well.
    """
    return list(await asyncio.gather(*(quote(shop, book) for book in books)))


async def known(shop: Shop, books: Sequence[BookOut]) -> dict[int, int]:
    """Return the prices that the cache has of these books, by their numbers, with one look into it."""
    kept = await shop.cache.multi_get([f"price:{book.id}" for book in books])
    return {book.id: price for book, price in zip(books, kept, strict=True) if price is not None}


async def ticks(books: Sequence[BookOut], limit: int | None = None) -> AsyncIterator[PriceOut]:
    """Yield the price of one book after the other, the first at once, then one each second."""
    for number in count() if limit is None else range(limit):
        if number:
            await asyncio.sleep(TICK)
        book = books[number * 7 % len(books)]
        yield PriceOut(book.id, book.title, drifted(book.price, book.id, time.time()), "ticker")


async def events(books: Sequence[BookOut], limit: int) -> AsyncIterator[str]:
    """Yield `limit` prices as server-sent events; the browser then connects again by itself."""
    async for price in ticks(books, limit):
        yield f"event: price\ndata: {json.dumps(asdict(price))}\n\n"


async def chunks(books: Sequence[BookOut]) -> AsyncIterator[str]:
    """Yield the catalogue as lines of JSON in twenty pieces, 20 ms apart."""
    size = -(-len(books) // CHUNKS)
    for start in range(0, len(books), size):
        yield "".join(json.dumps(asdict(book), ensure_ascii=False) + "\n" for book in books[start : start + size])
        await asyncio.sleep(0.02)


async def talk(
    books: Sequence[BookOut], send: Callable[[object], Awaitable[None]], receive: Callable[[], Awaitable[str]]
) -> None:
    """Hold a websocket conversation: a price each second, every message echoed, until `receive` raises."""

    async def tick() -> None:
        async for price in ticks(books):
            await send(asdict(price))

    ticking = asyncio.create_task(tick(), name="price ticker")
    try:
        while True:
            await send({"echo": await receive()})
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
