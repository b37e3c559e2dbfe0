"""The bookshop in Litestar: controllers, a Router under /api, dependencies, streams and a websocket."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

from litestar import Controller, Litestar, Request, Response, Router, WebSocket, asgi, get, post, websocket
from litestar.background_tasks import BackgroundTask
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.events import listener
from litestar.exceptions import HTTPException, ServiceUnavailableException, WebSocketDisconnect
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath, FromQuery, JSONBody, URLEncodedBody
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, ServerSentEvent, ServerSentEventMessage, Stream, Template
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncSession

from bookshop import carts, domain, neighbour, pages, prices, words
from bookshop.config import TOOLBAR
from bookshop.graph import catalogue
from bookshop.schema import BookOut, CartOut, Credentials, DeliveryOut, NewItem, PriceOut, ReviewOut
from bookshop.shop import Shop, open_shop
from debug_toolbar_litestar import DebugToolbarPlugin, LitestarDebugToolbarConfig

logger = logging.getLogger("bookshop")

AnyRequest = Request[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]
TheShop = NamedDependency[Shop]
Database = NamedDependency[AsyncSession]
Token = NamedDependency[str | None]
TheCart = NamedDependency[CartOut]


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Keep the shop open for as long as the application runs."""
    async with open_shop() as app.state.shop:
        yield


async def the_shop(state: State) -> Shop:
    """The open shop."""
    shop: Shop = state.shop
    return shop


async def database(shop: TheShop) -> AsyncIterator[AsyncSession]:
    """A database session for one request."""
    async with shop.session() as session:
        yield session


async def the_token(request: AnyRequest) -> str | None:
    """The visitor's cart, if there is one."""
    return request.cookies.get(carts.COOKIE)


async def the_cart(session: Database, token: Token) -> CartOut:
    """The visitor's cart."""
    return await carts.find(session, token)


