"""Statements of SQLAlchemy to a SQLite in memory: plain, from deep below, of the ORM, failed, for many rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, ForeignKey, create_engine, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from cases.case import Call, Case

_DEEP = 30


class Table(DeclarativeBase):
    """The base of the tables."""


class Author(Table):
    """Who wrote a book."""

    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Book(Table):
    """A book, whose author is loaded when it is asked for."""

    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship()


@asynccontextmanager
async def library(statement: Callable[[Connection], object]) -> AsyncIterator[Call]:
    """Execute a statement on a connection that is open all the while."""
    engine = create_engine("sqlite://")
    Table.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(insert(Author), [{"id": number, "name": "Herbert"} for number in range(50)])

        async def call() -> None:
            statement(connection)

        yield call


ONE = select(Author.__table__).where(Author.__table__.c.id == 7)
MANY = [{"name": "Butler"}, {"name": "Lem"}, {"name": "Le Guin"}]


def one(connection: Connection) -> object:
    """Read one row by its number."""
    return connection.execute(ONE).all()


def deep(connection: Connection, depth: int = _DEEP) -> object:
    """Read it from below thirty callers of the application."""
    return deep(connection, depth - 1) if depth else one(connection)


def many(connection: Connection) -> object:
    """Insert three rows at once."""
    return connection.execute(insert(Author.__table__), MANY)


def fail(connection: Connection) -> None:
    """Ask for a table that is not there."""
    try:
        connection.execute(text("SELECT 1 FROM nowhere"))
    except OperationalError:
        pass
    else:
        raise AssertionError("the statement did not fail")


@asynccontextmanager
async def lazy() -> AsyncIterator[Call]:
    """Load a book's author late."""
    engine = create_engine("sqlite://")
    Table.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Author(id=1, name="Herbert"), Book(id=1, author_id=1)])
        session.commit()
        book = session.get_one(Book, 1)
        author: Any = book.author

        async def call() -> None:
            session.expunge(book.author)
            session.expire(book, ["author"])
            assert book.author is not author

        yield call


@asynccontextmanager
async def page() -> AsyncIterator[Call]:
    """Ask a SQLite file twenty times, through its async driver, for a page of 50 kB."""
    with TemporaryDirectory() as folder:
        engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/shop.db")
        async with engine.begin() as connection:
            await connection.run_sync(Table.metadata.create_all)
            await connection.execute(insert(Author), [{"id": number, "name": "Herbert"} for number in range(50)])

        async def call() -> None:
            async with AsyncSession(engine) as session:
                rows = [(await session.execute(ONE)).all() for _ in range(20)]
            "".join(f"<li>{rows[number % 20]}</li>" for number in range(1_000))

        yield call
        await engine.dispose()


CASES = [
    Case("SQL statement", "sqlalchemy", 20, lambda: library(one)),
    Case("SQL statement below thirty callers", "sqlalchemy", 20, lambda: library(deep)),
    Case("SQL statement for many rows", "sqlalchemy", 20, lambda: library(many)),
    Case("SQL statement that fails", "sqlalchemy", 20, lambda: library(fail)),
    Case("SQL lazy load of the ORM", "sqlalchemy", 30, lazy),
    Case("20 SQL statements and 50 kB of HTML", "sqlalchemy", 400, page, count=8),
]
