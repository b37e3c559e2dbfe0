"""Exposure: what a response leaves open: missing security headers, cookies for everybody, debug mode in public."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_alerts.seen import Seen
from debug_toolbar_core.blocks import Level, Notice
from debug_toolbar_core.place import host_of

_NAMED = 4


def headers(seen: Seen) -> Iterator[Notice]:
    """Tell which headers a page lacks that protect its reader; the headers panel, where it is, says the same."""
    if not seen.is_page:
        return
    missing = [f"`{name}`" for name in _asked(seen) if name not in seen.answered]
    if missing:
        hint = "Set them in one middleware, or in the server in front of the application."
        text = f"This page has no {', '.join(missing)}"
        yield Notice(_level(seen), text, hint, label="security headers", key="security headers")


def _asked(seen: Seen) -> Iterator[str]:
    yield "content-security-policy"
    if "frame-ancestors" not in (seen.answered.get("content-security-policy") or ""):
        yield "x-frame-options"
    yield "x-content-type-options"
    if seen.secure and seen.public:
        yield "strict-transport-security"


def cookies(seen: Seen) -> Iterator[Notice]:
    """Tell which cookies scripts can read, plain http carries, or other sites' forms send."""
    lacks = {cookie.name: cookie.missing(seen.secure and seen.public) for cookie in seen.cookies}
    told = [_lacking(name, words) for name, words in lacks.items() if set(words) - {"SameSite"}]
    if told:
        text = f"The cookie {_listed(told)}"
        hint = "`HttpOnly` keeps scripts from reading it, `Secure` keeps it off plain http."
        yield Notice(_level(seen), text, hint, seen.source, "cookies", key="cookies")
    open_names = [f"`{name}`" for name, words in lacks.items() if "SameSite" in words]
    if open_names:
        text = f"No `SameSite` on the cookie {_listed(open_names)}: each browser decides whether other sites send it"
        hint = "Set `SameSite=Lax`, or `Strict`."
        yield Notice("info", text, hint, seen.source, "cookie without SameSite")


def _lacking(name: str, words: list[str]) -> str:
    return f"`{name}` has no {' and no '.join(f'`{word}`' for word in words if word != 'SameSite')}"


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def debug_mode(seen: Seen) -> Iterator[Notice]:
    """Tell of a framework in debug mode that answers under a public name: its error pages show code and values."""
    told = seen.record.app_data
    if not seen.public or not (isinstance(told, dict) and told.get("debug") is True):
        return
    text = f"The application runs in debug mode, and was asked as `{host_of(seen.request.url)}`: a public name"
    hint = "Error pages show its source code to everybody. Switch debug mode off where others can reach it."
    yield Notice("error", text, hint, label="debug mode")


def _level(seen: Seen) -> Level:
    # On a developer's own machine it is nothing to act on now: in front of the application there may be more.
    return "warning" if seen.public and seen.secure else "info"
