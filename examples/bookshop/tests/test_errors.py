"""What goes wrong on purpose, in each framework."""

from __future__ import annotations

import logging

import httpx
import pytest

from bookshop.domain import print_label
from bookshop.schema import BookOut


async def test_a_broken_label_is_an_unhandled_error(client: httpx.AsyncClient) -> None:
    """The label of a book is a 500 with the framework's own debug page."""
    page = await client.get("/books/7/broken")
    assert page.status_code == 500
    assert "does not fit the printer" in page.text


def test_the_error_is_chained_and_has_a_secret_among_its_locals() -> None:
    """The label's error has a cause, and its frame a password: something to redact."""
    with pytest.raises(ValueError, match="does not fit") as caught:
        print_label(BookOut(1, "Dune", "Frank Herbert", 1965, "Science fiction", 1190, ""))
    assert isinstance(caught.value.__cause__, ValueError)
    assert "password" in caught.traceback[-1].frame.f_locals


@pytest.mark.parametrize(
    ("path", "status"), [("/teapot", 418), ("/nowhere", 404), ("/books/999", 404), ("/books/999/broken", 404)]
)
async def test_a_handled_error_has_a_page(client: httpx.AsyncClient, path: str, status: int) -> None:
    """A handled error is answered with its status and the shop's error page."""
    page = await client.get(path)
    assert page.status_code == status
    assert f'<p class="status">{status}</p>' in page.text


@pytest.mark.parametrize("path", ["/api/books/999", "/api/books/999/reviews", "/api/prices?book=999"])
async def test_an_error_under_api_is_json(client: httpx.AsyncClient, path: str) -> None:
    """A missing book is a JSON 404 under /api."""
    answer = await client.get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no book number 999."})


async def test_a_number_that_is_none_is_the_clients_mistake(client: httpx.AsyncClient) -> None:
    """A page number or a quantity that is not one is answered with a 4xx."""
    assert (await client.get("/?page=one")).status_code in {400, 422}
    answer = await client.post("/api/cart/items", json={"book_id": "seven"})
    assert answer.status_code in {400, 422}


async def test_a_silent_wholesaler_is_logged(client: httpx.AsyncClient, logged: list[logging.LogRecord]) -> None:
    """When the wholesaler answers 503 the list price is shown, and the exception is in the log."""
    (price,) = (await client.get("/api/prices?book=17")).json()
    assert price["source"] == "list"
    (line,) = [line for line in logged if line.exc_info]
    assert line.exc_info
    assert line.exc_info[0] is httpx.HTTPStatusError
    assert line.__dict__["book_id"] == 17
