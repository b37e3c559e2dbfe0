"""The cart and signing in, in each framework."""

from __future__ import annotations

import logging

import httpx


async def test_a_form_puts_a_book_into_the_cart(client: httpx.AsyncClient) -> None:
    """Posting the form sets a cookie and redirects with 303 to the cart, which has the book."""
    answer = await client.post("/cart", data={"book_id": 7, "quantity": 2})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    page = await client.get("/cart")
    assert "Roadside Picnic" in page.text
    assert '<b id="count">2</b>' in page.text
    assert "€18.80" in page.text


async def test_the_api_puts_a_book_into_the_cart(client: httpx.AsyncClient) -> None:
    """Posting JSON answers 201 with the cart; the same book again adds to its copies."""
    await client.post("/api/cart/items", json={"book_id": 7, "quantity": 2})
    answer = await client.post("/api/cart/items", json={"book_id": 7})
    assert answer.status_code == 201
    cart = answer.json()
    assert (cart["count"], cart["total"]) == (3, 2820)
    assert [line["book"]["title"] for line in cart["lines"]] == ["Roadside Picnic"]


async def test_an_unknown_book_is_not_sold(client: httpx.AsyncClient) -> None:
    """A book that does not exist is a 404, and no cookie is set."""
    answer = await client.post("/cart", data={"book_id": 999, "quantity": 1})
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


async def test_a_token_the_shop_did_not_give_is_not_taken_over(client: httpx.AsyncClient) -> None:
    """A made-up session cookie gets a new cart with a new token."""
    client.cookies.set("session", "chosen-by-someone-else")
    cart = (await client.post("/api/cart/items", json={"book_id": 1})).json()
    assert cart["token"] != "chosen-by-someone-else"


async def test_a_receipt_is_sent_after_the_answer(client: httpx.AsyncClient, logged: list[logging.LogRecord]) -> None:
    """Each way of buying ends with a receipt from a background task, with its sums."""
    await client.post("/cart", data={"book_id": 1, "quantity": 1})
    await client.post("/api/cart/items", json={"book_id": 1})
    receipts = [line.__dict__ for line in logged if line.getMessage() == "Receipt sent"]
    assert [(line["books"], line["total"]) for line in receipts] == [(1, 1190), (2, 2380)]


async def test_signing_in_keeps_the_cart(client: httpx.AsyncClient) -> None:
    """Ada signs in with her password, keeps what she had, and is named on the pages; signing out forgets her."""
    await client.post("/cart", data={"book_id": 7, "quantity": 1})
    answer = await client.post("/login", data={"name": "Ada", "password": "lovelace"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = await client.get("/cart")
    assert "Kept for ada." in page.text
    assert "Roadside Picnic" in page.text
    answer = await client.post("/logout")
    assert answer.status_code == 303
    assert "Sign in" in (await client.get("/")).text


async def test_a_wrong_password_is_refused(client: httpx.AsyncClient, logged: list[logging.LogRecord]) -> None:
    """A wrong password shows the form again with 401, and a warning without the password is logged."""
    page = await client.post("/login", data={"name": "ada", "password": "byron"})
    assert page.status_code == 401
    assert 'role="alert"' in page.text
    assert "byron" not in page.text
    (line,) = logged
    assert line.levelname == "WARNING"
    assert "byron" not in str(line.__dict__)
