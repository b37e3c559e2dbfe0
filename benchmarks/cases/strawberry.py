"""A GraphQL query of 2,000 fields, a fifth of them with a resolver of the application's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import strawberry

from cases.case import Call, Case

ROWS = 400
QUERY = "{ books { id title year pages shelf } }"


@strawberry.type
class Book:
    """A book of five fields."""

    id: int
    title: str
    year: int
    pages: int

    @strawberry.field
    async def shelf(self) -> str:
        """Answer at once."""
        return "A"


@strawberry.type
class Query:
    """The shelf."""

    @strawberry.field
    def books(self) -> list[Book]:
        """List every book."""
        return [Book(id=number, title="Dune", year=1965, pages=412) for number in range(ROWS)]


@asynccontextmanager
async def executed() -> AsyncIterator[Call]:
    """Execute the query."""
    schema = strawberry.Schema(Query)

    async def call() -> None:
        if (result := await schema.execute(QUERY)).errors:
            raise RuntimeError(str(result.errors))

    yield call


CASES = [Case("GraphQL query, 2,000 fields", "strawberry", 2_000, executed, count=3)]
