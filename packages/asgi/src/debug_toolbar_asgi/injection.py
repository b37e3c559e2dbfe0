"""The insertion of our tag into one HTML response: whether it may be, the headers, and the body on the fly.

Three steps, because the headers promise a length and go out before the body, but only the body shows whether
it is a whole page. The middleware holds `http.response.start` for the second step, and only if there is one:

    injection = Injection.begin(scope, start, tag)  # None: send all of this response as it is
    verdict = injection.decide(body, more_body)     # with each http.response.body, held until it is not None
    # False, or another message than a body comes: send what was held and the rest of the response as it is
    # True: send start with injection.headers, then each body message, those held and those to come, with
    body = injection.feed(body, more_body)

The application's headers and bytes go out in their order and unchanged, but for the tag, Content-Length, and
the headers that named the exact bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from debug_toolbar_asgi.csp import Origin, Permission, permission
from debug_toolbar_asgi.html_end import PageEnd, only_closing, place
from debug_toolbar_core.pattern import pattern

Headers: TypeAlias = list[tuple[bytes, bytes]]
Tag: TypeAlias = Callable[[str | None], bytes]
"""Makes the tag, with this nonce or without one; it must be ASCII."""
Check: TypeAlias = Callable[[bytes], bool]

HELD: Final = 16384
"""Bytes from a `</body>` on that are held back at most, to see whether the page ends there."""

UNDECIDED: Final = 1024
"""Bytes of white space and comments that may come in chunks of their own before the page begins."""

_NAMES_THE_BYTES: Final = frozenset({b"etag", b"content-md5", b"digest", b"content-digest", b"repr-digest"})
_SPELLINGS, _LONG_NAME = 1024, 64
_POLICIES: Final = (b"content-security-policy", b"content-security-policy-report-only")

# Encodings in which our ASCII is what it is in ASCII.
_CHARSET = pattern(
    rb"""charset=["']?(?:utf-?8|(?:us-)?ascii|latin-?1|iso-?8859-?[0-9]+|(?:windows|cp)-?(?:125[0-9]|874|31j)"""
    rb"""|koi8-[ru]|gb2312|gbk|gb18030|big5(?:-hkscs)?|shift[_-]jis|euc-(?:jp|kr)|tis-620|macintosh)["']?"""
)
_LEAD = rb"(?:\xef\xbb\xbf)?(?:[\t\n\f\r ]++|<!--(?:-?>|(?>.*?--!?>))|<\?[^>]*+>)*+"
_PAGE = pattern(
    _LEAD + rb"<(?:!doctype|html|head|body)[\t\n\f\r />]",
    re.IGNORECASE | re.DOTALL,
)
_MAYBE_PAGE = pattern(
    _LEAD + rb"(?:\xef\xbb?|<(?:!(?:-(?:-.*)?|d(?:o(?:c(?:t(?:y(?:pe?)?)?)?)?)?)?|\?.*"
    rb"|h(?:t(?:ml?)?|e(?:ad?)?)?|b(?:o(?:dy?)?)?)?)?",
    re.IGNORECASE | re.DOTALL,
)


