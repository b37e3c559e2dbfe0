"""What another process does for the shop: it asks the wholesaler again, when he did not answer.

Needs a Redis: `BOOKSHOP_REDIS=redis://localhost:6379 saq bookshop.jobs.settings`, with `DEBUG_TOOLBAR_STORE` set to the
same store in both processes.
"""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any

from saq import Queue

from bookshop.schema import BookOut
from debug_toolbar_saq import watch

logger = logging.getLogger("bookshop")

NAME = "bookshop"


def queue() -> Queue | None:
    """Return the shop's queue on the `BOOKSHOP_REDIS`, or None where there is none."""
    url = os.environ.get("BOOKSHOP_REDIS")
    return None if url is None else Queue.from_url(url, name=NAME)


async def ask_again(context: Any, *, book_id: int, title: str) -> str:
    """Ask for the price of a book once more, after a while."""
    await asyncio.sleep(0.2)
    logger.info("The wholesaler is still stocktaking: %s", title, extra={"book_id": book_id})
    return f"no price for {title} yet"


async def later(jobs: Queue | None, book: BookOut) -> None:
    """Have the price of a book asked again, if somebody is there to do it."""
    if jobs is not None:
        await jobs.enqueue("ask_again", book_id=book.id, title=book.title)


settings = watch({"queue": queue(), "functions": [ask_again]}) if queue() is not None else {}
"""What the `saq` command takes."""
