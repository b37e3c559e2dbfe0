"""The token: 256 bits that let somebody in who is not on this machine, and the cookie it is exchanged for."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

_LONGEST_QUERY = 4096
_SHORT = 22  # characters of base64 that hold 128 bits


class Token:
    """One token: the user's own, or a new random one for this process.

    The cookie holds a value derived from it, so that a cookie seen somewhere does not give the token away;
    its name has a few derived digits too, since all the ports of one host share their cookies.
    """

    __slots__ = ("_secret", "own")

    def __init__(self, own: str | None = None) -> None:
        """Take the user's own token; None and the empty text stand for a random one."""
        self.own = bool(own)
        self._secret = own.encode("utf-8", "surrogatepass") if own else _random()

    @property
    def cookie_name(self) -> str:
        """The name of the cookie for this token."""
        return "debug_toolbar_" + self._derive(b"cookie name")[:8]

    @property
    def cookie_value(self) -> str:
        """The value of the cookie for this token."""
        return self._derive(b"cookie value")

    def __repr__(self) -> str:
        """Say nothing of the secret: this may end in a log."""
        return f"Token(own={self.own})"

    @property
    def short(self) -> bool:
        """Whether it cannot hold 128 bits: only an own token can be so."""
        return len(self._secret) < _SHORT

    def matches(self, candidate: bytes) -> bool:
        """Compare in constant time."""
        return _same(candidate, self._secret)

    def in_query(self, query: bytes) -> bool:
        """Return whether a query string carries the token, exactly once, under the name `token`."""
        parts = (part.partition(b"=") for part in query.split(b"&")) if len(query) <= _LONGEST_QUERY else ()
        given = [unquote_to_bytes(value) for name, _, value in parts if name == b"token"]
        return len(given) == 1 and self.matches(given[0])

    def in_authorization(self, values: list[bytes]) -> bool:
        """Return whether the one Authorization header is `Bearer <token>`, as CLI and MCP clients send it."""
        scheme, _, credentials = values[0].partition(b" ") if len(values) == 1 else (b"", b"", b"")
        return scheme.lower() == b"bearer" and self.matches(credentials.strip())

    def in_cookies(self, values: Iterable[bytes]) -> bool:
        """Return whether a Cookie header carries the cookie that `set_cookie` gave."""
        name, wanted = self.cookie_name.encode(), self.cookie_value.encode()
        pairs = (pair.strip().partition(b"=") for value in values for pair in value.split(b";"))
        return any(key == name and _same(value, wanted) for key, _, value in pairs)

    def login_url(self, base: str, prefix: str) -> str:
        """Return the URL that logs a browser in, to be printed once at start and nowhere else."""
        return f"{base.rstrip('/')}{prefix}/login?token={quote(self._secret, safe='')}"

    def set_cookie(self, path: str, secure: bool) -> bytes:
        """Return a Set-Cookie value: for the session and `path` only, not for scripts or other sites."""
        cookie = f"{self.cookie_name}={self.cookie_value}; Path={path}; HttpOnly; SameSite=Strict"
        return (cookie + "; Secure" if secure else cookie).encode("ascii")

    def _derive(self, purpose: bytes) -> str:
        import hmac

        return hmac.new(self._secret, b"debug-toolbar " + purpose, "sha256").hexdigest()


def _random() -> bytes:
    """Return a new secret, as `secrets.token_urlsafe(32)` makes it: importing that would load OpenSSL at start-up."""
    return base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=")


def _same(candidate: bytes, secret: bytes) -> bool:
    """Compare in constant time."""
    import hmac  # only for who is asked for the token

    return hmac.compare_digest(candidate, secret)
