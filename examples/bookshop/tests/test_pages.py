"""The pages, in each framework."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The SQL sent to the database while the test runs."""
    sent: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    yield sent
    event.remove(Engine, "before_cursor_execute", keep)


def titles(page: httpx.Response) -> list[str]:
    """The titles of the cards on a page."""
    return re.findall(r'<h3><a href="/books/\d+">(.*?)</a></h3>', page.text)


async def test_home_shows_a_page_of_books(client: httpx.AsyncClient, framework: str) -> None:
    """The home page has 24 books by title, and says which framework served it."""
    page = await client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert len(titles(page)) == 24
    assert titles(page) == sorted(titles(page))
    assert f"<b>{framework}</b>" in page.text.lower()


async def test_home_sorts_and_pages(client: httpx.AsyncClient) -> None:
    """`sort=new` starts with the newest books; the third page has the last twelve; nonsense is forgiven."""
    assert titles(await client.get("/?sort=new"))[0] in {"Piranesi", "The Thursday Murder Club"}
    assert len(titles(await client.get("/?sort=price&page=3"))) == 12
    assert len(titles(await client.get("/?sort=colour&page=99"))) == 12


async def test_home_has_an_n_plus_one(client: httpx.AsyncClient, statements: list[str]) -> None:
    """The shelf loads its authors one by one; the search loads them all at once."""
    await client.get("/?sort=new")
    assert len([sql for sql in statements if "FROM authors" in sql]) > 15
    statements.clear()
    await client.get("/search?q=fiction")
    assert len([sql for sql in statements if "FROM authors" in sql]) == 1


async def test_a_book_fetches_the_rest_itself(client: httpx.AsyncClient) -> None:
    """A book's page has its title and number; reviews and price are left to its script."""
    page = await client.get("/books/7")
    assert "<h1>Roadside Picnic</h1>" in page.text
    assert 'data-book="7"' in page.text
    assert "/api/books/${book}/reviews" in (await client.get("/static/shop.js")).text


async def test_search_finds_titles_authors_and_genres(client: httpx.AsyncClient) -> None:
    """A search looks at titles, authors and genres, whatever their case."""
    assert titles(await client.get("/search?q=DUNE")) == ["Dune"]
    assert len(titles(await client.get("/search", params={"q": "virginia"}))) == 3
    assert len(titles(await client.get("/search?q=crime"))) == 8


async def test_search_shows_the_prices_it_knows(client: httpx.AsyncClient) -> None:
    """A search shows the list's price, and today's once the shop has asked for it."""
    (quoted,) = (await client.get("/api/prices?book=7")).json()
    page = await client.get("/search?q=roadside")
    assert f'<span class="price">€{quoted["price"] // 100}.{quoted["price"] % 100:02}</span>' in page.text


async def test_an_empty_search_is_a_warning(client: httpx.AsyncClient, logged: list[logging.LogRecord]) -> None:
    """A search that finds nothing says so, escapes what was looked for, and logs a warning with its words."""
    page = await client.get("/search", params={"q": "<b>zzz"})
    assert "Nothing found" in page.text
    assert "&lt;b&gt;zzz" in page.text
    assert [(line.levelname, line.__dict__["words"]) for line in logged] == [("WARNING", "<b>zzz")]


async def test_slow_waits_and_works(client: httpx.AsyncClient) -> None:
    """The slow page takes 0.4 s of waiting and 60 ms of CPU, and shows three books."""
    before, cpu = time.perf_counter(), time.thread_time()
    page = await client.get("/slow")
    assert time.perf_counter() - before > 0.45
    assert time.thread_time() - cpu > 0.06
    assert len(titles(page)) == 3


@pytest.mark.parametrize("path", ["/live", "/about", "/cart", "/login"])
async def test_plain_pages_are_there(client: httpx.AsyncClient, path: str) -> None:
    """The pages that only need a template answer with it."""
    page = await client.get(path)
    assert page.status_code == 200
    assert "<h1>" in page.text


async def test_every_link_of_the_tour_leads_where_it_says(client: httpx.AsyncClient) -> None:
    """The tour's links answer as told: one fails, two are handled errors, the others are fine."""
    tour = re.findall(r'class="panel" href="(.*?)"', (await client.get("/about")).text)
    tour.remove("/api/stars")  # asks this shop over the network, where nobody listens here
    statuses = {path: (await client.get(path)).status_code for path in tour}
    assert {path: status for path, status in statuses.items() if status != 200} == {
        "/books/7/broken": 500,
        "/teapot": 418,
        "/nowhere": 404,
    }


async def test_pages_need_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    """No page or style sheet names another host, and no page has a script or a style inline."""
    for path in ("/", "/books/1", "/live", "/static/shop.css", "/static/shop.js"):
        text = (await client.get(path)).text
        assert not re.search(r"""["'(]https?://""", text)
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
