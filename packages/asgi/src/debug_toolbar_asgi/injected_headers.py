"""The headers that decide whether the tag may go into a response, and what they become when it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from debug_toolbar_asgi.csp import Origin, Permission, permission
from debug_toolbar_core.pattern import pattern

Headers: TypeAlias = list[tuple[bytes, bytes]]
Check: TypeAlias = Callable[[bytes], bool]

_NAMES_THE_BYTES: Final = frozenset({b"etag", b"content-md5", b"digest", b"content-digest", b"repr-digest"})
_SPELLINGS, _LONG_NAME = 1024, 64
_POLICIES: Final = (b"content-security-policy", b"content-security-policy-report-only")

# Encodings in which our ASCII is what it is in ASCII.
_CHARSET = pattern(
    rb"""charset=["']?(?:utf-?8|(?:us-)?ascii|latin-?1|iso-?8859-?[0-9]+|(?:windows|cp)-?(?:125[0-9]|874|31j)"""
    rb"""|koi8-[ru]|gb2312|gbk|gb18030|big5(?:-hkscs)?|shift[_-]jis|euc-(?:jp|kr)|tis-620|macintosh)["']?"""
)


def has_page(status: object) -> bool:
    """Whether a browser shows the body of a response with this status: all of it, and no redirect's."""
    return isinstance(status, int) and (200 <= status <= 203 or 207 <= status <= 299 or status >= 400)


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


def chosen_headers(headers: object, names: _Names) -> Mapping[bytes, list[bytes]] | None:
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


def passes(headers: Mapping[bytes, list[bytes]], checks: Mapping[bytes, Check]) -> bool:
    """Whether all values of the headers are such that the tag can go in."""
    for name, values in headers.items():
        for value in values:
            if not checks[name](value):
                return False
    return True


def is_page(headers: Mapping[bytes, list[bytes]]) -> bool:
    """Whether these are the headers of HTML that a browser shows, in bytes that we can add to."""
    kinds, lengths = headers.get(b"content-type", ()), headers.get(b"content-length", ())
    return len(kinds) == 1 and len(lengths) <= 1 and passes(headers, _RESPONSE)


def allowed_by_policy(
    response: Mapping[bytes, list[bytes]], scheme: str, hosts: list[bytes] | tuple[()]
) -> Permission | None:
    """Return the Content-Security-Policy's permission."""
    policies = [policy for name in _POLICIES for policy in response.get(name, ())]
    return permission(policies, Origin.of(scheme, hosts)) if policies else Permission(None)


def usual_asked(headers: object) -> bool:
    """Whether a request is as most are; False sends to the long way, which looks at its headers one by one."""
    if not isinstance(headers, (list, tuple)):
        return False
    try:
        unusual = [(name, value) for name, value in headers if _ASKED_SELDOM[name]]
    except (TypeError, ValueError):
        return False
    return not unusual or unusual == _FOR_A_PAGE


def usual_answer(headers: object) -> tuple[int | None] | None:
    """Return the length, if there is one, of a response as most are; None sends to the long way."""
    if not isinstance(headers, (list, tuple)):
        return None
    kind = length = None
    try:
        for name, value in headers:
            if name == b"content-type" and kind is None:
                kind = value
            elif name == b"content-length" and length is None:
                length = value
            elif _ANSWERED_OR_TOUCHED[name]:
                return None
        if kind is None or not is_html(kind):
            return None
        if length is None:
            return (None,)
        return (int(length),) if is_length(length) else None
    except (TypeError, ValueError, AttributeError):
        return None  # no list of two byte pairs


def longer(headers: Headers, length: int | None, more: int) -> Headers:
    """Return the usual headers of a response longer by so many bytes."""
    changed = list(headers)
    if length is not None:
        for at, pair in enumerate(headers):
            if pair[0] == b"content-length":
                changed[at] = (b"content-length", b"%d" % (length + more))
                break
    return changed


def changed_headers(headers: Headers, more: int) -> Headers:
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
def is_html(content_type: bytes) -> bool:
    """Tell whether this is HTML in an encoding whose ASCII is ASCII."""
    kind, *parameters = (part.strip() for part in content_type.lower().split(b";"))
    charsets = [parameter for parameter in parameters if parameter.startswith(b"charset")]
    return kind == b"text/html" and all(map(_CHARSET.fullmatch, charsets))


def is_length(value: bytes) -> bool:
    """Tell whether this is a Content-Length that a server would take."""
    return value.isdigit() and len(value) < 19


def _always(value: bytes) -> bool:
    return True


def _never(value: bytes) -> bool:
    return False


# What a value of each header we look at must be.
_RESPONSE: Final[Mapping[bytes, Check]] = {
    b"content-type": is_html,
    b"content-length": is_length,
    b"content-encoding": lambda value: value.lower() in (b"", b"identity"),
    b"content-disposition": lambda value: value.lower().startswith(b"inline"),
    b"transfer-encoding": lambda value: value.lower() == b"chunked",
    **dict.fromkeys((b"content-range", b"trailer", b"signature"), _never),
    **dict.fromkeys((b"integrity-policy", b"integrity-policy-report-only"), _never),
    **dict.fromkeys(_POLICIES, _always),
}
# Frames and fetches are not what the window shows; the rest asks for a piece to put into the page there.
REQUEST: Final[Mapping[bytes, Check]] = {
    b"host": _always,
    b"sec-fetch-dest": lambda value: value == b"document",
    b"x-requested-with": lambda value: value.lower() != b"xmlhttprequest",
    **dict.fromkeys((b"hx-request", b"turbo-frame", b"x-pjax", b"x-up-version"), _never),
    **dict.fromkeys((b"x-alpine-request", b"datastar-request"), _never),
}
ASKED, ANSWERED = _Names(REQUEST), _Names(_RESPONSE)
_TOUCHED = _Names(dict.fromkeys((*_NAMES_THE_BYTES, b"content-length"), _always))
# Where others than the usual ones of these are there, all headers are looked at one by one.
_ANSWERED_OR_TOUCHED = _Names({**_RESPONSE, **dict.fromkeys(_NAMES_THE_BYTES, _always)})
_ASKED_SELDOM = _Names({name: check for name, check in REQUEST.items() if name != b"host"})
_FOR_A_PAGE: Final = [(b"sec-fetch-dest", b"document")]
