"""The catalogue as GraphQL: each book's author asked for alone, or all of them at once by a data loader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from bookshop import models

Sessions = async_sessionmaker[AsyncSession]


@strawberry.type
class Author:
    """Who wrote a book."""

    name: str


@strawberry.type
class Book:
    """A book of the catalogue; its price is in cents."""

    id: int
    title: str
    year: int
    genre: str
    price: int
    author_id: strawberry.Private[int]

    @strawberry.field
    async def author(self, info: strawberry.Info) -> Author:
        """Its author, asked for alone: with many books that is the N+1 the toolbar names."""
        async with info.context["sessions"]() as session:
            found = await session.get_one(models.Author, self.author_id)
        return Author(name=found.name)

    @strawberry.field
    async def writer(self, info: strawberry.Info) -> Author:
        """Its author, asked for together with those of the other books."""
        author: Author = await info.context["authors"].load(self.author_id)
        return author


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    async def books(self, info: strawberry.Info, count: int = 12) -> list[Book]:
        """The first books, by title."""
        async with info.context["sessions"]() as session:
            found = await session.scalars(select(models.Book).order_by(models.Book.title).limit(min(count, 50)))
            return [Book(id=book.id, title=book.title, year=book.year, genre=book.genre, price=book.price,
                         author_id=book.author_id) for book in found]  # fmt: skip


def authors(sessions: Sessions) -> DataLoader[int, Author]:
    """Return a loader of authors for one request."""

    async def load(ids: Sequence[int]) -> list[Author]:
        async with sessions() as session:
            found = await session.scalars(select(models.Author).where(models.Author.id.in_(ids)))
            names = {author.id: author.name for author in found}
        return [Author(name=names[id]) for id in ids]

    return DataLoader(load)


class Catalogue(GraphQL[Any, Any]):
    """The ASGI application of `/graphql`, the same under every framework."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        """Give each request its sessions and a loader of its own."""
        scope = request.scope
        state = scope["litestar_app"].state if "litestar_app" in scope else request.state
        return {"sessions": state.shop.session, "authors": authors(state.shop.session)}


catalogue = Catalogue(strawberry.Schema(Query), graphql_ide=None)
