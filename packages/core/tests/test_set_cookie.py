"""Set-Cookie: what it asks for, and what protects it."""

from __future__ import annotations

import doctest

import pytest

from debug_toolbar_core import fields, place, set_cookie
from debug_toolbar_core.exchange import Request
from debug_toolbar_core.place import is_local, is_secure
from debug_toolbar_core.set_cookie import Cookie


@pytest.mark.parametrize(
    ("header", "secure", "missing"),
    [
        ("session=x", True, ["HttpOnly", "Secure", "SameSite"]),
        ("session=x; HttpOnly; Secure; SameSite=Lax", True, []),
        ("session=x; httponly; samesite=strict", False, []),
        ("theme=dark; SameSite=Lax", False, []),
        ("theme=dark", True, ["Secure", "SameSite"]),
        ("csrftoken=x; Secure; SameSite=Lax", True, []),
        ("session=; Max-Age=0", True, []),
        ("session=; Max-Age=-1", True, []),
        ("session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True, []),
        ("", False, ["SameSite"]),
    ],
)
def test_what_a_cookie_lacks(header: str, secure: bool, missing: list[str]) -> None:
    """A session is not for scripts, a cookie of https is not for http, and none is for other sites; deletions are."""
    assert Cookie.parse(header).missing(secure) == missing


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8000/", True), ("http://127.0.0.1/", True), ("http://10.1.2.3/", True),
        ("http://web/", True),
        ("http://shop.test/", True), ("https://shop.example.com/", False), ("http://93.184.216.34/", False),
        ("http://[::1]/", True), ("http://[broken/", True),
    ],
)  # fmt: skip
def test_where_a_host_is(url: str, local: bool) -> None:
    """This machine, private networks and test names are a developer's; anything else is public."""
    assert is_local(Request(url=url)) is local


def test_what_came_over_https() -> None:
    """The scheme says it, of websockets too; without a request nothing did."""
    assert [is_secure(Request(scheme=scheme)) for scheme in ("https", "wss", "http")] == [True, True, False]
    assert is_secure(None) is False


@pytest.mark.parametrize("module", [fields, place, set_cookie])
def test_the_examples_hold(module: object) -> None:
    """What the docstrings show is so."""
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]  # a module, parametrised as an object
