"""What the JSON API and the templates are given: plain values, no tables. Prices are in cents."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BookOut:
    """A book as a page or an API client sees it."""

    id: int
    title: str
    author: str
    year: int
    genre: str
    price: int
    blurb: str


@dataclass(frozen=True)
class ReviewOut:
    """One review of a book."""

    reader: str
    stars: int
    text: str


@dataclass(frozen=True)
class PriceOut:
    """What a book costs today, and whether the wholesaler said so or the list did."""

    book_id: int
    title: str
    price: int
    source: str


@dataclass(frozen=True)
class DeliveryOption:
    """One way a book can come, and what it costs in cents."""

    name: str
    price: int


@dataclass(frozen=True)
class DeliveryOut:
    """When a book can be with its reader, and how."""

    book_id: int
    days: int
    carrier: str
    options: list[DeliveryOption]


@dataclass(frozen=True)
class NewItem:
    """So many copies of a book, to be put into the cart."""

    book_id: int
    quantity: int = 1


@dataclass(frozen=True)
class CartLine:
    """One line of the cart."""

    book: BookOut
    quantity: int
    total: int


@dataclass(frozen=True)
class CartOut:
    """A cart: who signed in, its lines, how many copies they are, and what they cost together."""

    token: str
    reader: str | None
    lines: list[CartLine]
    count: int
    total: int


@dataclass(frozen=True)
class Credentials:
    """What the login form sends."""

    name: str
    password: str
