"""Words: which books use a word, in an index that each request builds anew and nothing lets go: a leak, to be found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bookshop.schema import BookOut

Index = dict[str, list[int]]

_INDEXES: list[Index] = []
"""Meant as a cache, and never looked into: the mistake that the memory panel finds."""
_PARTS = range(3, 7)


def common(books: Sequence[BookOut], most: int = 10) -> dict[str, int]:
    """Return the parts of words that most books have in common, with their number."""
    grams = [(gram, book.id) for book in books for gram in parts(f"{book.title} {book.blurb}")]
    found = index(grams)
    _INDEXES.append(found)
    return {gram: len(found[gram]) for gram in sorted(found, key=lambda gram: (-len(found[gram]), gram))[:most]}


def parts(text: str) -> Iterable[str]:
    """Yield every part of a text that is three to six letters long."""
    for size in _PARTS:
        for start in range(len(text) - size + 1):
            yield text[start : start + size].casefold()


def index(grams: Iterable[tuple[str, int]]) -> Index:
    """Return the books of each part of a word."""
    found: Index = {}
    for gram, book_id in grams:
        found.setdefault(gram, []).append(book_id)
    return found