async def is_open(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse to sell while the shop is closed."""
    if "shop" not in connection.app.state:
        raise ServiceUnavailableException("The shop is closed.")


@listener("sold")
async def restock(cart: CartOut) -> None:
    """Look whether what was sold has to be ordered anew."""
    await asyncio.sleep(0.01)
    logger.debug("Stock looked through", extra={"books": cart.count})


def remember(response: Response[Any], cart: CartOut) -> Response[Any]:
    """Give the visitor the cookie of a cart."""
    response.set_cookie(carts.COOKIE, cart.token, httponly=True, samesite="lax")
    return response


@get("/")
async def home(session: Database, token: Token, sort: FromQuery[str] = "title", page: FromQuery[int] = 1) -> Template:
    """The grid of books."""
    return Template("home.html", context=await pages.home(session, token, sort, page))


class BookPages(Controller):
    """The pages of one book."""

    path = "/books/{book_id:int}"

    @get()
    async def book(self, book_id: FromPath[int], session: Database, token: Token) -> Template:
        """One book."""
        return Template("book.html", context=await pages.book(session, token, book_id))

    @get("/broken")
    async def broken(self, book_id: FromPath[int], session: Database) -> Template:
        """The label of a book: always an error nobody handles."""
        return Template("book.html", context=await pages.broken(session, book_id))


@get("/search")
async def search(shop: TheShop, session: Database, token: Token, q: FromQuery[str] = "") -> Template:
    """What was found."""
    return Template("search.html", context=await pages.search(shop, session, token, q))


@get(["/cart", "/login", "/live", "/about"])
async def plain(request: AnyRequest, cart: TheCart) -> Template:
    """The cart, login, live and about pages: the template is named after the path."""
    return Template(f"{request.url.path[1:]}.html", context={"cart": cart})


@post("/cart", guards=[is_open])
async def buy(request: AnyRequest, data: URLEncodedBody[NewItem], session: Database, token: Token) -> Response[Any]:
    """Put a book into the cart, and show the cart."""
    cart = await carts.add(session, token, data)
    request.app.emit("sold", cart)
    receipt = BackgroundTask(carts.send_receipt, cart)
    return remember(Redirect("/cart", status_code=303, background=receipt), cart)


@post("/login")
async def sign_in(data: URLEncodedBody[Credentials], session: Database, token: Token) -> Response[Any]:
    """Sign in, or show the form once more."""
    if cart := await carts.sign_in(session, token, data):
        return remember(Redirect("/", status_code=303), cart)
    return Template("login.html", context=pages.refused(), status_code=401)


@post("/logout")
async def sign_out() -> Redirect:
    """Forget the visitor."""
    response = Redirect("/", status_code=303)
    response.delete_cookie(carts.COOKIE)
    return response


@get("/slow")
async def slow(session: Database, token: Token) -> Template:
    """Advice that takes its time."""
    return Template("slow.html", context=await pages.slow(session, token))


@get("/teapot")
async def teapot() -> None:
    """Refuse to make coffee."""
    raise HTTPException(status_code=418, detail="This shop sells books. It has no coffee.")


@get("/stream")
async def stream(session: Database) -> Stream:
    """The catalogue in twenty pieces."""
    return Stream(prices.chunks(await domain.catalogue(session)), media_type="application/x-ndjson")


@get("/events")
async def events(session: Database, ticks: FromQuery[int] = 30) -> ServerSentEvent:
    """A price a second."""
    return ServerSentEvent(messages(await domain.catalogue(session), ticks))


async def messages(books: list[BookOut], ticks: int) -> AsyncIterator[ServerSentEventMessage]:
    """Yield prices as server-sent events."""
    async for price in prices.ticks(books, ticks):
        yield ServerSentEventMessage(event="price", data=json.dumps(asdict(price)))


@websocket("/ws/prices")
async def socket(socket: WebSocket[Any, Any, Any], session: Database) -> None:
    """A price a second, and an echo."""
    await socket.accept()
    with suppress(WebSocketDisconnect):
        await prices.talk(await domain.catalogue(session), socket.send_json, socket.receive_text)


class BookApi(Controller):
    """The books as JSON."""

    path = "/books"

    @get()
    async def list_books(self, session: Database) -> list[BookOut]:
        """Every book, by title."""
        return await domain.catalogue(session)

    @get("/{book_id:int}")
    async def show_book(self, book_id: FromPath[int], session: Database) -> BookOut:
        """One book."""
        return await domain.book(session, book_id)

    @get("/{book_id:int}/reviews")
    async def list_reviews(self, book_id: FromPath[int], session: Database) -> list[ReviewOut]:
        """The reviews of one book."""
        return await domain.reviews(session, book_id)


@get("/books/{book_id:int}/delivery")
async def show_delivery(book_id: FromPath[int], session: Database) -> Response[DeliveryOut]:
    """When a book can come, passed on as the carrier says it."""
    found: Any = prices.delivery(await domain.book(session, book_id))
    return Response(found)


@get("/prices")
async def list_prices(shop: TheShop, session: Database, book: FromQuery[int | None] = None) -> list[PriceOut]:
    """Today's price of one book, or of every one."""
    return await prices.quotes(shop, await domain.chosen(session, book))


@get("/stars")
async def list_stars(request: AnyRequest) -> dict[str, int]:
    """The best stars of a few books, asked from this very API over HTTP."""
    return await neighbour.stars(request.scope["server"] or ())


@get("/words")
async def list_words(session: Database) -> dict[str, int]:
    """What most books have in common, from an index that is built anew and kept for ever."""
    return words.common(await domain.catalogue(session))


@post("/cart/items")
async def add_item(data: JSONBody[NewItem], session: Database, token: Token) -> Response[CartOut]:
    """Put a book into the cart."""
    cart = await carts.add(session, token, data)
    return remember(Response(cart, background=BackgroundTask(carts.send_receipt, cart)), cart)


def failed(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer a handled error: JSON under /api, a page elsewhere."""
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (404, str(error))
    if request.url.path.startswith("/api/"):
        return Response({"detail": detail}, status_code=status)
    return Template("error.html", context=pages.failure(status, detail), status_code=status)


@asgi("/graphql", is_mount=True, copy_scope=True)
async def graphql(scope: Scope, receive: Receive, send: Send) -> None:
    """The catalogue as GraphQL."""
    await catalogue(dict(scope), receive, send)


html: list[Any] = [
    home,
    BookPages,
    search,
    plain,
    buy,
    sign_in,
    sign_out,
    slow,
    teapot,
    stream,
    events,
    socket,
]
api = Router("/api", route_handlers=[BookApi, show_delivery, list_prices, list_stars, list_words, add_item])


def create_app(*, toolbar: bool = True, **options: Any) -> Litestar:
    """Return the shop, with the debug toolbar unless `toolbar` is False; `options` configure the toolbar."""
    static = create_static_files_router("/static", directories=[pages.STATIC])
    return Litestar(
        route_handlers=[Router("/", route_handlers=html, include_in_schema=False), api, graphql, static],
        dependencies={
            "shop": Provide(the_shop),
            "session": Provide(database),
            "token": Provide(the_token),
            "cart": Provide(the_cart),
        },
        exception_handlers={HTTPException: failed, domain.UnknownBook: failed},
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(pages.environment("Litestar"))),
        openapi_config=OpenAPIConfig(title="Bookshop", version="0.1.0"),
        plugins=[DebugToolbarPlugin(LitestarDebugToolbarConfig(**{**TOOLBAR, **options}))] if toolbar else [],
        lifespan=[lifespan],
        listeners=[restock],
        debug=True,
    )


app = create_app()
