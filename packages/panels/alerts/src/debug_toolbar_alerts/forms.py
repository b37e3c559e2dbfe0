"""Forms: whether another site's page could have sent this one in the reader's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from debug_toolbar_alerts.seen import Seen
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.body import media_type

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
_TOKEN = re.compile(r"csrf|xsrf|authenticity_?token|requestverificationtoken", re.IGNORECASE)
_TOKEN_HEADERS = ("x-csrf-token", "x-csrftoken", "x-xsrf-token")


def forged(seen: Seen) -> Iterator[Notice]:
    """Tell of a form that was accepted with a cookie and without a proof that a page of this application sent it."""
    if not _is_form(seen) or seen.status >= 400:
        return
    what = f"`{seen.request.method} {seen.request.path}`"
    if _from_elsewhere(seen):
        text = f"{what} came from another site's page, and was accepted"
        hint = "Refuse forms whose `Origin` is another site's, or ask for a CSRF token."
        yield Notice("error", text, hint, seen.source, "forged forms")
        return
    exposed = _cookies(seen)
    if exposed and not _has_token(seen):
        names = ", ".join(f"`{name}`" for name in exposed[:4])
        text = f"{what} was accepted with the cookie {names} and no CSRF token"
        hint = "A token in the form, or `SameSite=Lax` on the cookie, keeps other sites' pages from sending it."
        yield Notice("warning" if seen.public else "info", text, hint, seen.source, "forged forms")


def _is_form(seen: Seen) -> bool:
    body = seen.request.body
    media = media_type((body.content_type if body is not None else "") or seen.sent.get("content-type") or "")
    # A form without fields has no body; it may come with no type at all.
    return seen.request.method in _CHANGES and (media in _FORMS or (not media and body is None))


def _from_elsewhere(seen: Seen) -> bool:
    """Tell whether the browser said that another site's page sent it."""
    site, origin = seen.sent.get("sec-fetch-site"), seen.sent.get("origin")
    if site is not None:
        return site.lower() == "cross-site"
    if not origin or origin == "null":
        return origin == "null" and bool(seen.request.cookies)
    try:
        return urlsplit(origin).netloc.lower() != urlsplit(seen.request.url).netloc.lower()
    except ValueError:
        return False


def _cookies(seen: Seen) -> list[str]:
    """List the cookies that came, but for those that this very response sets with a SameSite that protects."""
    kept = {cookie.name for cookie in seen.cookies if cookie.same_site.lower() in ("lax", "strict")}
    return list(dict.fromkeys(name for name, _ in seen.request.cookies if name not in kept and not _TOKEN.search(name)))


def _has_token(seen: Seen) -> bool:
    body = seen.request.body
    fields = body.value if body is not None and body.kind == "form" and isinstance(body.value, list) else ()
    names = [str(pair[0]) for pair in fields if isinstance(pair, (list, tuple)) and pair]
    names += [name for name, _ in seen.request.query]
    return any(name in seen.sent for name in _TOKEN_HEADERS) or any(_TOKEN.search(name) for name in names)
