"""Security: which of the headers that protect a reader are there, weak, or missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from debug_toolbar_core.blocks import Column, Level, Row, Table
from debug_toolbar_core.fields import Fields, parameter, split
from debug_toolbar_headers.csp import frames, weaknesses
from debug_toolbar_headers.topic import Topic

State = Literal["present", "weak", "missing", "optional", "no use"]
_LEAKING = frozenset({"unsafe-url", "no-referrer-when-downgrade"})
_REFERRER = _LEAKING | {
    "no-referrer",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}
_OPTIONAL = {
    "permissions-policy": "Limits camera, location and the like, for the page and its frames.",
    "cross-origin-opener-policy": "`same-origin` keeps pages of other sites out of this page's process.",
    "cross-origin-resource-policy": "`same-origin` keeps other sites from embedding this resource.",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where the response goes: a page or not, over https or not, and what its owner asks of it."""

    page: bool = True
    secure: bool = False
    local: bool = True
    hsts: int = 15_552_000


@dataclass(frozen=True, slots=True)
class Check:
    """One protection: its header, how it stands, and why."""

    header: str
    state: State
    why: str
    value: str = ""


def security(response: Fields, target: Target, ignore: frozenset[str]) -> Topic:
    """Check a response; on a developer's machine nothing is more than an info."""
    topic = Topic("Security", "security headers")
    checks = [check for check in _checks(response, target) if check.header not in ignore]
    level: Level = "warning" if target.secure and not target.local else "info"
    for check in checks:
        if check.state == "weak":
            topic.find(level, f"`{check.header}` is weak: {check.why}")
    missing = [f"`{check.header}`" for check in checks if check.state == "missing"]
    if missing:
        hint = "Set them in one middleware, or in the server in front of the application."
        topic.find(level, f"This page has no {', '.join(missing)}", hint)
    if checks:
        columns = [Column("Protection", "code"), Column("State"), Column("Value"), Column("Why")]
        rows = [Row((check.header, check.state, check.value, check.why)) for check in checks]
        topic.blocks.append(Table(columns, rows))
    return topic


def _checks(response: Fields, target: Target) -> Iterator[Check]:
    if target.page:
        yield _csp(response)
        yield _framing(response)
    yield _sniffing(response, target)
    yield from _transport(response, target)
    if target.page:
        yield _referrer(response)
    for header, why in _OPTIONAL.items():
        value = response.get(header)
        if value is not None:
            yield Check(header, "present", why, value)
        elif target.page:
            yield Check(header, "optional", why)


def _csp(response: Fields) -> Check:
    header = "content-security-policy"
    value = response.get(header)
    reported = response.get(f"{header}-report-only")
    if value is None and reported is not None:
        return Check(header, "weak", "it is only reported, not enforced", reported)
    if value is None:
        return Check(header, "missing", "It decides which scripts may run: the best protection from injected ones.")
    weak = weaknesses(value)
    return Check(header, "weak", "; ".join(weak), value) if weak else Check(header, "present", "Enforced.", value)


def _framing(response: Fields) -> Check:
    allowed = frames(response.get("content-security-policy") or "")
    header, value = "x-frame-options", response.get("x-frame-options")
    if allowed is not None:
        shown = f"frame-ancestors {' '.join(allowed)}"
        if "*" in allowed:
            return Check(header, "weak", "`frame-ancestors *` lets any site put the page in a frame", shown)
        return Check(header, "present", "`frame-ancestors` decides who may show the page in a frame.", shown)
    if value is None:
        return Check(header, "missing", "Without it, or `frame-ancestors`, any site may put the page in a frame.")
    if value.upper() not in ("DENY", "SAMEORIGIN"):
        return Check(header, "weak", "browsers know only `DENY` and `SAMEORIGIN`", value)
    return Check(header, "present", "Decides who may show the page in a frame.", value)


def _sniffing(response: Fields, target: Target) -> Check:
    header, value = "x-content-type-options", response.get("x-content-type-options")
    if value is None:
        # Of data, unlike of a page or what it loads, nobody guesses anything dangerous: it is not called missing.
        state: State = "missing" if target.page else "optional"
        return Check(header, state, "`nosniff` keeps browsers from taking a file for a script.")
    if value.lower() != "nosniff":
        return Check(header, "weak", "its only value is `nosniff`", value)
    return Check(header, "present", "Browsers do not guess the media type.", value)


def _transport(response: Fields, target: Target) -> Iterator[Check]:
    header, value = "strict-transport-security", response.get("strict-transport-security")
    if not target.secure:
        if value is not None:
            yield Check(header, "no use", "Browsers pass over it on plain http.", value)
        return
    if value is None:
        if target.page and not target.local:
            yield Check(header, "missing", "Browsers may be led to the http version of this site.")
        return
    age = dict(parameter(part) for part in split(value, ";")).get("max-age", "")
    if not (age.isascii() and age.isdigit()):
        yield Check(header, "weak", "without a `max-age` in seconds browsers pass over it", value)
    elif int(age[:15]) < target.hsts:
        why = "`max-age=0` switches it off" if not int(age[:15]) else f"`max-age` is less than {target.hsts:,} seconds"
        yield Check(header, "weak", why, value)
    else:
        yield Check(header, "present", "Browsers use https from now on.", value)


def _referrer(response: Fields) -> Check:
    header, value = "referrer-policy", response.get("referrer-policy")
    known = [word for word in response.words(header) if word in _REFERRER]
    if value is None:
        return Check(header, "optional", "Browsers use `strict-origin-when-cross-origin` by themselves.")
    if not known:
        return Check(header, "weak", "browsers do not know this value", value)
    if known[-1] in _LEAKING:
        return Check(header, "weak", f"`{known[-1]}` tells other sites the whole address", value)
    return Check(header, "present", "Limits what other sites learn of this address.", value)
