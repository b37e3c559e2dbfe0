"""The sixty books the shop opens with, and what readers said of them."""

from __future__ import annotations

import csv
from importlib.resources import files
from zlib import crc32

from sqlalchemy.ext.asyncio import AsyncSession

from bookshop.models import Author, Book, Review

READERS = ["Amina", "Bo", "Chiara", "Dmitri", "Esi", "Farid", "Greta", "Hana", "Ines", "Jun"]
OPINIONS = [
    (5, "Read it in one night and started again in the morning."),
    (5, "I have given away four copies by now."),
    (4, "Slow to open, and then impossible to put down."),
    (4, "The middle sags a little. The end forgives everything."),
    (5, "My grandmother's favourite, and now mine."),
    (3, "Clever, but it knows it."),
    (4, "Best on a train, with a window seat."),
    (2, "Not for me, though I can see why people love it."),
    (5, "I underlined so much that I should have underlined the rest instead."),
    (3, "A good book trapped in a long one."),
    (4, "Every sentence has been thought about."),
]


async def fill(session: AsyncSession) -> None:
    """Put the whole catalogue into an empty database."""
    authors: dict[str, Author] = {}
    with (files("bookshop") / "books.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="|"):
            author = authors.setdefault(row["author"], Author(name=row["author"]))
            session.add(written(row, author))
    await session.commit()


def written(row: dict[str, str], author: Author) -> Book:
    """Make a book from a line of the catalogue."""
    return Book(
        title=row["title"],
        year=int(row["year"]),
        genre=row["genre"],
        price=int(row["price"]),
        blurb=row["blurb"],
        author=author,
        reviews=list(reviews(row["title"])),
    )


def reviews(title: str) -> list[Review]:
    """Return the two to five reviews of a book: always the same ones for the same title."""
    chosen = crc32(title.encode())
    return [
        Review(reader=READERS[(chosen + 3 * number) % len(READERS)], stars=stars, text=text)
        for number in range(2 + chosen % 4)
        for stars, text in [OPINIONS[(chosen // 7 + 2 * number) % len(OPINIONS)]]
    ]
