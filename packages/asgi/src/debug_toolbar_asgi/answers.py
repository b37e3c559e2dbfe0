"""Answers: what the toolbar's own pages and API send, always with the security headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from .document import dump
from .gate import SECURITY_HEADERS, Verdict
from .types import Headers, Receive, Send

PAGE_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)

# By the setting a refusal names: the way out.
_WAYS_OUT: Final = {
    "allowed_hosts": "Setting allowed_hosts, or DEBUG_TOOLBAR_ALLOWED_HOSTS=name in the environment.",
    "allowed_origins": "Setting allowed_origins, or DEBUG_TOOLBAR_ALLOWED_ORIGINS=scheme://host:port.",
    "token": "Open the login URL printed at start, or send the header 'Authorization: Bearer <token>'.",
}


class Reply(Protocol):
    """What a handler returns: something that sends itself."""

    async def send(self, receive: Receive, send: Send, *, head: bool = False) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response; `headers` come before the security headers and outweigh them."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=list)

    def all_headers(self) -> Headers:
        """Return the headers as sent."""
        own = [*self.headers, (b"content-length", b"%d" % len(self.body))]
        named = {name for name, _ in self.headers}
        return own + [(name, value) for name, value in SECURITY_HEADERS if name not in named]

    async def send(self, receive: Receive, send: Send, *, head: bool = False) -> None:
        """Send it; to HEAD without its body."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.all_headers()})
        await send({"type": "http.response.body", "body": b"" if head else self.body, "more_body": False})


class Refused(Exception):
    """A request that cannot be done: what, and the way out; the site turns it into an answer."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)

    def answer(self) -> Answer:
        """Return it as an answer."""
        return error(self.status, self.code, self.message, self.hint)


def json_answer(value: Any) -> Answer:
    """Return a small value as JSON; what may be large is dumped in a worker thread, for `json_bytes`."""
    return json_bytes(dump(value))


def json_bytes(body: bytes, status: int = 200, headers: Headers | None = None) -> Answer:
    """Return JSON that was dumped already."""
    return Answer(status, body, [(b"content-type", b"application/json"), *(headers or [])])


def error(status: int, code: str, message: str, hint: str = "", headers: Headers | None = None) -> Answer:
    """Return a fault in the API's one form."""
    return json_bytes(dump({"error": {"code": code, "message": message, "hint": hint}}), status, headers)


def page(text: str, status: int = 200) -> Answer:
    """Return a page, under the strictest policy that runs it."""
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", PAGE_POLICY)]
    return Answer(status, text.encode("utf-8", "replace"), headers)


def refusal(verdict: Verdict, *, page: bool = False) -> Answer:
    """Return the gate's refusal: what was refused and the setting that allows it; for a page, as plain text."""
    hint = _WAYS_OUT.get(verdict.setting, "")
    if page:
        text = f"Debug toolbar: {verdict.reason}\n{hint}\n".encode("utf-8", "replace")
        return Answer(403, text, [(b"content-type", b"text/plain; charset=utf-8")])
    told = {"code": "refused", "message": verdict.reason, "hint": hint, "setting": verdict.setting or None}
    return json_bytes(dump({"error": told}), 403)
