"""What the shop does with its catalogue: shelves, searches, reviews, labels and advice."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from bookshop.models import Author, Book
from bookshop.schema import BookOut, ReviewOut

logger = logging.getLogger("bookshop")

SHELF = 24
"""Books on one page."""

SORTS: dict[str, InstrumentedAttribute[str] | InstrumentedAttribute[int]] = {
    "title": Book.title,
    "new": Book.year,
    "price": Book.price,
}


class UnknownBook(LookupError):
    """No book has that number."""


@dataclass(frozen=True)
class Shelf:
    """One page of the catalogue."""

    books: list[BookOut]
    sort: str
    page: int
    pages: int


def listed(book: Book) -> BookOut:
    """Return a book whose author is loaded, as the outside sees it."""
    name = book.author.name
    return BookOut(book.id, book.title, name, book.year, book.genre, book.price, book.blurb)


async def shelf(session: AsyncSession, sort: str, page: int) -> Shelf:
    """Return one page of books, sorted by `title`, `new` or `price`.

    Each author is loaded by itself. That is slow, and on purpose: it is the N+1 the toolbar finds.
    `search` does it well.
    """
    column = SORTS.get(sort, Book.title)
    order = column.desc() if sort == "new" else column
    count = await session.scalar(select(func.count(Book.id))) or 0
    pages = -(-count // SHELF)
    page = min(max(page, 1), pages)
    books = (await session.scalars(select(Book).order_by(order).limit(SHELF).offset((page - 1) * SHELF))).all()
    for book in books:
        await book.awaitable_attrs.author
    return Shelf([listed(book) for book in books], sort if sort in SORTS else "title", page, pages)


async def catalogue(session: AsyncSession) -> list[BookOut]:
    """Return every book, by title, in one query."""
    books = await session.scalars(select(Book).options(joinedload(Book.author)).order_by(Book.title))
    return [listed(book) for book in books]


async def search(session: AsyncSession, words: str) -> list[BookOut]:
    """Return the books whose title, author or genre has `words`; the authors come in one second query."""
    like = f"%{words.strip()}%"
    matches = or_(Book.title.ilike(like), Author.name.ilike(like), Book.genre.ilike(like))
    query = select(Book).join(Book.author).where(matches).options(selectinload(Book.author)).order_by(Book.title)
    found = [listed(book) for book in await session.scalars(query)] if words.strip() else []
    if not found:
        logger.warning("Nothing found for %r", words, extra={"words": words})
    return found


async def book(session: AsyncSession, book_id: int) -> BookOut:
    """Return one book, or raise UnknownBook."""
    found = await session.get(Book, book_id, options=[joinedload(Book.author)])
    if found is None:
        raise UnknownBook(f"There is no book number {book_id}.")
    logger.info("Book looked at: %s", found.title, extra={"book_id": book_id, "genre": found.genre})
    return listed(found)


async def chosen(session: AsyncSession, book_id: int | None) -> list[BookOut]:
    """Return one book, or every one when none is named; raises UnknownBook."""
    return await catalogue(session) if book_id is None else [await book(session, book_id)]


async def reviews(session: AsyncSession, book_id: int) -> list[ReviewOut]:
    """Return the reviews of one book, best first, or raise UnknownBook."""
    found = await session.get(Book, book_id, options=[selectinload(Book.reviews)])
    if found is None:
        raise UnknownBook(f"There is no book number {book_id}.")
    best_first = sorted(found.reviews, key=lambda review: -review.stars)
    return [ReviewOut(review.reader, review.stars, review.text) for review in best_first]


def print_label(item: BookOut) -> str:
    """Fail to print a shelf label: an error with a cause, and with a secret among its locals."""
    password = "correct horse battery staple"
    printer = {"host": "label-printer.example", "user": "warehouse", "password": password}
    text = f"{item.title} / {item.author}"
    try:
        width = int(text)
    except ValueError as error:
        raise ValueError(f"The label of {item.title!r} does not fit the printer {printer['host']}.") from error
    return text[:width]


def advice(books: Iterable[BookOut], liked: BookOut, seconds: float = 0.06) -> list[BookOut]:
    """Return the three books most like `liked`, after `seconds` of CPU work: something for a profiler."""
    scores: dict[BookOut, float] = {}
    others = [book for book in books if book != liked]
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        scores.update((other, similarity(other, liked)) for other in others[len(scores) % len(others) :][:3])
    return sorted(scores, key=lambda other: scores[other], reverse=True)[:3]


def similarity(one: BookOut, other: BookOut) -> float:
    """Return how alike two books are, from 0 to 1, by their words."""
    return SequenceMatcher(None, one.blurb, other.blurb).ratio() + (one.genre == other.genre) / 4
