"""Host, Origin and client of a request: total parsers, which answer None to what is not well-formed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple

from debug_toolbar_core.pattern import pattern

_LABEL = rb"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = rb"(?P<name>" + _LABEL + rb"(?:\." + _LABEL + rb")*)\.?"
_HOST = pattern(rb"(?:\[(?P<v6>[0-9a-f:.]{2,45})\]|" + _NAME + rb")(?::(?P<port>[0-9]{1,5}))?")
_ORIGIN = pattern(rb"(?P<scheme>[a-z][a-z0-9+.-]{0,31})://(?P<host>[^/?#@\\]+)")
_NUMERIC = pattern(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")  # browsers read such a name as an IPv4 address
_LONGEST = 260  # 253 of a DNS name, its final dot, and a port
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_PAGE_SCHEMES = {"ws": "http", "wss": "https"}  # the scheme of the page that opens the socket

# What only a proxy adds. Such a header can take a right away, never give one: whoever asks can send it too.
_FORWARDING = pattern(
    rb"forwarded|via|x-forwarded.*|x-original-(?:for|host|proto|url)|x-(?:real|client|cluster-client)-ip|x-host"
    rb"|(?:true|fastly|fly)-client-ip|x-proxyuser-ip|x-envoy-external-address|x-appengine-user-ip"
    rb"|x-azure-(?:client|socket)ip|x-arr-log-id|(?:cf|ngrok|tailscale|cloudfront-viewer)-.*"
)


class Host(NamedTuple):
    """A name (lower case, no final dot) or canonical IP address, and the port if one was given."""

    name: str
    port: int | None = None

    @property
    def local(self) -> bool:
        """Whether no DNS server has a say in it: localhost, *.localhost or a loopback address."""
        return self.name == "localhost" or self.name.endswith(".localhost") or is_loopback(self.name)


class AllowedHost(NamedTuple):
    """An entry of `allowed_hosts`: a name or address, `name:port`, or `*.name` for the names under it."""

    host: Host
    below: bool

    @classmethod
    def of(cls, text: str) -> AllowedHost:
        """Read the entry; ValueError when it is none of these: `*` is none, it would let rebinding in."""
        bare = f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text.removeprefix("*.")
        host = parse_host(bare.encode("latin-1", "replace"))
        if host is None:
            raise ValueError(f"allowed_hosts: {text!r} is not 'name', 'name:port' or '*.name'.")
        return cls(host, text.startswith("*."))

    def covers(self, asked: Host) -> bool:
        """Return whether the entry means this host; without a port it means all of them."""
        name = self.host.name
        named = asked.name.endswith("." + name) if self.below else asked.name == name
        return named and self.host.port in (None, asked.port)


class Origin(NamedTuple):
    """Scheme, host and port (the scheme's own when none is given) of the page that asks."""

    scheme: str
    name: str
    port: int | None

    @classmethod
    def of(cls, scheme: str, host: Host) -> Origin:
        """Return the origin of a page at `host`; a socket's scheme counts as its page's."""
        return cls(_PAGE_SCHEMES.get(scheme, scheme), host.name, host.port or _PORTS.get(scheme))


class Visit(NamedTuple):
    """What the gate reads of a scope; header names are in lower case."""

    method: str
    scheme: str
    client: str | None
    port: int | None
    headers: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Visit:
        """Read a scope as servers make it: pairs may be lists, keys missing. TypeError when it is none."""
        client, server = scope.get("client"), scope.get("server")
        return cls(
            method=_text(scope.get("method", "GET")),
            scheme=_text(scope.get("scheme", "http")),
            client=address(client[0]) if client else None,
            port=_port(server[1]) if server else None,
            headers=_pairs(scope.get("headers", ())),
        )

    @property
    def forwarded(self) -> bool:
        """Whether a proxy had it in its hands, or somebody wants us to think so."""
        return any(is_forwarding(name) for name, _ in self.headers)

    @property
    def navigates(self) -> bool:
        """Whether a browser says that the answer becomes the page of a whole tab."""
        return self.only(b"sec-fetch-mode") == b"navigate" and self.only(b"sec-fetch-dest") == b"document"

    def values(self, name: bytes) -> list[bytes]:
        """Return every value of a header, in order."""
        return [value for key, value in self.headers if key == name]

    def only(self, name: bytes) -> bytes | None:
        """Return the value of a header that is there exactly once, or None."""
        values = self.values(name)
        return values[0] if len(values) == 1 else None


def parse_host(value: bytes) -> Host | None:
    """Return the host of a Host header: name, IPv4 or [IPv6] address, with or without port; else None."""
    found = _HOST.fullmatch(value.lower()) if len(value) <= _LONGEST else None
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    name = _ipv6(found["v6"]) if found["v6"] else _name(found["name"])
    return Host(name, port) if name and port != 0 and (port or 0) < 65536 else None


def parse_origin(value: bytes) -> Origin | None:
    """Return the origin of an Origin header; None for `null` and all that is not `scheme://host[:port]`."""
    found = _ORIGIN.fullmatch(value.lower()) if len(value) <= _LONGEST + 35 else None
    host = parse_host(found["host"]) if found else None
    return Origin.of(found["scheme"].decode(), host) if found and host else None


def address(text: object) -> str | None:
    """Return an IP address in its canonical form, IPv4 for an IPv4-mapped one; None when it is none."""
    if not isinstance(text, str) or len(text) > 64:
        return None
    try:
        found = ip_address(text.partition("%")[0])  # what follows is the interface of a link-local address
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def is_loopback(text: str | None) -> bool:
    """Return whether this is an address of 127.0.0.0/8 or ::1, also as an IPv4-mapped one."""
    found = address(text)
    return found is not None and ip_address(found).is_loopback


def is_forwarding(name: bytes) -> bool:
    """Return whether proxies and tunnels add a header of this name (in lower case)."""
    return _FORWARDING.fullmatch(name) is not None


def shown(value: bytes | None) -> str:
    """Return a header value as a message may quote it: short, ASCII, control bytes escaped."""
    return "(none)" if value is None else ascii(value[:80].decode("latin-1"))


def _ipv6(text: bytes) -> str | None:
    return address(text.decode()) if b":" in text else None


def _name(text: bytes) -> str | None:
    name = text.decode()
    if _NUMERIC.fullmatch(name):
        return address(name)
    return name if len(name) <= 253 else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _port(value: object) -> int | None:
    """Servers say the port as a number or as digits; a unix socket has none."""
    if isinstance(value, str):
        return int(value) if re.fullmatch("[0-9]{1,5}", value) else None
    return value if isinstance(value, int) else None


def _pairs(headers: object) -> tuple[tuple[bytes, bytes], ...]:
    if not isinstance(headers, list | tuple):  # an iterator must be left to the application
        raise TypeError("headers are not a list")
    if not all(isinstance(name, bytes) and isinstance(value, bytes) for name, value in headers):
        raise TypeError("headers are not bytes")
    return tuple((name.lower(), value) for name, value in headers)