class Injection:
    """One response that may get the tag; the module says in which order to call it.

    After `decide` said True, `headers` is a new list of the response's headers: order and duplicates are
    kept, Content-Length, if it was there, is larger by the tag, and what named the exact bytes is gone.
    """

    __slots__ = (
        *(
            "_asked",
            "_begun",
            "_end",
            "_finished",
            "_held",
            "_length",
            "_make",
            "_nonce",
            "_place",
            "_sent",
            "_tag",
            "_usual",
        ),
        "headers",
    )

    def __init__(
        self, headers: Headers, length: int | None, tag: Tag, nonce: str | None = None, *, usual: bool = False
    ) -> None:
        self.headers = headers
        self._length = length
        self._make = tag
        self._nonce = nonce
        self._usual = usual  # each header once and in lower case, and none to take away
        self._tag = b""
        self._asked = False
        self._begun = b""  # what decide() has seen and could not tell from
        self._place: int | None = None  # where the tag goes, if all of the page was there at once
        self._end: PageEnd | None = None  # who looks for that place, if not
        self._held = b""
        self._sent = 0  # offset of _held in the page
        self._finished = False

    @classmethod
    def begin(cls, scope: Mapping[str, Any], start: Mapping[str, Any], tag: Tag) -> Injection | None:
        """Return the injection of the response that starts so, or None: it must go out as it is."""
        if scope.get("method") == "HEAD" or start.get("trailers") or not _has_page(start.get("status")):
            return None
        response, request = _plain(start.get("headers")), _plain(scope.get("headers", ()))
        if response is None or request is None or not (_USUAL(response) and _USUAL_ASKED(request)):
            return cls._begin(scope, start, tag)
        kind, length = response.get(b"content-type"), response.get(b"content-length")
        if type(kind) is not bytes or not _is_html(kind.strip()) or request.get(_DEST, b"document") != b"document":
            return None
        if length is None:
            return cls(start["headers"], None, tag, usual=True)
        if type(length) is not bytes or not _is_length(length):  # the server's error to raise
            return None
        return cls(start["headers"], int(length), tag, usual=True)

    @classmethod
    def _begin(cls, scope: Mapping[str, Any], start: Mapping[str, Any], tag: Tag) -> Injection | None:
        """Do so with every header in view: for those that are repeated, or not as most are."""
        response = _chosen(start.get("headers"), _ANSWERED)
        if response is None or not _is_page(response):
            return None
        request = _chosen(scope.get("headers", ()), _ASKED)
        if request is None or not _passes(request, _REQUEST):
            return None
        allowed = _allowed(response, str(scope.get("scheme", "http")), request.get(b"host", ()))
        if allowed is None:
            return None
        length = response.get(b"content-length")
        return cls(start["headers"], int(length[0]) if length else None, tag, allowed.nonce)

    def decide(self, body: bytes, more_body: bool) -> bool | None:
        """Say whether the tag goes into the page that begins with this body.

        None, only while there are but white space and comments: ask again with the next one, before feed().
        """
        if not isinstance(body, bytes):
            return False
        first, self._asked = not self._asked, True
        self._begun += body
        if _PAGE.match(self._begun) is None:
            waits = more_body and len(self._begun) <= UNDECIDED and _MAYBE_PAGE.fullmatch(self._begun)
            return None if waits else False
        if first and (not more_body or len(body) == self._length):
            self._place = place(body)
            if self._place is None:
                return False
        self._tag = self._make(self._nonce)
        self.headers = (_longer if self._usual else _changed)(self.headers, self._length, len(self._tag))
        return True

    def feed(self, body: bytes, more_body: bool) -> bytes:
        """Return what to send now in place of this body: all of it, but for what may be the page's end."""
        if self._finished:
            return body
        if self._place is not None:
            return self._insert(body, self._place)
        end = self._end = self._end or PageEnd()
        end.feed(body)
        held = self._held + body
        return self._pass(held, end) if more_body else self._finish(held, end)

    def release(self) -> bytes:
        """Return what is held back, and insert nothing any more: for a response that breaks off."""
        held, self._held = self._held, b""
        self._finished = True
        return held

    def _pass(self, held: bytes, end: PageEnd) -> bytes:
        """Hold back from a `</body>` on, while only the closing of a page follows, nothing else.

        So an application that streams on after a `</body>` is not held up; it has the tag before that one.
        """
        if end.last is None:
            at = len(held) if end.undecided is None else end.undecided - self._sent
        else:
            at = end.last - self._sent
            if len(held) - at > HELD or not only_closing(held[at:]):
                return self._insert(held, at)
        self._held = held[at:]
        self._sent += at
        return held[:at]

    def _finish(self, held: bytes, end: PageEnd) -> bytes:
        """Insert the tag, at the latest here; where it would not run, white space keeps a promised length."""
        if end.last is not None:
            return self._insert(held, end.last - self._sent)
        if not end.runs_here:
            self._tag = b" " * len(self._tag) if self._length is not None else b""
        return self._insert(held, len(held))

    def _insert(self, page: bytes, at: int) -> bytes:
        self._finished, self._held = True, b""
        return page[:at] + self._tag + page[at:]


def _has_page(status: object) -> bool:
    """Whether a browser shows the body of a response with this status: all of it, and no redirect's."""
    return isinstance(status, int) and (200 <= status <= 203 or 207 <= status <= 299 or status >= 400)


def _plain(headers: object) -> dict[bytes, bytes] | None:
    """Return headers by name when each is there once and in lower case, as most are; None sends to the long way."""
    if not isinstance(headers, (list, tuple)):
        return None
    try:
        named: dict[bytes, bytes] = dict(headers)
        plain = len(named) == len(headers) and b"".join(named).islower()
    except (TypeError, ValueError):
        return None
    return named if plain else None


class _Names(dict[bytes, "bytes | None"]):
    """Tells which header a name is, of those we look at; each spelling is worked out once."""

    def __init__(self, wanted: Mapping[bytes, Check]) -> None:
        super().__init__()
        self.wanted = wanted

    def __missing__(self, name: bytes) -> bytes | None:
        lower = bytes.lower(name)
        known = lower if lower in self.wanted else None
        if len(self) < _SPELLINGS and len(name) <= _LONG_NAME:
            self[name] = known
        return known


