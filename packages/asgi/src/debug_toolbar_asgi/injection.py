"""The insertion of our tag into one HTML response: whether it may be, the headers, and the body on the fly.

Three steps, because the headers promise a length and go out before the body, but only the body shows whether
it is a whole page. The middleware holds `http.response.start` for the second step, and only if there is one:

    injection = Injection.begin(scope, start, tag)  # None: send all of this response as it is
    verdict = injection.decide(body, more_body)     # with each http.response.body, held until it is not None
    # False, or another message than a body comes: send what was held and the rest of the response as it is
    # True: send start with injection.headers, then each body message, those held and those to come, with
    body = injection.feed(body, more_body)

Where the first body is the last one too, `injection.whole(body)` may do both steps at once.

The application's headers and bytes go out in their order and unchanged, but for the tag, Content-Length, and
the headers that named the exact bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from debug_toolbar_asgi.html_end import PageEnd, only_closing, place
from debug_toolbar_asgi.injected_headers import (
    ANSWERED,
    ASKED,
    REQUEST,
    Headers,
    allowed_by_policy,
    changed_headers,
    chosen_headers,
    has_page,
    is_page,
    longer,
    passes,
    usual_answer,
    usual_asked,
)
from debug_toolbar_core.pattern import pattern

Tag: TypeAlias = Callable[[str | None], bytes]
"""Makes the tag, with this nonce or without one; it must be ASCII."""

HELD: Final = 16384
"""Bytes from a `</body>` on that are held back at most, to see whether the page ends there."""

_LARGE: Final = 32768
"""Bytes from which on copying a page costs more than a view of it."""

UNDECIDED: Final = 1024
"""Bytes of white space and comments that may come in chunks of their own before the page begins."""


_BEGINNINGS: Final = (b"<!doctype html>", b"<!DOCTYPE html>")
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

    # On the class, where they cost nothing: most pages come in one piece, and need none of them.
    _nonce: str | None = None
    _place: int | None = None  # where the tag goes, if all of the page was there at once
    _end: PageEnd | None = None  # who looks for that place, if not
    _held = b""
    _sent = 0  # offset of _held in the page
    _finished = False
    _owed = 0  # bytes of a promised length that a tag which could not be put in leaves open
    _tag: bytes

    def __init__(self, headers: Headers, length: int | None, tag: Tag, usual: bool) -> None:
        self.headers = headers
        self._length = length
        self._make = tag
        self._begun: bytes | None = None  # what decide() has seen and could not tell from
        self._usual = usual  # each header that matters is there once and in lower case, and none to take away

    @classmethod
    def begin(
        cls, scope: Mapping[str, Any], start: Mapping[str, Any], tag: Tag, asked: bool | None = None
    ) -> Injection | None:
        """Return the injection of the response that starts so, or None: it must go out as it is.

        `asked` is what `usual_asked` says of the scope's headers, for a caller who knows.
        """
        status = start.get("status")
        if scope.get("method") == "HEAD" or start.get("trailers") or not (status == 200 or has_page(status)):
            return None
        if asked is None:
            asked = usual_asked(scope.get("headers", ()))
        usual = usual_answer(start.get("headers")) if asked else None
        if usual is None:
            return cls._begin(scope, start, tag)
        return cls(start["headers"], usual[0], tag, True)

    @classmethod
    def _begin(cls, scope: Mapping[str, Any], start: Mapping[str, Any], tag: Tag) -> Injection | None:
        """Do so with every header in view: for those that are repeated, or not as most are."""
        response = chosen_headers(start.get("headers"), ANSWERED)
        if response is None or not is_page(response):
            return None
        request = chosen_headers(scope.get("headers", ()), ASKED)
        if request is None or not passes(request, REQUEST):
            return None
        allowed = allowed_by_policy(response, str(scope.get("scheme", "http")), request.get(b"host", ()))
        if allowed is None:
            return None
        length = response.get(b"content-length")
        begun = cls(start["headers"], int(length[0]) if length else None, tag, False)
        begun._nonce = allowed.nonce
        return begun

    def whole(self, body: bytes) -> bytes | None:
        """Return the page with the tag, when this first body is all of it and as most pages are; None: decide()."""
        if type(body) is not bytes or not body.startswith(_BEGINNINGS):
            return None
        at = place(body)
        if at is None:
            return None
        self._mark()
        return self._joined(body, at)

    def decide(self, body: bytes, more_body: bool) -> bool | None:
        """Say whether the tag goes into the page that begins with this body.

        None, only while there are but white space and comments: ask again with the next one, before feed().
        """
        if not isinstance(body, bytes):
            return False
        first = self._begun is None
        begun = self._begun = body if self._begun is None else self._begun + body
        if not begun.startswith(_BEGINNINGS) and _PAGE.match(begun) is None:
            waits = more_body and len(begun) <= UNDECIDED and _MAYBE_PAGE.fullmatch(begun)
            return None if waits else False
        if first and (not more_body or len(body) == self._length):
            self._place = place(body)
            if self._place is None:
                return False
        self._mark()
        return True

    def _mark(self) -> None:
        """Make the tag, and the headers of a response that has it."""
        tag = self._tag = self._make(self._nonce)
        if self._usual:
            self.headers = longer(self.headers, self._length, len(tag))
        else:
            self.headers = changed_headers(self.headers, len(tag))

    def feed(self, body: bytes, more_body: bool) -> bytes:
        """Return what to send now in place of this body: all of it, but for what may be the page's end."""
        if self._finished:
            return body if more_body or not self._owed else body + b" " * self._owed
        if self._place is not None:
            return self._insert(body, self._place)
        end = self._end = self._end or PageEnd()
        end.feed(body)
        held = self._held + body
        return self._pass(held, end) if more_body else self._finish(held, end)

    def rescue(self, body: bytes, more_body: bool) -> bytes:
        """Return what to send of this body when feed() failed on it: all there is, and no tag in this page.

        Where the headers promised a length, white space after the page stands for the tag.
        """
        if not self._finished and self._length is not None:
            self._owed = len(self._tag)
        held, self._held, self._finished = self._held, b"", True
        return self.feed(held + body if held else body, more_body)

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
        return self._joined(page, at)

    def _joined(self, page: bytes, at: int) -> bytes:
        if len(page) > _LARGE:
            view = memoryview(page)  # one copy of the page, not three
            return b"".join((view[:at], self._tag, view[at:]))
        return b"".join((page[:at], self._tag, page[at:]))
