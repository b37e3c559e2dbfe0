"""Host, Origin and client are parsed whatever they hold."""

from __future__ import annotations

import random
from typing import Any

import pytest

from debug_toolbar_asgi.host import (
    AllowedHost,
    Host,
    Origin,
    Visit,
    address,
    is_forwarding,
    is_loopback,
    parse_host,
    parse_origin,
    shown,
)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        (b"localhost", Host("localhost")),
        (b"LocalHost.:8000", Host("localhost", 8000)),
        (b"my_app.localhost:1", Host("my_app.localhost", 1)),
        (b"127.0.0.1:65535", Host("127.0.0.1", 65535)),
        (b"[::1]:8000", Host("::1", 8000)),
        (b"[0:0:0:0:0:0:0:1]", Host("::1")),
        (b"[::FFFF:127.0.0.1]", Host("127.0.0.1")),
        (b"a" * 63 + b".lan", Host("a" * 63 + ".lan")),
        (b"xn--caf-dma.example", Host("xn--caf-dma.example")),
    ],
)
def test_reads_a_wellformed_host(value: bytes, host: Host) -> None:
    """A name or address is read in its canonical form, with the port when there is one."""
    assert parse_host(value) == host


@pytest.mark.parametrize(
    "value",
    [
        b"", b".", b"..", b":8000", b"localhost:", b"localhost:0", b"localhost:65536", b"localhost:123456",
        b"localhost:+80", b"localhost:\xb2", b"localhost:80:80", b"localhost\n", b" localhost",
        b"local\x01host",
        b"local\x00host", b"localhost, evil", b"localhost/x", b"localhost?x", b"localhost#x", b"localhost\\x",
        b"user@localhost", b"-x", b"x-", b".localhost", b"a..localhost", b"%6cocalhost", b"caf\xe9", b"[::1",
        b"::1", b"[::1%eth0]", b"[127.0.0.1]", b"[]", b"[:::1]", b"[::1]x", b"2130706433", b"127.1",
        b"0x7f000001",
        b"0x7f.0.0.1", b"0177.0.0.1", b"127.0.0.1.1", b"a" * 64, b"a." * 127 + b"com", b"a" * 100_000,
    ],
)  # fmt: skip
def test_refuses_a_malformed_host(value: bytes) -> None:
    """What is not `name`, `address` or `[address]`, each with or without a port, is no host."""
    assert parse_host(value) is None


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        (b"http://localhost:8000", Origin("http", "localhost", 8000)),
        (b"HTTPS://Dev.Example", Origin("https", "dev.example", 443)),
        (b"http://[::1]", Origin("http", "::1", 80)),
        (b"chrome-extension://abc", Origin("chrome-extension", "abc", None)),
    ],
)
def test_reads_a_wellformed_origin(value: bytes, origin: Origin) -> None:
    """An origin has the port of its scheme when it names none."""
    assert parse_origin(value) == origin


@pytest.mark.parametrize(
    "value",
    [b"", b"null", b"*", b"localhost", b"http://", b"http:///", b"http://a/", b"http://a b",
     b"http://u@localhost", b"http://localhost:", b"http://a, http://b", b"//localhost", b"1http://a", b"file://",
     b"http://" + b"a" * 9999],
)  # fmt: skip
def test_refuses_a_malformed_origin(value: bytes) -> None:
    """`null` and what is not `scheme://host[:port]` is no origin."""
    assert parse_origin(value) is None


def test_a_socket_has_the_origin_of_its_page() -> None:
    """`ws` and `wss` stand for the `http` and `https` of the page that opens the socket."""
    assert Origin.of("ws", Host("localhost")) == Origin("http", "localhost", 80)
    assert Origin.of("wss", Host("localhost", 8000)) == Origin("https", "localhost", 8000)


@pytest.mark.parametrize("name", ["localhost", "a.b.localhost", "127.9.9.9", "::1"])
def test_local_names(name: str) -> None:
    """Names that no DNS server answers for are local."""
    assert Host(name).local


@pytest.mark.parametrize("name", ["evillocalhost", "localhost.evil", "0.0.0.0", "10.0.0.1", "::", "fe80::1"])
def test_names_that_are_not_local(name: str) -> None:
    """Names that resemble local ones are not local, nor is the unspecified address."""
    assert not Host(name).local


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("127.0.0.1", "127.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("FE80::1%eth0", "fe80::1"),
     ("0000::1", "::1"), ("", None), ("testclient", None), ("unix:", None), ("127.0.0.1\n", None),
     (None, None), (1, None), (b"::1", None), ("1" * 10_000, None)],
)  # fmt: skip
def test_canonical_address(text: object, canonical: str | None) -> None:
    """A client is an address in one form, or None."""
    assert address(text) == canonical


