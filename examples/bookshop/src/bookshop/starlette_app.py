"""The bookshop in Starlette: plain routes, Mount("/api"), streams and a websocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.websockets import WebSocket, WebSocketDisconnect

from bookshop import carts, domain, neighbour, pages, prices, words
from bookshop.config import TOOLBAR
from bookshop.graph import catalogue
from bookshop.schema import CartOut, Credentials, NewItem
from bookshop.shop import Shop, open_shop
from debug_toolbar_starlette import DebugToolbarMiddleware, StarletteDebugToolbarConfig

templates = Jinja2Templates(env=pages.environment("Starlette"))


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Shop]]:
    """Keep the shop open for as long as the application runs."""
    async with open_shop() as shop:
        yield {"shop": shop}


def the_shop(connection: HTTPConnection) -> Shop:
    """The open shop."""
    shop: Shop = connection.state.shop
    return shop


def token(request: Request) -> str | None:
    """The visitor's cart, if there is one."""
    return request.cookies.get(carts.COOKIE)


def show(request: Request, name: str, context: pages.Context, status: int = 200) -> Response:
    """Answer with a page."""
    return templates.TemplateResponse(request, name, context, status_code=status)


def remember(response: Response, cart: CartOut) -> Response:
    """Give the visitor the cookie of a cart."""
    response.set_cookie(carts.COOKIE, cart.token, httponly=True, samesite="lax")
    return response


def number(value: Any, otherwise: int | None = None) -> int:
    """Return what a client sent as a number, or answer 400."""
    try:
        return otherwise if value is None and otherwise is not None else int(value)
    except (TypeError, ValueError):
        raise HTTPException(400, f"{value!r} is not a number.") from None


async def home(request: Request) -> Response:
    """The grid of books."""
    sort, page = request.query_params.get("sort", "title"), number(request.query_params.get("page"), 1)
    async with the_shop(request).session() as session:
        return show(request, "home.html", await pages.home(session, token(request), sort, page))


async def book(request: Request) -> Response:
    """One book."""
    async with the_shop(request).session() as session:
        return show(request, "book.html", await pages.book(session, token(request), request.path_params["book_id"]))


async def broken(request: Request) -> Response:
    """The label of a book: always an error nobody handles."""
    async with the_shop(request).session() as session:
        return show(request, "book.html", await pages.broken(session, request.path_params["book_id"]))


async def search(request: Request) -> Response:
    """What was found."""
    words = request.query_params.get("q", "")
    shop = the_shop(request)
    async with shop.session() as session:
        return show(request, "search.html", await pages.search(shop, session, token(request), words))


async def plain(request: Request) -> Response:
    """The cart, live, about and login pages: the template is named after the path."""
    async with the_shop(request).session() as session:
        return show(request, f"{request.url.path[1:]}.html", await pages.plain(session, token(request)))


async def buy(request: Request) -> Response:
    """Put a book into the cart, and show the cart."""
    form = await request.form()
    item = NewItem(number(form.get("book_id")), number(form.get("quantity"), 1))
    async with the_shop(request).session() as session:
        cart = await carts.add(session, token(request), item)
    return remember(RedirectResponse("/cart", 303, background=BackgroundTask(carts.send_receipt, cart)), cart)


async def sign_in(request: Request) -> Response:
    """Sign in, or show the form once more."""
    form = await request.form()
    who = Credentials(str(form.get("name", "")), str(form.get("password", "")))
    async with the_shop(request).session() as session:
        cart = await carts.sign_in(session, token(request), who)
    return remember(RedirectResponse("/", 303), cart) if cart else show(request, "login.html", pages.refused(), 401)


async def sign_out(request: Request) -> Response:
    """Forget the visitor."""
    response = RedirectResponse("/", 303)
    response.delete_cookie(carts.COOKIE)
    return response


async def slow(request: Request) -> Response:
    """Advice that takes its time."""
    async with the_shop(request).session() as session:
        return show(request, "slow.html", await pages.slow(session, token(request)))


async def teapot(request: Request) -> Response:
    """Refuse to make coffee."""
    raise HTTPException(418, "This shop sells books. It has no coffee.")


async def stream(request: Request) -> Response:
    """The catalogue in twenty pieces."""
    async with the_shop(request).session() as session:
        books = await domain.catalogue(session)
    return StreamingResponse(prices.chunks(books), media_type="application/x-ndjson")


