"""The bookshop in FastAPI: pages, an APIRouter under /api, dependencies, streams and a websocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

from fastapi import (
    APIRouter,
    BackgroundTasks,
    Cookie,
    Depends,
    FastAPI,
    Form,
    HTTPException,
    Request,
    WebSocket,
    WebSocketDisconnect,
)
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import HTTPConnection

from bookshop import carts, domain, neighbour, pages, prices, words
from bookshop.config import TOOLBAR
from bookshop.graph import catalogue
from bookshop.schema import BookOut, CartOut, Credentials, DeliveryOut, NewItem, PriceOut, ReviewOut
from bookshop.shop import Shop, open_shop
from debug_toolbar_fastapi import FastAPIDebugToolbarConfig, setup_debug_toolbar

templates = Jinja2Templates(env=pages.environment("FastAPI"))
html = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
api = APIRouter(prefix="/api", tags=["api"])


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Shop]]:
    """Keep the shop open for as long as the application runs."""
    async with open_shop() as shop:
        yield {"shop": shop}


def the_shop(connection: HTTPConnection) -> Shop:
    """The open shop."""
    shop: Shop = connection.state.shop
    return shop


async def database(shop: Annotated[Shop, Depends(the_shop)]) -> AsyncIterator[AsyncSession]:
    """A database session for one request."""
    async with shop.session() as session:
        yield session


TheShop = Annotated[Shop, Depends(the_shop)]
Database = Annotated[AsyncSession, Depends(database)]
Token = Annotated[str | None, Cookie(alias=carts.COOKIE)]


async def the_cart(session: Database, token: Token = None) -> CartOut:
    """The visitor's cart."""
    return await carts.find(session, token)


TheCart = Annotated[CartOut, Depends(the_cart)]


def show(request: Request, name: str, context: pages.Context, status: int = 200) -> Response:
    """Answer with a page."""
    return templates.TemplateResponse(request, name, context, status_code=status)


def remember(response: Response, cart: CartOut) -> Response:
    """Give the visitor the cookie of a cart."""
    response.set_cookie(carts.COOKIE, cart.token, httponly=True, samesite="lax")
    return response


@html.get("/")
async def home(
    request: Request, session: Database, token: Token = None, sort: str = "title", page: int = 1
) -> Response:
    """The grid of books."""
    return show(request, "home.html", await pages.home(session, token, sort, page))


@html.get("/books/{book_id}")
async def book(request: Request, book_id: int, session: Database, token: Token = None) -> Response:
    """One book."""
    return show(request, "book.html", await pages.book(session, token, book_id))


@html.get("/books/{book_id}/broken")
async def broken(request: Request, book_id: int, session: Database) -> Response:
    """The label of a book: always an error nobody handles."""
    return show(request, "book.html", await pages.broken(session, book_id))


@html.get("/search")
async def search(request: Request, shop: TheShop, session: Database, token: Token = None, q: str = "") -> Response:
    """What was found."""
    return show(request, "search.html", await pages.search(shop, session, token, q))


@html.get("/cart")
async def cart(request: Request, cart: TheCart) -> Response:
    """The cart."""
    return show(request, "cart.html", {"cart": cart})


@html.post("/cart")
async def buy(
    book_id: Annotated[int, Form()],
    session: Database,
    tasks: BackgroundTasks,
    quantity: Annotated[int, Form()] = 1,
    token: Token = None,
) -> Response:
    """Put a book into the cart, and show the cart."""
    cart = await carts.add(session, token, NewItem(book_id, quantity))
    tasks.add_task(carts.send_receipt, cart)
    return remember(RedirectResponse("/cart", 303), cart)


@html.get("/login")
async def login(request: Request, session: Database, token: Token = None) -> Response:
    """The form to sign in."""
    return show(request, "login.html", await pages.plain(session, token))


@html.post("/login")
async def sign_in(
    request: Request,
    name: Annotated[str, Form()],
    password: Annotated[str, Form()],
    session: Database,
    token: Token = None,
) -> Response:
    """Sign in, or show the form once more."""
    cart = await carts.sign_in(session, token, Credentials(name, password))
    return remember(RedirectResponse("/", 303), cart) if cart else show(request, "login.html", pages.refused(), 401)


