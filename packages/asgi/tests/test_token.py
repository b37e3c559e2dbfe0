"""The token lets in who shows it, and is shown to nobody."""

from __future__ import annotations

import hmac

import pytest

from debug_toolbar_asgi.token import Token


def test_random_tokens() -> None:
    """Each process has its own token of 256 bits, in 43 characters of base64."""
    tokens = {Token().login_url("http://a", "/p").partition("token=")[2] for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
    assert not Token().short
    assert not Token("").own


def test_own_tokens() -> None:
    """An own token is kept as it is, and known to be short when it cannot hold 128 bits."""
    assert Token("x").own
    assert Token("x").short
    assert not Token("x" * 22).short


@pytest.mark.parametrize("own", ["t0ken", "a b&c=d+e%2", "tökén", "\udc80"])
def test_the_login_url_is_accepted(own: str) -> None:
    """The query of the printed URL lets in, whatever characters an own token has."""
    url = Token(own).login_url("http://devbox.lan:8000/", "/_debug_toolbar")
    assert url.startswith("http://devbox.lan:8000/_debug_toolbar/login?token=")
    assert Token(own).in_query(url.partition("?")[2].encode("ascii"))


@pytest.mark.parametrize(
    "query",
    [b"", b"token", b"token=", b"token=t0keN", b"token=t0ken&token=t0ken", b"xtoken=t0ken", b"TOKEN=t0ken",
     b"token=t0ken%00", b"token=%ff%", b"a=" + b"b" * 5000 + b"&token=t0ken"],
)  # fmt: skip
def test_other_queries_are_refused(query: bytes) -> None:
    """A wrong, empty, doubled or oversized query does not let in."""
    assert not Token("t0ken").in_query(query)


def test_authorization() -> None:
    """One Authorization header with the token as Bearer lets in, and nothing else does."""
    token = Token("t0ken")
    assert token.in_authorization([b"Bearer t0ken"])
    assert token.in_authorization([b"bearer  t0ken "])
    for values in [], [b""], [b"Bearer"], [b"Bearer "], [b"t0ken"], [b"Basic t0ken"], [b"Bearer t0ken"] * 2:
        assert not token.in_authorization(values)
    assert not Token().in_authorization([b"Bearer "])


def test_cookie() -> None:
    """The cookie is for the session, the toolbar's path, this site and no script; the token is not in it."""
    token = Token("t0ken-of-mine")
    cookie = token.set_cookie("/_debug_toolbar", secure=False)
    pair = cookie.partition(b";")[0]
    assert cookie == pair + b"; Path=/_debug_toolbar; HttpOnly; SameSite=Strict"
    assert token.set_cookie("/p", secure=True).endswith(b"; Secure")
    assert b"t0ken" not in cookie
    assert token.in_cookies([pair])
    assert token.in_cookies([b"other=1", b"a=b; " + pair + b";c"])


def test_other_cookies_are_refused() -> None:
    """The cookie of another token, the token itself and odd cookies do not let in."""
    token, name = Token("t0ken"), Token("t0ken").cookie_name.encode()
    other = Token("other").set_cookie("/p", secure=False).partition(b";")[0]
    for value in b"", b";;;", b"=", name, name + b"=", name + b"=t0ken", name + b"=\xff", other:
        assert not token.in_cookies([value])
    assert not token.in_cookies([])


def test_ports_do_not_share_a_cookie() -> None:
    """Two applications on one host have cookies of different names."""
    assert Token().cookie_name != Token().cookie_name


def test_comparisons_take_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Header, query and cookie are each compared by hmac.compare_digest."""
    compared: list[bytes] = []
    real = hmac.compare_digest

    def watched(given: bytes, wanted: bytes) -> bool:
        compared.append(given)
        return real(given, wanted)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    token = Token("t0ken")
    token.in_authorization([b"Bearer header"])
    token.in_query(b"token=query")
    token.in_cookies([token.cookie_name.encode() + b"=cookie"])
    assert compared == [b"header", b"query", b"cookie"]


def test_it_is_not_shown() -> None:
    """The text of a token does not hold it."""
    assert "t0ken" not in repr(Token("t0ken")) + str(Token("t0ken"))
