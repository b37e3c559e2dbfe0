"""The JSON API, the streams and the websocket, in each framework."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bookshop import prices
from bookshop.schema import BookOut
from debug_toolbar_tests.serving import served


async def test_books_are_listed(client: httpx.AsyncClient) -> None:
    """All sixty books are listed with their authors, by title."""
    books = (await client.get("/api/books")).json()
    assert len(books) == 60
    assert [book["title"] for book in books] == sorted(book["title"] for book in books)


async def test_a_book_is_the_same_everywhere(client: httpx.AsyncClient) -> None:
    """A book has the same JSON under every framework."""
    assert (await client.get("/api/books/7")).json() == {
        "id": 7,
        "title": "Roadside Picnic",
        "author": "Arkady and Boris Strugatsky",
        "year": 1972,
        "genre": "Science fiction",
        "price": 940,
        "blurb": "Visitors came, stayed an hour and left their litter. People die for it.",
    }


async def test_reviews_come_best_first(client: httpx.AsyncClient) -> None:
    """A book has two to five reviews, those with most stars first."""
    stars = [review["stars"] for review in (await client.get("/api/books/1/reviews")).json()]
    assert 2 <= len(stars) <= 5
    assert stars == sorted(stars, reverse=True)


async def test_a_delivery_is_passed_on_as_it_came(client: httpx.AsyncClient) -> None:
    """What the carrier says of a book goes out unchecked: its days are a text, and its carrier is missing."""
    said = (await client.get("/api/books/7/delivery")).json()
    assert said["days"] == "3"
    assert sorted(said) == ["book_id", "days", "options"]


async def test_a_price_is_asked_from_the_wholesaler(client: httpx.AsyncClient) -> None:
    """Today's price is the wholesaler's, within three per cent of the list's."""
    (price,) = (await client.get("/api/prices?book=7")).json()
    assert price["source"] == "wholesaler"
    assert 0.97 * 940 <= price["price"] <= 1.03 * 940


async def test_common_words_are_the_same_everywhere(client: httpx.AsyncClient) -> None:
    """What most books have in common comes with how many have it, most first."""
    words = (await client.get("/api/words")).json()
    assert len(words) == 10
    assert list(words.values()) == sorted(words.values(), reverse=True)


async def test_all_prices_are_asked_at_once(client: httpx.AsyncClient) -> None:
    """Without a book every price comes, three of them from the list."""
    found = (await client.get("/api/prices")).json()
    assert len(found) == 60
    assert len([price for price in found if price["source"] == "list"]) == 3


@pytest.mark.parametrize("field", ["author", "writer"])
async def test_the_catalogue_is_graphql(client: httpx.AsyncClient, field: str) -> None:
    """Books with their authors, asked for one by one or in a batch, are the same."""
    query = f"query Books($count: Int!) {{ books(count: $count) {{ title {field} {{ name }} }} }}"
    answer = await client.post("/graphql", json={"query": query, "variables": {"count": 3}})
    books = answer.raise_for_status().json()["data"]["books"]
    listed = (await client.get("/api/books")).json()[:3]
    assert [(book["title"], book[field]["name"]) for book in books] == [
        (book["title"], book["author"]) for book in listed
    ]


async def test_the_catalogue_is_streamed(client: httpx.AsyncClient, app: Any) -> None:
    """The stream has sixty lines of JSON."""
    answer = await client.get("/stream")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert len([json.loads(line) for line in answer.text.splitlines()]) == 60


async def test_the_stream_has_twenty_chunks() -> None:
    """The sixty books leave in twenty pieces."""
    books: list[Any] = [BookOut(n, "Dune", "Frank Herbert", 1965, "SF", 1190, "") for n in range(60)]
    assert len([chunk async for chunk in prices.chunks(books)]) == prices.CHUNKS


async def test_prices_are_server_sent_events(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event stream sends as many prices as it is asked for."""
    monkeypatch.setattr(prices, "TICK", 0.001)
    answer = await client.get("/events?ticks=3")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.splitlines().count("event: price") == 3
    data = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert [price["source"] for price in data] == ["ticker"] * 3


def test_the_websocket_ticks_and_echoes(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The websocket sends prices without being asked, and every message back."""
    monkeypatch.setattr(prices, "TICK", 0.02)
    with TestClient(app) as client, client.websocket_connect("/ws/prices") as socket:
        assert {"book_id", "title", "price"} <= socket.receive_json().keys()
        socket.send_text("hello")
        messages = [socket.receive_json() for _ in range(6)]
        assert {"echo": "hello"} in messages
        assert len([message for message in messages if "price" in message]) == 5


async def test_openapi_lists_the_api_only(client: httpx.AsyncClient, framework: str) -> None:
    """FastAPI and Litestar describe the seven routes under /api and no page; Starlette describes nothing."""
    address = {"fastapi": "/openapi.json", "litestar": "/schema/openapi.json"}.get(framework)
    paths = (await client.get(address)).json()["paths"] if address else {}
    assert [path.startswith("/api/") for path in paths] == [True] * (8 if address else 0)


async def test_stars_are_asked_over_http(framework: str) -> None:
    """A served shop asks its own API, one book after the other."""
    app = import_module(f"bookshop.{framework}_app").create_app(toolbar=False)
    with served(app) as url:
        async with httpx.AsyncClient() as client:
            stars = (await client.get(f"{url}/api/stars")).json()
    assert list(stars) == ["3", "7", "11", "15"]
    assert set(stars.values()) <= {1, 2, 3, 4, 5}
