"""The carts: putting books in, signing in, and the receipt that is sent once the answer is out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from bookshop.domain import UnknownBook, listed
from bookshop.models import Book, Cart, CartItem
from bookshop.schema import CartLine, CartOut, Credentials, NewItem

logger = logging.getLogger("bookshop")

COOKIE = "session"
"""The cookie that holds a cart's token."""

READER = "ada"
SALT = b"bookshop"
HASH = "6e5bb828f68f2383e36ce60d3efc3608"
"""The one account of the example: ada, whose password is on the login page."""


async def find(session: AsyncSession, token: str | None) -> CartOut:
    """Return the visitor's cart; one who has none yet is given an empty one with a new token, unsaved."""
    items = selectinload(Cart.items).joinedload(CartItem.book).joinedload(Book.author)
    cart = await session.get(Cart, token, options=[items]) if token else None
    if cart is None:
        return CartOut(secrets.token_urlsafe(16), None, [], 0, 0)
    lines = [line(item) for item in cart.items]
    return CartOut(cart.token, cart.reader, lines, sum(x.quantity for x in lines), sum(x.total for x in lines))


def line(item: CartItem) -> CartLine:
    """Return a line of the cart with its total."""
    return CartLine(listed(item.book), item.quantity, item.book.price * item.quantity)


async def add(session: AsyncSession, token: str | None, new: NewItem) -> CartOut:
    """Put copies of a book into the cart, save it, and return it; raises UnknownBook."""
    if await session.get(Book, new.book_id, options=[joinedload(Book.author)]) is None:
        raise UnknownBook(f"There is no book number {new.book_id}.")
    cart = await saved(session, token)
    item = await session.get(CartItem, (cart.token, new.book_id))
    if item is None:
        session.add(CartItem(cart_token=cart.token, book_id=new.book_id, quantity=new.quantity))
    else:
        item.quantity += new.quantity
    return await stored(session, cart)


async def sign_in(session: AsyncSession, token: str | None, who: Credentials) -> CartOut | None:
    """Sign a visitor in and return the cart, or None if name and password don't match."""
    digest = hashlib.scrypt(who.password.encode(), salt=SALT, n=2**12, r=8, p=1, dklen=16).hex()
    if who.name.lower() != READER or not hmac.compare_digest(digest, HASH):
        logger.warning("Sign-in refused", extra={"reader": who.name})
        return None
    cart = await saved(session, token)
    cart.reader = who.name.lower()
    logger.info("Signed in", extra={"reader": cart.reader})
    return await stored(session, cart)


async def saved(session: AsyncSession, token: str | None) -> Cart:
    """Return the cart's row, made if there was none: a token the shop never gave out is not taken over."""
    cart = await session.get(Cart, token) if token else None
    if cart is None:
        cart = Cart(token=secrets.token_urlsafe(16), reader=None)
        session.add(cart)
    return cart


async def stored(session: AsyncSession, cart: Cart) -> CartOut:
    """Commit, and return the cart as it now is."""
    await session.commit()
    session.expunge_all()
    return await find(session, cart.token)


async def send_receipt(cart: CartOut) -> None:
    """Send the receipt: a background task, run after the response, that takes a while."""
    await asyncio.sleep(0.05)
    logger.info("Receipt sent", extra={"books": cart.count, "total": cart.total})