def _chosen(headers: object, names: _Names) -> Mapping[bytes, list[bytes]] | None:
    """Return the stripped values of the headers with these names; None for what is no list of byte pairs."""
    if not isinstance(headers, (list, tuple)):
        return None
    chosen: dict[bytes, list[bytes]] = {}
    try:
        for name, value in headers:
            key = names[name]
            if key is not None:
                chosen.setdefault(key, []).append(bytes.strip(value))
    except (TypeError, ValueError):
        return None
    return chosen


def _passes(headers: Mapping[bytes, list[bytes]], checks: Mapping[bytes, Check]) -> bool:
    """Whether all values of the headers are such that the tag can go in."""
    for name, values in headers.items():
        for value in values:
            if not checks[name](value):
                return False
    return True


def _is_page(headers: Mapping[bytes, list[bytes]]) -> bool:
    """Whether these are the headers of HTML that a browser shows, in bytes that we can add to."""
    kinds, lengths = headers.get(b"content-type", ()), headers.get(b"content-length", ())
    return len(kinds) == 1 and len(lengths) <= 1 and _passes(headers, _RESPONSE)


def _allowed(response: Mapping[bytes, list[bytes]], scheme: str, hosts: list[bytes] | tuple[()]) -> Permission | None:
    """Return the Content-Security-Policy's permission."""
    policies = [policy for name in _POLICIES for policy in response.get(name, ())]
    return permission(policies, Origin.of(scheme, hosts)) if policies else Permission(None)


def _longer(headers: Headers, length: int | None, more: int) -> Headers:
    """Return the usual headers of a response longer by so many bytes."""
    changed = list(headers)
    if length is not None:
        changed[[name for name, _ in changed].index(b"content-length")] = (b"content-length", b"%d" % (length + more))
    return changed


def _changed(headers: Headers, length: int | None, more: int) -> Headers:
    """Return any headers of a response longer by so many bytes; a pair that stays is the same object."""
    changed: Headers = []
    for pair in headers:
        name = _TOUCHED[pair[0]]
        if name is None:
            changed.append(pair)
        elif name == b"content-length":
            changed.append((pair[0], b"%d" % (int(pair[1]) + more)))
    return changed


@lru_cache(64)
def _is_html(content_type: bytes) -> bool:
    kind, *parameters = (part.strip() for part in content_type.lower().split(b";"))
    charsets = [parameter for parameter in parameters if parameter.startswith(b"charset")]
    return kind == b"text/html" and all(map(_CHARSET.fullmatch, charsets))


def _is_length(value: bytes) -> bool:
    return value.isdigit() and len(value) < 19


def _always(value: bytes) -> bool:
    return True


def _never(value: bytes) -> bool:
    return False


# What a value of each header we look at must be.
_RESPONSE: Final[Mapping[bytes, Check]] = {
    b"content-type": _is_html,
    b"content-length": _is_length,
    b"content-encoding": lambda value: value.lower() in (b"", b"identity"),
    b"content-disposition": lambda value: value.lower().startswith(b"inline"),
    b"transfer-encoding": lambda value: value.lower() == b"chunked",
    **dict.fromkeys((b"content-range", b"trailer", b"signature"), _never),
    **dict.fromkeys((b"integrity-policy", b"integrity-policy-report-only"), _never),
    **dict.fromkeys(_POLICIES, _always),
}
# Frames and fetches are not what the window shows; the rest asks for a piece to put into the page there.
_REQUEST: Final[Mapping[bytes, Check]] = {
    b"host": _always,
    b"sec-fetch-dest": lambda value: value == b"document",
    b"x-requested-with": lambda value: value.lower() != b"xmlhttprequest",
    **dict.fromkeys((b"hx-request", b"turbo-frame", b"x-pjax", b"x-up-version"), _never),
    **dict.fromkeys((b"x-alpine-request", b"datastar-request"), _never),
}
_ASKED, _ANSWERED = _Names(_REQUEST), _Names(_RESPONSE)
_TOUCHED = _Names(dict.fromkeys((*_NAMES_THE_BYTES, b"content-length"), _always))
# Where one of these is there, all headers are looked at one by one.
_DEST: Final = b"sec-fetch-dest"
_USUAL: Final = (frozenset(_RESPONSE) - {b"content-type", b"content-length"} | _NAMES_THE_BYTES).isdisjoint
_USUAL_ASKED: Final = (frozenset(_REQUEST) - {b"host", _DEST}).isdisjoint
