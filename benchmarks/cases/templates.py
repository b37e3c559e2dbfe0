"""A page that includes a small template ten times; a template alone, of each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cases.case import Call, Case

CARD = '<li class="card"><a href="/books/{{ book.id }}">{{ book.title }}</a><p>{{ book.author }}</p></li>\n'
PAGE = '<ul>{% for book in books %}{% include "card.html" %}{% endfor %}</ul>'
BOOKS = [{"id": number, "title": f"Book {number}", "author": "A. Uthor"} for number in range(10)]


@asynccontextmanager
async def included() -> AsyncIterator[Call]:
    """Render a page of ten cards with Jinja2: eleven renders."""
    import jinja2

    page = jinja2.Environment(loader=jinja2.DictLoader({"card.html": CARD, "page.html": PAGE})).get_template(
        "page.html"
    )

    async def call() -> None:
        page.render(books=BOOKS, title="Books")

    yield call


@asynccontextmanager
async def alone() -> AsyncIterator[Call]:
    """Render one template with Jinja2."""
    import jinja2

    card = jinja2.Environment(loader=jinja2.DictLoader({"card.html": CARD})).get_template("card.html")

    async def call() -> None:
        card.render(book=BOOKS[0], title="Books")

    yield call


@asynccontextmanager
async def mako() -> AsyncIterator[Call]:
    """Render one template with Mako."""
    from mako.template import Template

    card = Template("<li>${book['id']}: ${book['title']}</li>")

    async def call() -> None:
        card.render(book=BOOKS[0], title="Books")

    yield call


@asynccontextmanager
async def minijinja() -> AsyncIterator[Call]:
    """Render one template with MiniJinja."""
    from minijinja import Environment

    environment = Environment(templates={"card.html": CARD})

    async def call() -> None:
        environment.render_template("card.html", book=BOOKS[0], title="Books")

    yield call


CASES = [
    Case("Jinja2 page with 10 includes", "templates", 33, included, count=50),
    Case("Jinja2 template", "templates", 3, alone),
    Case("Mako template", "templates", 3, mako),
    Case("MiniJinja template", "templates", 3, minijinja),
]