async def events(request: Request) -> Response:
    """A price a second."""
    async with the_shop(request).session() as session:
        books = await domain.catalogue(session)
    ticks = number(request.query_params.get("ticks"), 30)
    return StreamingResponse(prices.events(books, ticks), media_type="text/event-stream")


async def socket(websocket: WebSocket) -> None:
    """A price a second, and an echo."""
    await websocket.accept()
    async with the_shop(websocket).session() as session:
        books = await domain.catalogue(session)
    with suppress(WebSocketDisconnect):
        await prices.talk(books, websocket.send_json, websocket.receive_text)


async def list_books(request: Request) -> Response:
    """Every book, by title."""
    async with the_shop(request).session() as session:
        return JSONResponse([asdict(book) for book in await domain.catalogue(session)])


async def show_book(request: Request) -> Response:
    """One book, as JSON."""
    async with the_shop(request).session() as session:
        return JSONResponse(asdict(await domain.book(session, request.path_params["book_id"])))


async def list_reviews(request: Request) -> Response:
    """The reviews of one book."""
    async with the_shop(request).session() as session:
        found = await domain.reviews(session, request.path_params["book_id"])
        return JSONResponse([asdict(review) for review in found])


async def show_delivery(request: Request) -> Response:
    """When a book can come, passed on as the carrier says it."""
    async with the_shop(request).session() as session:
        return JSONResponse(prices.delivery(await domain.book(session, request.path_params["book_id"])))


async def list_prices(request: Request) -> Response:
    """Today's price of one book, or of every one."""
    book_id = number(query) if (query := request.query_params.get("book")) else None
    async with the_shop(request).session() as session:
        books = await domain.chosen(session, book_id)
    return JSONResponse([asdict(price) for price in await prices.quotes(the_shop(request), books)])


async def list_stars(request: Request) -> Response:
    """The best stars of a few books, asked from this very API over HTTP."""
    return JSONResponse(await neighbour.stars(request.scope["server"]))


async def list_words(request: Request) -> Response:
    """What most books have in common, from an index that is built anew and kept for ever."""
    async with the_shop(request).session() as session:
        return JSONResponse(words.common(await domain.catalogue(session)))


async def add_item(request: Request) -> Response:
    """Put a book into the cart."""
    sent = await request.json()
    item = NewItem(number(sent.get("book_id")), number(sent.get("quantity"), 1))
    async with the_shop(request).session() as session:
        cart = await carts.add(session, token(request), item)
    return remember(JSONResponse(asdict(cart), 201, background=BackgroundTask(carts.send_receipt, cart)), cart)


async def failed(request: Request, error: Exception) -> Response:
    """Answer a handled error: JSON under /api, a page elsewhere."""
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (404, str(error))
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": detail}, status)
    return show(request, "error.html", pages.failure(status, detail), status)


api: list[BaseRoute] = [
    Route("/books", list_books),
    Route("/books/{book_id:int}", show_book),
    Route("/books/{book_id:int}/reviews", list_reviews),
    Route("/books/{book_id:int}/delivery", show_delivery),
    Route("/prices", list_prices),
    Route("/stars", list_stars),
    Route("/words", list_words),
    Route("/cart/items", add_item, methods=["POST"]),
]
routes: list[BaseRoute] = [
    Route("/", home),
    Route("/books/{book_id:int}", book),
    Route("/books/{book_id:int}/broken", broken),
    Route("/search", search),
    Route("/cart", plain, name="cart"),
    Route("/cart", buy, methods=["POST"]),
    Route("/login", plain, name="login"),
    Route("/login", sign_in, methods=["POST"]),
    Route("/logout", sign_out, methods=["POST"]),
    Route("/slow", slow),
    Route("/live", plain, name="live"),
    Route("/about", plain, name="about"),
    Route("/teapot", teapot),
    Route("/stream", stream),
    Route("/events", events),
    WebSocketRoute("/ws/prices", socket),
    Mount("/api", routes=api, name="api"),
    Route("/graphql", catalogue),
    Mount("/static", StaticFiles(directory=pages.STATIC), name="static"),
]


def create_app(*, toolbar: bool = True, **options: Any) -> Starlette:
    """Return the shop, with the debug toolbar unless `toolbar` is False; `options` configure the toolbar."""
    config = StarletteDebugToolbarConfig(**{**TOOLBAR, **options})
    middleware = [Middleware(DebugToolbarMiddleware, config=config)] if toolbar else []
    handlers: dict[Any, Any] = {HTTPException: failed, domain.UnknownBook: failed}
    return Starlette(debug=True, routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=lifespan)


app = create_app()
