"""Applications: GraphQL as the adapters serve it, recorded without a line in the schema."""

from __future__ import annotations

import json
from asyncio import Event, timeout
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import strawberry
from fastapi import FastAPI
from litestar import Litestar
from strawberry.asgi import GraphQL
from strawberry.fastapi import GraphQLRouter
from strawberry.litestar import make_graphql_controller
from strawberry.schema.config import StrawberryConfig

from debug_toolbar_core import Record
from debug_toolbar_strawberry import StrawberryPanel
from debug_toolbar_tests.server import around, only, play, websocket

# Strawberry's controller for Litestar is written as Litestar 2 wants it.
pytestmark = pytest.mark.filterwarnings("ignore:.*Inferred dependency:DeprecationWarning")

ASKED = "# what the page asks\n# of all shelves\n\nquery Shelf($n: Int!) { books(n: $n) { title } }"


@strawberry.type
class Book:
    """A book."""

    title: str


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    async def books(self, n: int) -> list[Book]:
        """List books."""
        return [Book(title=f"Book {number}") for number in range(n)]


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    def rename(self, title: str) -> Book:
        """Rename a book."""
        return Book(title=title)


@strawberry.type
class Subscription:
    """What can be listened to."""

    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        """Count."""
        for number in range(3):
            yield number


def schema() -> strawberry.Schema:
    """Make the schema as an application does, knowing nothing of the toolbar."""
    config = StrawberryConfig(batching_config={"max_operations": 5})
    return strawberry.Schema(Query, Mutation, Subscription, config=config)


def fastapi() -> Any:
    """Serve it by FastAPI's router."""
    app = FastAPI()
    app.include_router(GraphQLRouter(schema()), prefix="/graphql")
    return app


def litestar() -> Any:
    """Serve it by Litestar's controller."""
    return Litestar([make_graphql_controller(schema(), path="/graphql")])


def asgi() -> Any:
    """Serve it by Strawberry's own application."""
    return GraphQL(schema())


APPS = pytest.mark.parametrize("make", [fastapi, litestar, asgi])


async def asked(make: Callable[[], Any], body: object) -> tuple[Any, Record]:
    """Post to the application; return its answer, and the record of the request."""
    debug = around(make(), StrawberryPanel())
    transport = httpx.ASGITransport(debug)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.post("/graphql", json=body)
    return response.json(), await only(debug)


@APPS
async def test_a_query_is_recorded_whoever_serves_it(make: Callable[[], Any]) -> None:
    """Name, type, document with its comments, variables and resolvers."""
    answer, record = await asked(make, {"query": ASKED, "variables": {"n": 2}, "operationName": "Shelf"})
    assert answer["data"] == {"books": [{"title": "Book 0"}, {"title": "Book 1"}]}
    (operation,) = record.data["strawberry"]["operations"]
    assert (operation["type"], operation["name"], operation["document"]) == ("query", "Shelf", ASKED)
    assert operation["variables"] == {"n": 2}
    assert [field[:2] for field in operation["fields"]] == [[["books"], 1]]


@APPS
async def test_a_batch_of_requests_is_several_operations(make: Callable[[], Any]) -> None:
    """What a client sends in one list is told one by one."""
    rename = 'mutation Rename { rename(title: "Dune") { title } }'
    answer, record = await asked(make, [{"query": ASKED, "variables": {"n": 1}}, {"query": rename}])
    assert [each["data"] for each in answer] == [{"books": [{"title": "Book 0"}]}, {"rename": {"title": "Dune"}}]
    operations = record.data["strawberry"]["operations"]
    assert {(each["type"], each["name"]) for each in operations} == {("query", "Shelf"), ("mutation", "Rename")}


@APPS
async def test_a_subscription_is_recorded_with_its_connection(make: Callable[[], Any]) -> None:
    """Over a websocket its events are spans of the connection's record."""
    sent: list[dict[str, Any]] = []
    debug = around(make(), StrawberryPanel())
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": "subscription Ticks { ticks }"}}
    events = [{"type": "websocket.connect"}, message({"type": "connection_init"}), message(subscribe)]

    async def server(scope: Any, receive: Any, send: Any) -> None:
        """Hand on the client's messages, and have it go once the subscription is over."""

        async def until_over() -> Any:
            if events:
                return events.pop(0)
            await over.wait()
            return {"type": "websocket.disconnect", "code": 1000}

        async def heard(answer: Any) -> None:
            if "text" in answer:
                sent.append(json.loads(answer["text"]))
                if sent[-1]["type"] == "complete":
                    over.set()
            await send(answer)

        await debug(scope, until_over, heard)

    over = Event()
    scope = {**websocket("/graphql"), "subprotocols": ["graphql-transport-ws"]}
    async with timeout(20):
        await play(server, scope)
    assert [each["payload"]["data"]["ticks"] for each in sent if each["type"] == "next"] == [0, 1, 2]
    record = await only(debug)
    assert record.kind == "websocket"
    assert [made.name for made in record.spans] == ["subscription Ticks", "event 1", "event 2", "event 3"]


def message(content: dict[str, Any]) -> dict[str, Any]:
    """Make a client's message."""
    return {"type": "websocket.receive", "text": json.dumps(content)}