def test_loopback_addresses() -> None:
    """Loopback is 127.0.0.0/8 and ::1, however they are written."""
    assert all(map(is_loopback, ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]))
    assert not any(map(is_loopback, ["128.0.0.1", "0.0.0.0", "::", "localhost", "", None]))


@pytest.mark.parametrize(
    ("entry", "covered", "not_covered"),
    [
        ("Devbox.LAN", ["devbox.lan", "devbox.lan:8000", "devbox.lan."], ["x.devbox.lan", "devbox.lan.evil"]),
        ("devbox.lan:8000", ["devbox.lan:8000"], ["devbox.lan", "devbox.lan:80"]),
        ("*.lan", ["devbox.lan", "a.b.lan:1"], ["lan", "evillan", "x.lan.evil"]),
        ("10.0.0.5", ["10.0.0.5:8000"], ["10.0.0.50"]),
        ("fd00::5", ["[fd00::5]:8000"], ["[fd00::6]"]),
        ("[fd00::5]:80", ["[fd00:0::5]:80"], ["[fd00::5]"]),
    ],
)
def test_allowed_hosts(entry: str, covered: list[str], not_covered: list[str]) -> None:
    """An allowed host covers its own name, or the names under it, on its port or on all."""
    allowed = AllowedHost.of(entry)
    asked = {name: parse_host(name.encode()) for name in covered + not_covered}
    assert [name for name, host in asked.items() if host and allowed.covers(host)] == covered


@pytest.mark.parametrize("entry", ["*", "", "*.", "http://devbox.lan", "dev box", "café.lan", "*.*.lan"])
def test_an_allowed_host_that_means_nothing(entry: str) -> None:
    """An entry that is no host is an error that quotes it, at start and not at a request."""
    with pytest.raises(ValueError, match="allowed_hosts"):
        AllowedHost.of(entry)


@pytest.mark.parametrize(
    "name",
    [b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded", b"x-real-ip", b"cf-ray", b"x-original-host",
     b"true-client-ip", b"fly-client-ip", b"tailscale-user-login", b"ngrok-skip-browser-warning"],
)  # fmt: skip
def test_headers_of_proxies(name: bytes) -> None:
    """Headers that proxies and tunnels add are known."""
    assert is_forwarding(name)


@pytest.mark.parametrize("name", [b"host", b"origin", b"cookie", b"x-request-id", b"traceparent", b"referer", b""])
def test_headers_of_browsers(name: bytes) -> None:
    """What a browser or a tracer sends does not look like a proxy."""
    assert not is_forwarding(name)


def test_reads_the_scopes_of_servers() -> None:
    """Lists for pairs, ports in digits, a unix socket and missing keys are all read."""
    daphne = Visit.of({"headers": [[b"Host", b"a"]], "client": ["127.0.0.1", 1], "server": ["127.0.0.1", 8000]})
    granian = Visit.of({"client": ("::1", "5"), "server": ("::1", "8000"), "scheme": "https", "method": "POST"})
    socket = Visit.of({"client": None, "server": ("/run/app.sock", None), "headers": ()})
    assert daphne == Visit("GET", "http", "127.0.0.1", 8000, ((b"host", b"a"),))
    assert granian == Visit("POST", "https", "::1", 8000, ())
    assert (socket.client, socket.port) == (None, None)
    assert Visit.of({"server": ("a", "http")}).port is None
    assert Visit.of({}).port is None


@pytest.mark.parametrize(
    "scope",
    [{"headers": [("host", "a")]}, {"headers": iter([])}, {"headers": None}, {"headers": {b"host": b"a"}},
     {"method": None}, {"scheme": b"http"}],
)  # fmt: skip
def test_refuses_what_is_no_scope(scope: dict[str, Any]) -> None:
    """Text for bytes, an iterator for a list: a TypeError, which the gate turns into a refusal."""
    with pytest.raises(TypeError):
        Visit.of(scope)


def test_shows_a_value_safely() -> None:
    """A message quotes at most 80 bytes, in ASCII, without control bytes."""
    assert shown(b"\x1b[31m\xe9") == r"'\x1b[31m\xe9'"
    assert shown(b"a" * 1000) == "'" + "a" * 80 + "'"
    assert shown(None) == "(none)"


def test_parsers_are_total() -> None:
    """No bytes make the parsers raise, and what they accept they accept again in canonical form."""
    rng = random.Random(63)
    for _ in range(10_000):
        value = bytes(rng.choices(rb"ab1.:-_[]/@%x\ " + bytes([0, 10, 127, 233, 255]), k=rng.randrange(24)))
        host = parse_host(value)
        assert host is None or ":" in host.name or parse_host(host.name.encode()) == Host(host.name)
        parse_origin(b"http://" + value)
        parse_origin(value)
        address(value.decode("latin-1"))
