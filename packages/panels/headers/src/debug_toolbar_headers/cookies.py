"""Cookies: what each Set-Cookie asks the browser to do, and what browsers refuse."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core.blocks import Column, Row, Table
from debug_toolbar_core.fields import Fields, split
from debug_toolbar_core.set_cookie import Cookie
from debug_toolbar_headers.topic import Finding, Topic


def cookies(request: Fields, response: Fields, secure: bool, local: bool) -> Topic:
    """List the cookies that are set, and find what browsers refuse or others can steal."""
    topic = Topic("Cookies", "cookies")
    found = [Cookie.parse(value) for value in response.all("set-cookie")]
    if found:
        names = ("Set", "Kept", "Path", "Domain", "Secure", "HttpOnly", "SameSite", "Partitioned")
        topic.blocks.append(Table([Column(name) for name in names], [_row(cookie) for cookie in found]))
    for cookie in found:
        topic.findings += [*_refused(cookie, secure, local), *_exposed(cookie, secure, local)]
    sent = [part.partition("=")[0].strip() for part in split(request.get("cookie") or "", ";")]
    if sent:
        topic.blocks.append(Table([Column("Sent by the browser")], [Row((name,)) for name in sent]))
    return topic


def _row(cookie: Cookie) -> Row:
    has = cookie.attributes
    flags = ("secure" in has, "httponly" in has, cookie.same_site or "Lax (assumed)", "partitioned" in has)
    shown = ["yes" if flag is True else "" if flag is False else flag for flag in flags]
    return Row((cookie.name, cookie.lifetime, has.get("path", ""), has.get("domain", ""), *shown))


def _refused(cookie: Cookie, secure: bool, local: bool) -> Iterator[Finding]:
    name, has = f"Browsers refuse the cookie `{cookie.name}`", cookie.attributes
    if cookie.same_site.lower() == "none" and "secure" not in has:
        yield Finding("warning", f"{name}: `SameSite=None` needs `Secure`")
    if "partitioned" in has and "secure" not in has:
        yield Finding("warning", f"{name}: `Partitioned` needs `Secure`")
    if cookie.name.startswith("__Secure-") and "secure" not in has:
        yield Finding("warning", f"{name}: its prefix needs `Secure`")
    if cookie.name.startswith("__Host-") and ("secure" not in has or "domain" in has or has.get("path") != "/"):
        yield Finding("warning", f"{name}: its prefix needs `Secure`, `Path=/` and no `Domain`")
    if "secure" in has and not secure and not local:
        hint = "Behind a proxy that speaks https this is fine: pass its headers on (`--proxy-headers`)."
        yield Finding("info", f"{name} over plain http: it is `Secure`", hint)


def _exposed(cookie: Cookie, secure: bool, local: bool) -> Iterator[Finding]:
    missing = cookie.missing(secure and not local) if cookie.is_session else ()
    if "HttpOnly" in missing:
        hint = "Set `HttpOnly`, unless a script must read it."
        yield Finding("info", f"Scripts can read the cookie `{cookie.name}`, which looks like a session", hint)
    if "Secure" in missing:
        yield Finding("info", f"The cookie `{cookie.name}` is sent over plain http as well", "Set `Secure`.")
