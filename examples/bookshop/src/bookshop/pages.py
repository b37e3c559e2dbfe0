"""The pages: what each template is given, the same under every framework."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy.ext.asyncio import AsyncSession

from bookshop import carts, domain, prices
from bookshop.covers import cover
from bookshop.shop import Shop
from debug_toolbar_core import note, span

logger = logging.getLogger("bookshop")

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

Context = dict[str, Any]
"""A template's variables."""


def environment(framework: str) -> Environment:
    """Return the templates, with the framework's name for the foot of the page."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(framework=framework, cover=cover, sorts=tuple(domain.SORTS))
    made.filters["money"] = money
    return made


def money(cents: int) -> str:
    """Return cents as a price.

    >>> money(1190)
    '€11.90'
    """
    return f"€{cents // 100}.{cents % 100:02}"


async def home(session: AsyncSession, token: str | None, sort: str, page: int) -> Context:
    """The grid of books."""
    return {"cart": await carts.find(session, token), "shelf": await domain.shelf(session, sort, page)}


async def book(session: AsyncSession, token: str | None, book_id: int) -> Context:
    """One book; its reviews and today's price are fetched by the page itself."""
    return {"cart": await carts.find(session, token), "book": await domain.book(session, book_id)}


async def broken(session: AsyncSession, book_id: int) -> Context:
    """The label of a book: always an error nobody handles."""
    item = await domain.book(session, book_id)
    return {"book": item, "label": domain.print_label(item)}


async def search(shop: Shop, session: AsyncSession, token: str | None, words: str) -> Context:
    """What was found, at today's prices where they are known."""
    found = await domain.search(session, words)
    today = await prices.known(shop, found) if found else {}
    return {"cart": await carts.find(session, token), "words": words, "books": found, "today": today}


async def slow(session: AsyncSession, token: str | None) -> Context:
    """Advice that takes its time: 0.4 s of waiting, then about 60 ms of work on the event loop."""
    books = await domain.catalogue(session)
    liked = books[0]
    with span("ask the bookseller", liked=liked.title):
        with span("wait until there is time"):
            await asyncio.sleep(0.4)
        with span("compare the books", books=len(books)):
            found = domain.advice(books, liked)
    note(found[0].title, "best advice")
    return {"cart": await carts.find(session, token), "liked": liked, "books": found}


async def plain(session: AsyncSession, token: str | None) -> Context:
    """A page that shows nothing but the cart: cart, live, about and login."""
    return {"cart": await carts.find(session, token)}


def refused() -> Context:
    """The login form once more, after a wrong password."""
    return {"refused": True}


def failure(status: int, detail: str) -> Context:
    """The page of a handled error."""
    logger.warning("Error page shown: %d %s", status, detail, extra={"status": status})
    return {"status": status, "detail": detail}
