"""The tables of the shop."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Table(AsyncAttrs, DeclarativeBase):
    """The base of every table; `AsyncAttrs` lets a page load a relation late, with `await`."""


class Author(Table):
    """Who wrote a book."""

    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list[Book]] = relationship(back_populates="author")


class Book(Table):
    """A book of the catalogue; its price is in cents."""

    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(index=True)
    year: Mapped[int]
    genre: Mapped[str]
    price: Mapped[int]
    blurb: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author] = relationship(back_populates="books")
    reviews: Mapped[list[Review]] = relationship(back_populates="book")


class Review(Table):
    """What a reader thought of a book, with one to five stars."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[str]
    stars: Mapped[int]
    text: Mapped[str]
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)
    book: Mapped[Book] = relationship(back_populates="reviews")


class Cart(Table):
    """One visitor's cart, found by the token in the session cookie; `reader` is set once signed in."""

    __tablename__ = "carts"

    token: Mapped[str] = mapped_column(primary_key=True)
    reader: Mapped[str | None]
    items: Mapped[list[CartItem]] = relationship(back_populates="cart")


class CartItem(Table):
    """So many copies of one book in one cart."""

    __tablename__ = "cart_items"

    cart_token: Mapped[str] = mapped_column(ForeignKey("carts.token"), primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), primary_key=True)
    quantity: Mapped[int]
    cart: Mapped[Cart] = relationship(back_populates="items")
    book: Mapped[Book] = relationship()
