"""What a Content-Security-Policy lets our tag do: checked against Chromium, policy by policy."""

from __future__ import annotations

import pytest

from debug_toolbar_asgi.csp import Origin, Permission, permission

HERE = Origin.of("http", [b"localhost:8000"])
PLAIN = Permission(None)

RUNS = [
    "",
    ";;",
    "img-src 'none'",
    "base-uri 'none'; object-src 'none'; style-src 'none'; upgrade-insecure-requests",
    "default-src 'self'",
    "SCRIPT-SRC 'SELF'",
    "default-src 'none'; script-src 'self'; connect-src 'self'",
    "script-src\t'self'\n'unsafe-eval' 'report-sample' 'wasm-unsafe-eval'",
    "script-src 'none' 'self'",
    "script-src 'self'; script-src 'none'",
    "script-src-elem 'self'; script-src 'none'",
    "default-src * 'unsafe-inline'",
    "script-src http:",
    "script-src localhost:8000",
    "script-src LOCALHOST:8000/",
    "script-src http://localhost:*",
    "script-src *:8000",
    "connect-src localhost:8000",
    "sandbox allow-scripts allow-same-origin",
    "require-trusted-types-for 'script'",
    "require-trusted-types-for 'script'; trusted-types lit-html other 'allow-duplicates'",
    "trusted-types * 'Allow-Duplicates'",
]

DOES_NOT_RUN = [
    "default-src 'none'",
    "default-src",
    "default-src 'none'; script-src 'self'",
    "script-src 'none'",
    "script-src 'unsafe-inline'",
    "script-src 'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='",
    "script-src 'strict-dynamic' 'self'",
    "script-src 'nonce-a.b'",
    "script-src-elem 'none'; script-src 'self'",
    "script-src https:",
    "script-src https://localhost:8000",
    "script-src localhost",
    "script-src localhost:8001",
    "script-src localhost:123456",
    "script-src localhost:8000/static/",
    "script-src *.localhost:8000",
    "script-src cdn.example.com",
    "script-src 'self\xe9'",
    "script-src 'self', script-src 'none'",
    "connect-src 'none'",
    "connect-src https://api.example.com",
    "connect-src 'nonce-abc'",
    "sandbox",
    "sandbox allow-scripts",
    "sandbox allow-same-origin",
    "trusted-types",
    "trusted-types 'none'",
    "require-trusted-types-for 'script'; trusted-types other 'allow-duplicates'",
    "trusted-types lit-html",
    "trusted-types *",
]


@pytest.mark.parametrize("policy", RUNS)
def test_a_policy_that_lets_the_tag_run(policy: str) -> None:
    """Where our own origin may be run from and fetched from, the tag goes in as it is."""
    assert permission([policy.encode("latin-1")], HERE) == PLAIN


@pytest.mark.parametrize("policy", DOES_NOT_RUN)
def test_a_policy_under_which_there_is_no_tag(policy: str) -> None:
    """Where the browser would block or report the script or what it does, no tag goes in."""
    assert permission([policy.encode("latin-1")], HERE) is None


@pytest.mark.parametrize(
    ("policies", "nonce"),
    [
        (["script-src 'nonce-abc123'"], "abc123"),
        (["script-src 'nonce-YWJj+/-_=='"], "YWJj+/-_=="),
        (["script-src 'NONCE-abc123' 'strict-dynamic' https:"], "abc123"),
        (["default-src 'nonce-abc123'; connect-src *"], "abc123"),
        (["script-src 'self' 'nonce-abc123'"], "abc123"),
        (["script-src 'self'", "script-src 'nonce-abc123'"], "abc123"),
        (["script-src 'self', script-src 'nonce-abc123' 'strict-dynamic'"], "abc123"),
        (["script-src 'nonce-one' 'nonce-two'", "script-src 'nonce-two'"], "two"),
        (["script-src 'self' 'nonce-one'", "script-src 'self'"], "one"),
    ],
)
def test_a_nonce_is_used_again(policies: list[str], nonce: str) -> None:
    """The nonce of the policy is the tag's, the one that all the policies accept."""
    assert permission([policy.encode() for policy in policies], HERE) == Permission(nonce)


@pytest.mark.parametrize(
    "policies",
    [
        ["script-src 'nonce-one'", "script-src 'nonce-two'"],
        ["script-src 'nonce-one'", "script-src 'none'"],
        ["script-src 'nonce-one'; connect-src 'none'"],
        ["script-src 'nonce-'"],
    ],
)
def test_a_nonce_is_not_enough(policies: list[str]) -> None:
    """A tag has one nonce, and what the script does must be allowed too."""
    assert permission([policy.encode() for policy in policies], HERE) is None


@pytest.mark.parametrize(
    ("scheme", "host", "source", "runs"),
    [
        ("https", b"example.com", "https:", True),
        ("https", b"example.com", "http:", True),
        ("https", b"example.com", "example.com", True),
        ("https", b"example.com:443", "https://example.com:443", True),
        ("https", b"shop.example.com", "*.example.com", True),
        ("https", b"example.com", "*.example.com", False),
        ("http", b"example.com", "example.com:80", True),
        ("http", b"127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http", b"192.168.0.7:8000", "192.168.0.7:8000", False),
        ("http", b"[::1]:8000", "[::1]:8000", False),
        ("http", b"[::1]:8000", "*:8000", False),
        ("http", b"[::1]:8000", "'self'", True),
        ("http", b"user@localhost", "localhost", False),
        ("http", b"", "*:80", False),
        ("http", b"", "'self'", True),
        ("gopher", b"localhost", "localhost", False),
        ("http", b"localhost:" + b"9" * 9000, "localhost", False),
    ],
)
def test_a_source_is_compared_with_the_origin(scheme: str, host: bytes, source: str, runs: bool) -> None:
    """Scheme, host and port of a source are compared as the specification says; in doubt the answer is no."""
    assert (permission([b"script-src " + source.encode()], Origin.of(scheme, [host])) is not None) is runs


def test_without_one_host_no_host_source_is_ours() -> None:
    """With two Host headers, or none, only what needs no name matches."""
    for hosts in ([], [b"localhost:8000", b"localhost:8000"]):
        origin = Origin.of("http", hosts)
        assert permission([b"script-src localhost:8000"], origin) is None
        assert permission([b"script-src 'self'"], origin) == PLAIN


def test_no_policy_lets_all_run() -> None:
    """Without any policy the tag goes in."""
    assert permission([], HERE) == PLAIN
