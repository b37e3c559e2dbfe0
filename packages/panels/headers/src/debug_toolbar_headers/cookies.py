"""Cookies: what each Set-Cookie asks the browser to do, and what browsers refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from debug_toolbar_core.blocks import Column, Row, Table
from debug_toolbar_headers.fields import Fields, parameter, split
from debug_toolbar_headers.topic import Finding, Topic

_SESSION = re.compile(r"sess|auth|token|jwt|login|remember", re.IGNORECASE)
_READ_BY_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that is being set: its name and attributes, never its value."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, header: str) -> Cookie:
        """Read a Set-Cookie header.

        >>> Cookie.parse("id=7; Path=/; Secure")
        Cookie(name='id', attributes={'path': '/', 'secure': ''})
        """
        pair, *rest = header.split(";")
        name = pair.partition("=")[0].strip() if "=" in pair else ""
        return cls(name, dict(parameter(part) for part in rest if part.strip()))

    @property
    def same_site(self) -> str:
        return self.attributes.get("samesite", "")

    @property
    def lifetime(self) -> str:
        """Say until when the browser keeps it."""
        age = self.attributes.get("max-age")
        if age is not None:
            return "deleted" if age.startswith("-") or age == "0" else f"{age} s"
        return self.attributes.get("expires") or "until the browser closes"

    def row(self) -> Row:
        has = self.attributes
        flags = ("secure" in has, "httponly" in has, self.same_site or "Lax (assumed)", "partitioned" in has)
        shown = ["yes" if flag is True else "" if flag is False else flag for flag in flags]
        return Row((self.name, self.lifetime, has.get("path", ""), has.get("domain", ""), *shown))


def cookies(request: Fields, response: Fields, secure: bool, local: bool) -> Topic:
    """List the cookies that are set, and find what browsers refuse or others can steal."""
    topic = Topic("Cookies", "cookies")
    found = [Cookie.parse(value) for value in response.all("set-cookie")]
    if found:
        names = ("Set", "Kept", "Path", "Domain", "Secure", "HttpOnly", "SameSite", "Partitioned")
        topic.blocks.append(Table([Column(name) for name in names], [cookie.row() for cookie in found]))
    for cookie in found:
        topic.findings += [*_refused(cookie, secure, local), *_exposed(cookie, secure, local)]
    sent = [part.partition("=")[0].strip() for part in split(request.get("cookie") or "", ";")]
    if sent:
        topic.blocks.append(Table([Column("Sent by the browser")], [Row((name,)) for name in sent]))
    return topic


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
    if not _SESSION.search(cookie.name) or _READ_BY_SCRIPTS.search(cookie.name) or cookie.lifetime == "deleted":
        return
    if "httponly" not in cookie.attributes:
        hint = "Set `HttpOnly`, unless a script must read it."
        yield Finding("info", f"Scripts can read the cookie `{cookie.name}`, which looks like a session", hint)
    if "secure" not in cookie.attributes and secure and not local:
        yield Finding("info", f"The cookie `{cookie.name}` is sent over plain http as well", "Set `Secure`.")
