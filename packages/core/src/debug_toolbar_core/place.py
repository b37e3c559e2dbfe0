"""Place: where a request was made to: over https or not, on this machine or out in the world."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from debug_toolbar_core.exchange import Request

_LOCAL_ENDINGS = (".localhost", ".local", ".test", ".internal", ".localdomain", ".lan")
_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


def is_secure(request: Request | None) -> bool:
    """Tell whether the request came over https, as far as the application knows."""
    return request is not None and request.scheme in ("https", "wss")


def is_local(request: Request | None) -> bool:
    """Tell whether the host is a developer's: this machine, a private network, a test client."""
    host = "" if request is None else host_of(request.url)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A name without a dot is one of a container network or of this machine.
        return "." not in host or host.endswith(_LOCAL_ENDINGS)
    return address.is_loopback or address.is_private


def host_of(url: str) -> str:
    """Return a URL's host in lower case, empty when it has none that can be read."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def origin_of(request: Request | None, host: str | None) -> str | None:
    """Return the origin that was asked, `https://shop.example`, or None when it is not known."""
    if request is None:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(request.scheme, request.scheme)
    try:
        parts = urlsplit(f"{scheme}://{host}" if host else request.url)
    except ValueError:
        return None
    return normal_origin(f"{scheme}://{parts.netloc}") if parts.netloc else None


def normal_origin(origin: str) -> str:
    """Return an origin in lower case, without its scheme's own port."""
    origin = origin.strip().lower()
    scheme, _, rest = origin.partition("://")
    port = _PORTS.get(scheme)
    return origin.removesuffix(f":{port}") if port and rest.endswith(f":{port}") else origin