@html.post("/logout")
async def sign_out() -> Response:
    """Forget the visitor."""
    response = RedirectResponse("/", 303)
    response.delete_cookie(carts.COOKIE)
    return response


@html.get("/slow")
async def slow(request: Request, session: Database, token: Token = None) -> Response:
    """Advice that takes its time."""
    return show(request, "slow.html", await pages.slow(session, token))


@html.get("/live")
async def live(request: Request, session: Database, token: Token = None) -> Response:
    """Live prices."""
    return show(request, "live.html", await pages.plain(session, token))


@html.get("/about")
async def about(request: Request, session: Database, token: Token = None) -> Response:
    """What to try."""
    return show(request, "about.html", await pages.plain(session, token))


@html.get("/teapot")
async def teapot() -> Response:
    """Refuse to make coffee."""
    raise HTTPException(418, "This shop sells books. It has no coffee.")


@html.get("/stream")
async def stream(session: Database) -> Response:
    """The catalogue in twenty pieces."""
    return StreamingResponse(prices.chunks(await domain.catalogue(session)), media_type="application/x-ndjson")


@html.get("/events")
async def events(session: Database, ticks: int = 30) -> Response:
    """A price a second."""
    return StreamingResponse(prices.events(await domain.catalogue(session), ticks), media_type="text/event-stream")


@html.websocket("/ws/prices")
async def socket(websocket: WebSocket, session: Database) -> None:
    """A price a second, and an echo."""
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        await prices.talk(await domain.catalogue(session), websocket.send_json, websocket.receive_text)


@api.get("/books")
async def list_books(session: Database) -> list[BookOut]:
    """Every book, by title."""
    return await domain.catalogue(session)


@api.get("/books/{book_id}")
async def show_book(book_id: int, session: Database) -> BookOut:
    """One book, as JSON."""
    return await domain.book(session, book_id)


@api.get("/books/{book_id}/reviews")
async def list_reviews(book_id: int, session: Database) -> list[ReviewOut]:
    """The reviews of one book."""
    return await domain.reviews(session, book_id)


@api.get("/books/{book_id}/delivery", response_model=DeliveryOut)
async def show_delivery(book_id: int, session: Database) -> Response:
    """When a book can come, passed on as the carrier says it."""
    return JSONResponse(prices.delivery(await domain.book(session, book_id)))


@api.get("/prices")
async def list_prices(shop: TheShop, session: Database, book: int | None = None) -> list[PriceOut]:
    """Today's price of one book, or of every one."""
    return await prices.quotes(shop, await domain.chosen(session, book))


@api.get("/stars")
async def list_stars(connection: HTTPConnection) -> dict[str, int]:
    """The best stars of a few books, asked from this very API over HTTP."""
    return await neighbour.stars(connection.scope["server"])


@api.get("/words")
async def list_words(session: Database) -> dict[str, int]:
    """What most books have in common, from an index that is built anew and kept for ever."""
    return words.common(await domain.catalogue(session))


@api.post("/cart/items", status_code=201)
async def add_item(
    item: NewItem, session: Database, tasks: BackgroundTasks, response: Response, token: Token = None
) -> CartOut:
    """Put a book into the cart."""
    cart = await carts.add(session, token, item)
    tasks.add_task(carts.send_receipt, cart)
    remember(response, cart)
    return cart


async def failed(request: Request, error: Exception) -> Response:
    """Answer a handled error: JSON under /api, a page elsewhere."""
    status, detail = (error.status_code, error.detail) if isinstance(error, AnyHTTPException) else (404, str(error))
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": detail}, status)
    return show(request, "error.html", pages.failure(status, detail), status)


def create_app(*, toolbar: bool = True, **options: Any) -> FastAPI:
    """Return the shop, with the debug toolbar unless `toolbar` is False; `options` configure the toolbar."""
    app = FastAPI(debug=True, title="Bookshop", lifespan=lifespan)
    app.include_router(html)
    app.include_router(api)
    app.add_route("/graphql", catalogue)
    app.mount("/static", StaticFiles(directory=pages.STATIC), name="static")
    app.add_exception_handler(AnyHTTPException, failed)
    app.add_exception_handler(domain.UnknownBook, failed)
    if toolbar:
        setup_debug_toolbar(app, FastAPIDebugToolbarConfig(**{**TOOLBAR, **options}))
    return app


app = create_app()
