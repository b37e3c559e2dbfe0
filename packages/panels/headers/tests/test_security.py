"""Security headers: present, weak, missing, and of no use."""

from __future__ import annotations

import pytest

from debug_toolbar_core.blocks import Table
from debug_toolbar_core.exchange import Request
from debug_toolbar_core.fields import Fields
from debug_toolbar_core.place import host_of, is_local, is_secure, normal_origin, origin_of
from debug_toolbar_headers.csp import policies, weaknesses
from debug_toolbar_headers.security import Target, security

PUBLIC = Target(page=True, secure=True, local=False)


def state(header: str, value: str | None, target: Target = PUBLIC, under: str = "") -> str:
    """Return how a protection stands for a response with this one header."""
    fields = Fields([] if value is None else [(header, value)])
    (table,) = (block for block in security(fields, target, frozenset()).blocks if isinstance(block, Table))
    return next((str(row.cells[1]) for row in table.rows if row.cells[0] == (under or header)), "none")


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("content-security-policy", None, "missing"),
        ("content-security-policy", "default-src 'self'", "present"),
        ("content-security-policy", "default-src 'self' 'unsafe-inline'", "weak"),
        ("content-security-policy", "", "weak"),
        ("x-content-type-options", None, "missing"),
        ("x-content-type-options", "NoSniff", "present"),
        ("x-content-type-options", "sniff", "weak"),
        ("x-frame-options", None, "missing"),
        ("x-frame-options", "sameorigin", "present"),
        ("x-frame-options", "ALLOW-FROM https://a", "weak"),
        ("strict-transport-security", None, "missing"),
        ("strict-transport-security", "max-age=63072000; preload", "present"),
        ("strict-transport-security", 'max-age="63072000"', "present"),
        ("strict-transport-security", "max-age=60", "weak"),
        ("strict-transport-security", "max-age=0", "weak"),
        ("strict-transport-security", "max-age=²", "weak"),
        ("strict-transport-security", "max-age=" + "9" * 5_000, "present"),
        ("strict-transport-security", "includeSubDomains", "weak"),
        ("referrer-policy", None, "optional"),
        ("referrer-policy", "no-referrer", "present"),
        ("referrer-policy", "new-policy, strict-origin", "present"),
        ("referrer-policy", "unsafe-url", "weak"),
        ("referrer-policy", "whatever", "weak"),
        ("permissions-policy", None, "optional"),
        ("cross-origin-opener-policy", "same-origin", "present"),
    ],
)
def test_each_protection_is_judged(header: str, value: str | None, expected: str) -> None:
    """A public page's protections are present, weak, missing or a matter of choice."""
    assert state(header, value) == expected


def test_frame_ancestors_stand_for_frame_options() -> None:
    """A policy's frame-ancestors count as the framing protection, unless they are anybody."""
    assert state("content-security-policy", "frame-ancestors 'none'", under="x-frame-options") == "present"
    assert state("content-security-policy", "frame-ancestors *", under="x-frame-options") == "weak"


def test_a_policy_that_is_only_reported_is_weak() -> None:
    """Report-only protects nobody yet."""
    header = "content-security-policy-report-only"
    assert state(header, "default-src 'self'", under="content-security-policy") == "weak"


def test_hsts_belongs_to_https() -> None:
    """On plain http it has no use and is not missed, and at home it is not missed either."""
    header = "strict-transport-security"
    assert state(header, "max-age=63072000", Target(secure=False)) == "no use"
    assert state(header, None, Target(secure=False)) == "none"
    assert state(header, None, Target(secure=True, local=True)) == "none"


def test_data_is_judged_by_what_concerns_it() -> None:
    """Of a response that is no page only what it has is judged."""
    data = Target(page=False, secure=True, local=False)
    assert security(Fields(), data, frozenset()).findings == []
    assert state("x-content-type-options", "no", data) == "weak"
    assert state("content-security-policy", None, data) == "none"


@pytest.mark.parametrize(
    ("policy", "weak"),
    [
        ("default-src 'none'", 0),
        ("script-src 'self' 'unsafe-inline'; object-src 'none'", 1),
        ("script-src 'nonce-abc' 'unsafe-inline'; object-src 'none'", 0),
        ("script-src 'sha256-abc' 'unsafe-inline'; object-src 'none'", 0),
        ("script-src 'strict-dynamic' 'unsafe-inline' https:; object-src 'none'", 0),
        ("script-src 'unsafe-eval' https:", 3),
        ("style-src 'self'", 1),
        ("script-src *; script-src 'self'; object-src 'none'", 1),
        ("style-src 'self', default-src 'none'", 0),
        ("script-src *, script-src *", 2),
        (";;,", 1),
    ],
)
def test_a_policy_is_weakened_by_what_lets_scripts_in(policy: str, weak: int) -> None:
    """Inline scripts, eval, sources that are anywhere; a nonce or a second policy makes up for it."""
    assert len(weaknesses(policy)) == weak


def test_a_directive_counts_where_it_comes_first() -> None:
    """As in browsers, a repeated directive is passed over."""
    assert policies("img-src a; IMG-SRC b") == [{"img-src": ["a"]}]


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8000/", True),
        ("http://testserver/", True),
        ("http://127.0.0.2/", True),
        ("http://[::1]:8000/", True),
        ("http://192.168.1.5/", True),
        ("http://shop.localhost/", True),
        ("http://web:8000/", True),
        ("", True),
        ("http://[", True),
        ("https://shop.example/", False),
        ("http://8.8.8.8/", False),
        ("http://localhost.evil.example/", False),
    ],
)
def test_a_developers_host_is_known(url: str, local: bool) -> None:
    """This machine, private networks and test clients are home; the rest is the world."""
    assert is_local(Request(url=url)) is local
    assert is_local(None)


def test_origins_are_compared_as_browsers_do() -> None:
    """Case and a scheme's own port make no difference, another port does."""
    request = Request(scheme="wss", url="wss://Shop.example:443/x")
    assert is_secure(request)
    assert not is_secure(None)
    assert origin_of(request, None) == "https://shop.example"
    assert origin_of(Request(scheme="http", url="/x"), "shop.example:8000") == "http://shop.example:8000"
    assert origin_of(Request(url="/x"), None) is None
    assert origin_of(Request(), "[") is None
    assert origin_of(None, None) is None
    assert normal_origin("HTTP://A:80") == "http://a"
    assert normal_origin("null") == "null"
    assert host_of("http://[") == ""
